// A question before what cannot simply be taken back.
import { dialogStyle } from "./dialog.js";
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  .yes { border-color: transparent; background: var(--state-offline); color: var(--ground); font-weight: 650; }
  .yes:hover { background: var(--state-offline); filter: brightness(1.08); }
`);

/** One for the page, made when it is first asked for. */
class Confirm extends HTMLElement {
  #root = shadow(
    this,
    [dialogStyle, style],
    `<dialog aria-labelledby="title" aria-describedby="text"><header><h2 id="title"></h2></header><p id="text"></p>
     <footer><button type="button" class="no" autofocus>Cancel</button><button type="button" class="yes"></button></footer></dialog>`,
  );
  #dialog = this.#root.querySelector("dialog");
  #answer = () => {};

  constructor() {
    super();
    this.#root.querySelector(".no").addEventListener("click", () => this.#dialog.close());
    this.#root.querySelector(".yes").addEventListener("click", () => (this.#answer(true), this.#dialog.close()));
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#answer(false));
  }

  /** Asks, and resolves to whether it shall be done. `yes` is what the button says: what it does. */
  ask({ title, text, yes }) {
    for (const [selector, words] of Object.entries({ h2: title, "#text": text, ".yes": yes })) this.#root.querySelector(selector).textContent = words;
    this.#dialog.showModal();
    return new Promise((resolve) => (this.#answer = resolve));
  }
}

customElements.define("fg-confirm", Confirm);

/** Asks the viewer; see `Confirm.ask`. */
export function confirmed(question) {
  let element = document.querySelector("fg-confirm");
  if (!element) document.body.append((element = document.createElement("fg-confirm")));
  return element.ask(question);
}
