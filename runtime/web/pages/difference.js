// What is about to be changed: each key with what it was and what it will be.
import { sheet, shadow } from "./sheet.js";
import { differences, written } from "./patch.js";
import { isSecret } from "./schema.js";

const style = sheet(`
  :host { display: block; }
  dl { display: grid; grid-template-columns: minmax(80px, auto) minmax(0, 1fr); gap: 4px 16px; align-items: baseline; font-size: var(--small); }
  dl:empty { display: none; }
  dt { font-family: var(--mono); overflow-wrap: anywhere; }
  dd { display: flex; flex-wrap: wrap; gap: 2px 8px; overflow-wrap: anywhere; }
  del { color: var(--quiet); }
  del, ins { min-width: 0; }
  ins { text-decoration: none; }
  ins { font-weight: 600; }
  p { color: var(--quiet); font-size: var(--small); }
`);

class Difference extends HTMLElement {
  #root = shadow(this, [style], `<dl></dl><p>Nothing is changed yet.</p>`);

  /** Shows what leads from `before` to `after`; returns how many keys those are. */
  show(before, after) {
    const found = differences(before, after);
    this.#root.querySelector("dl").replaceChildren(...found.flatMap(line));
    this.#root.querySelector("p").hidden = found.length > 0;
    return found.length;
  }
}

function line({ key, before, after }) {
  const name = Object.assign(document.createElement("dt"), { textContent: key });
  const both = document.createElement("dd");
  const secret = isSecret(key.split(".").at(-1)) && after !== undefined && after !== "***";
  if (before !== undefined) {
    const arrow = Object.assign(document.createElement("span"), { textContent: "→" });
    arrow.setAttribute("aria-label", "becomes");
    arrow.setAttribute("role", "img");
    both.append(Object.assign(document.createElement("del"), { textContent: written(before) }), arrow);
  }
  both.append(Object.assign(document.createElement("ins"), { textContent: secret ? "another one" : written(after) }));
  return [name, both];
}

customElements.define("fg-difference", Difference);
