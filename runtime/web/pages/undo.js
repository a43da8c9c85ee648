// What was changed last and can be taken back: a line at the foot of the page, also of the next page.
import { Refused, ask, streamPath } from "./api.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { toast } from "./toast.js";

const KEPT = "undo";

const style = sheet(`
  :host { position: sticky; bottom: 0; z-index: 2; display: flex; justify-content: center; padding: 8px 12px 16px; pointer-events: none; }
  div {
    display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; max-width: 72ch; padding: 4px 4px 4px 16px; border: 1px solid var(--line);
    border-radius: var(--radius); background: var(--raised); box-shadow: var(--shadow); pointer-events: auto;
  }
  p { flex: 1 1 auto; overflow-wrap: anywhere; }
`);

class Undo extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<div><p role="status"></p><button type="button" class="back">${iconText("undo")}Undo</button>
     <button type="button" class="bare icon done" aria-label="Keep it so" title="Keep it so">${iconText("close")}</button></div>`,
  );

  constructor() {
    super();
    this.#root.querySelector(".back").addEventListener("click", () => this.#back());
    this.#root.querySelector(".done").addEventListener("click", () => (forget(), this.show()));
  }

  connectedCallback() {
    this.show();
  }

  /** Shows what is kept. */
  show() {
    const kept = remembered();
    this.hidden = !kept;
    this.#root.querySelector("p").textContent = kept?.text ?? "";
  }

  async #back() {
    const { stream, method, body, then } = remembered();
    try {
      await ask(streamPath(stream), { method, body });
      toast(`${stream} is as it was before`);
      forget();
      this.dispatchEvent(new CustomEvent("undone", { detail: stream, bubbles: true }));
      if (then) location.assign(then);
    } catch (error) {
      toast(error instanceof Refused ? `Not undone: ${error.message}` : error.message);
    }
    this.show();
  }
}

customElements.define("fg-undo", Undo);

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? undefined;
  } catch {
    return undefined;
  }
}

function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // There was nothing to forget.
  }
}

/**
 * Keeps how to take back what was done: `{ text, stream, method, body, then }`, with `then` the page to go to afterwards; nothing forgets it.
 * `quietly` leaves it to the next page to say so: this one has buttons of its own for it.
 */
export function undoable(what, how) {
  try {
    if (what) sessionStorage.setItem(KEPT, JSON.stringify(what));
    else forget();
  } catch {
    // Without storage it cannot be taken back by one press.
  }
  if (how !== "quietly") document.querySelector("fg-undo")?.show();
}
