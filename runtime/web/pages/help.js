// The `?` button and its dialog of keys.
import { dialogStyle } from "./dialog.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";

const KEYS = {
  grid: [
    ["← → ↑ ↓", "another tile"],
    ["Enter", "open the tile"],
    ["f", "full screen"],
    ["s", "save a snapshot of the tile"],
    ["?", "these keys"],
  ],
  watch: [
    ["Esc", "back to all streams"],
    ["← →", "the stream before, the stream after"],
    ["f", "full screen"],
    ["m", "sound on or off"],
    ["s", "save a snapshot"],
    ["?", "these keys"],
  ],
  dashboard: [
    ["↑ ↓", "another stream"],
    ["Enter", "open the stream"],
    ["/", "find a stream"],
    ["n", "add a stream"],
    ["Esc", "back to the pictures"],
    ["?", "these keys"],
  ],
  stream: [
    ["Esc", "back to the dashboard"],
    ["← →", "another tab, from a tab"],
    ["e", "its settings"],
    ["f", "full screen"],
    ["m", "sound on or off"],
    ["s", "save a snapshot"],
    ["?", "these keys"],
  ],
  player: [
    ["f", "full screen"],
    ["m", "sound on or off"],
    ["s", "save a snapshot"],
    ["?", "these keys"],
  ],
};

const style = sheet(`
  :host { display: block; }
  :host([plain]) .open { display: none; }
  .open { font-weight: 650; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 12px 16px; align-items: center; }
  kbd {
    display: inline-block; min-width: 32px; padding: 2px 8px; border: 1px solid var(--line); border-radius: 4px; background: var(--lifted);
    font: inherit; font-size: var(--small); text-align: center; white-space: nowrap;
  }
`);

/** Attributes: `page`, "grid", "watch", "dashboard", "stream" or "player"; `plain`, without the button. */
class Help extends HTMLElement {
  #root = shadow(
    this,
    [dialogStyle, style],
    `<button type="button" class="bare icon open" aria-label="Keys" title="Keys"><span aria-hidden="true">?</span></button>
     <dialog aria-labelledby="title"><header><h2 id="title">Keys</h2>
     <button type="button" class="bare icon close" aria-label="Close">${iconText("close")}</button></header>
     <dl></dl></dialog>`,
  );
  #dialog = this.#root.querySelector("dialog");

  constructor() {
    super();
    this.#root.querySelector(".open").addEventListener("click", () => this.open());
    this.#root.querySelector(".close").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
    // Its page, which hears of the key next, would open it again.
    this.#dialog.addEventListener("keydown", (event) => event.key === "?" && (event.preventDefault(), this.#dialog.close()));
  }

  connectedCallback() {
    const keys = KEYS[this.getAttribute("page")] ?? KEYS.grid;
    this.#root.querySelector("dl").innerHTML = keys.map(([key, does]) => `<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`).join("");
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

customElements.get("fg-help") ?? customElements.define("fg-help", Help);
