// The place of the one picture: as large as the window allows, or the whole screen, with its controls at the edge only while somebody moves.
import { toggleFullScreen } from "./full-screen.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import "./view.js";

const SHOWN_MS = 3_000;

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  .stage { position: relative; width: 100%; overflow: hidden; border-radius: var(--radius); background: var(--picture-ground); }
  .over {
    position: absolute; inset: auto 0 0; display: none; align-items: center; gap: 4px; padding: 4px 8px 4px 16px;
    padding-bottom: max(4px, env(safe-area-inset-bottom)); background: var(--over); color: var(--over-text);
  }
  .over span { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
  .over button { color: inherit; }
  .over button:hover { background: rgb(255 255 255 / 0.14); }
  @media (max-width: 480px) { .stage { border-radius: 0; } }
  .stage:fullscreen, .stage.wide { display: grid; border-radius: 0; }
  .stage.wide { position: fixed; inset: 0; z-index: 2; }
  :is(.stage:fullscreen, .stage.wide) fg-view { aspect-ratio: auto; height: 100%; }
  :is(.stage:fullscreen, .stage.wide).awake .over { display: flex; }
  .stage:fullscreen:not(.awake) { cursor: none; }
`);

/** Attributes: `stream` and `query`, for its view. Fires `snapshot` from its controls. */
class Stage extends HTMLElement {
  static observedAttributes = ["stream", "query"];

  #root = shadow(
    this,
    [style],
    `<div class="stage"><fg-view full playing="true"></fg-view>
     <div class="over"><span></span>
     <button type="button" class="bare icon" data-does="snapshot" aria-label="Save a snapshot">${iconText("snapshot")}</button>
     <button type="button" class="bare icon" data-does="full" aria-label="Leave full screen">${iconText("unfull")}</button></div></div>`,
  );
  #stage = this.#root.querySelector(".stage");
  #timer;

  constructor() {
    super();
    for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"]) this.#stage.addEventListener(kind, () => this.#wake());
    this.#stage.addEventListener("dblclick", () => this.fill());
    this.#root.querySelector("[data-does=snapshot]").addEventListener("click", () => this.dispatchEvent(new Event("snapshot")));
    this.#root.querySelector("[data-does=full]").addEventListener("click", () => this.fill());
  }

  attributeChangedCallback(name, _, value) {
    this.view.setAttribute(name, value);
    if (name === "stream") this.#root.querySelector(".over span").textContent = value;
  }

  get view() {
    return this.#root.querySelector("fg-view");
  }

  /** Fills the screen, or no longer. */
  fill() {
    toggleFullScreen(this.#stage);
    this.#wake();
  }

  /** Leaves the full-screen place of browsers that have none of their own; false when it was not taken. */
  leave() {
    const was = this.#stage.classList.contains("wide");
    this.#stage.classList.remove("wide");
    return was;
  }

  #wake() {
    clearTimeout(this.#timer);
    this.#stage.classList.add("awake");
    this.#timer = setTimeout(() => this.#stage.classList.remove("awake"), SHOWN_MS);
  }
}

customElements.define("fg-stage", Stage);
