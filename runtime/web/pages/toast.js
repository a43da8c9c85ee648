// A sentence at the foot of the page that goes by itself: what an action of the viewer's came to.
import { sheet, shadow } from "./sheet.js";

const SHOWN_MS = 4_000;

const style = sheet(`
  :host { position: fixed; inset: auto 16px 24px; z-index: 1; display: flex; justify-content: center; pointer-events: none; }
  p { max-width: 60ch; padding: 12px 16px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--raised); color: var(--text);
    box-shadow: var(--shadow); font-size: var(--body); overflow-wrap: anywhere; }
  p:empty { display: none; }
`);

class Toast extends HTMLElement {
  #text = shadow(this, [style], `<p role="status"></p>`).querySelector("p");
  #timer;

  say(text) {
    clearTimeout(this.#timer);
    this.#text.textContent = text;
    this.#timer = setTimeout(() => (this.#text.textContent = ""), SHOWN_MS);
  }
}

customElements.define("fg-toast", Toast);

const shown = document.createElement("fg-toast");

/** Shows `text` for four seconds, and has it read out. It goes where it is seen: into the element that fills the screen, if one does. */
export function toast(text) {
  const place = filling() ?? document.body;
  if (shown.parentNode !== place) place.append(shown);
  shown.say(text);
}

/** The full-screen element itself; a document names only the host of the shadow tree it is in. */
function filling() {
  let element = document.fullscreenElement;
  while (element?.shadowRoot?.fullscreenElement) element = element.shadowRoot.fullscreenElement;
  return element === document.documentElement ? undefined : element;
}
