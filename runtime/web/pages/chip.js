// A state as an icon and a word in its colour.
import { iconText } from "./icons.js";
import { looks } from "./looks.js";
import { sheet, shadow } from "./sheet.js";
import { STATES } from "./states.js";

const style = sheet(`
  :host { display: inline-flex; align-items: center; gap: 5px; color: var(--state); font-size: var(--small); font-weight: 550; white-space: nowrap; }
`);

/** Attributes: `state`, a key of `STATES`; `count`, a number before the word. */
export class Chip extends HTMLElement {
  static observedAttributes = ["state", "count"];

  #root = shadow(this, [looks, style], `<span class="mark"></span><span class="word"></span>`);

  attributeChangedCallback() {
    const { word, look, icon } = STATES[this.getAttribute("state")] ?? STATES.connecting;
    this.dataset.look = look;
    this.#root.querySelector(".mark").innerHTML = iconText(icon, 16);
    const count = this.getAttribute("count");
    this.#root.querySelector(".word").textContent = count ? `${count} ${word.toLowerCase()}` : word;
  }
}

customElements.get("fg-chip") ?? customElements.define("fg-chip", Chip);
