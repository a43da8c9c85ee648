// The head of a stream's page: its name and its state.
import "./chip.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  :host { display: flex; align-items: center; gap: 12px; min-width: 0; height: 100%; }
  .step { flex: none; margin: 0 -4px 0 -12px; color: var(--quiet); }
  h1 { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: var(--body); line-height: var(--target); }
  fg-chip { flex: none; }
  /* Where the page says the state in large, the room is the name's. */
  @media (max-width: 480px) { :host([brief]) fg-chip { display: none; } }
`);

/** Attributes: `brief`, where a phone shows the name alone. */
class Heading extends HTMLElement {
  #root = shadow(this, [style], `<span class="step">${iconText("forward", 16)}</span><h1></h1><fg-chip state="connecting"></fg-chip>`);

  /** Shows `stream` as being in `state`, a key of `STATES`; what is no stream has none. */
  show(stream, state) {
    const title = this.#root.querySelector("h1");
    if (title.textContent !== stream) title.textContent = title.title = stream;
    const chip = this.#root.querySelector("fg-chip");
    chip.hidden = !state;
    if (state) chip.setAttribute("state", state);
  }
}

customElements.define("fg-heading", Heading);
