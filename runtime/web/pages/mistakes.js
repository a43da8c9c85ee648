// What is wrong with the configuration: the file's mistakes, all of them, and the streams of the API that are left out.
import { manageAddress } from "./address.js";
import { prose } from "./fields.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { clock, count } from "./units.js";

const style = sheet(`
  :host { display: block; }
  section { padding: 12px 16px; border: 1px solid var(--line); border-left: 3px solid var(--state-refused); border-radius: var(--radius); background: var(--raised); }
  section + section { margin-top: 8px; }
  h2 { display: flex; align-items: center; gap: 8px; font-size: var(--body); }
  h2 svg { color: var(--state-refused); }
  p { margin-top: 4px; color: var(--quiet); font-size: var(--small); }
  ul { margin: 8px 0; padding-left: 20px; }
  li { overflow-wrap: anywhere; font-size: var(--small); line-height: 1.6; }
  li::marker { color: var(--quiet); }
`);

class Mistakes extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<section class="file" role="alert" hidden><h2>${iconText("failed")}<span></span></h2><p></p><ul></ul>
     <p>Mend these lines and save the file: it is read again by itself. <code>framegate check</code> names the same mistakes.</p></section>
     <section class="left" hidden><h2>${iconText("failed")}<span></span></h2><p>They came by the API, and cannot be as they were wanted now. Each keeps what was said of it.</p><ul></ul></section>`,
  );

  /** What `GET /api/config` says; nothing where it says nothing. */
  show({ file = {}, left_out: left = {} } = {}) {
    const mistakes = file.mistakes ?? [];
    const box = this.#root.querySelector(".file");
    box.hidden = mistakes.length === 0;
    box.querySelector("span").textContent = `streams.toml was refused: ${count(mistakes.length, "mistake")}`;
    box.querySelector("p").textContent = file.read_at ? `What was read at ${clock(file.read_at)} stays in force.` : "What was read before stays in force.";
    fill(box.querySelector("ul"), mistakes.map((text) => [text]));
    const names = Object.keys(left);
    this.hidden = mistakes.length + names.length === 0;
    const out = this.#root.querySelector(".left");
    out.hidden = names.length === 0;
    out.querySelector("span").textContent = `${count(names.length, "stream")} left out: ${names.join(", ")}`;
    fill(out.querySelector("ul"), names.flatMap((name) => left[name].map(({ key, detail, help }) => [[key && `${key}: `, detail, help && `; ${help}`].join(""), name])));
  }
}

function fill(list, lines) {
  list.replaceChildren(
    ...lines.map(([text, stream]) => {
      const item = document.createElement("li");
      if (stream) item.append(Object.assign(document.createElement("a"), { href: manageAddress(stream, "settings"), textContent: stream }), ": ");
      item.append(...prose(text));
      return item;
    }),
  );
}

customElements.define("fg-mistakes", Mistakes);
