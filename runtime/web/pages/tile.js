// One stream of the grid: its picture, and under it name, state, rate and viewers. Nothing lies over a live picture.
import { watchAddress } from "./address.js";
import "./chip.js";
import { explain } from "./details.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { judgementOf } from "./told.js";
import { count, rate } from "./units.js";
import "./view.js";

/** Tiles share one rendition: the smallest that looks well on a wall. */
const QUERY = "format=jpeg&width=480&fps=5";

const style = sheet(`
  :host { position: relative; display: block; min-width: 0; border-radius: var(--radius); background: var(--raised); container-type: inline-size; }
  :host(:hover) { background: var(--lifted); }
  /* The whole tile is the link: what lies over it lets the pointer through, but for the notice, which has more to say. */
  a { position: absolute; inset: 0; border-radius: var(--radius); }
  a:focus-visible { outline-width: 3px; }
  fg-view, .caption { position: relative; pointer-events: none; }
  fg-view { border-radius: var(--radius) var(--radius) 0 0; }
  .caption { display: flex; align-items: center; gap: 10px; height: 36px; padding: 0 12px; font-size: var(--small); }
  .name { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
  .figures { display: flex; align-items: center; gap: 10px; flex: none; margin-left: auto; color: var(--quiet); white-space: nowrap; }
  .viewers { display: inline-flex; align-items: center; gap: 4px; }
  .rate:empty { display: none; }
  @container (max-width: 300px) { .rate { display: none; } }
  /* On a small tile in trouble the name and the trouble are what counts. */
  @container (max-width: 260px) { :host(:not([data-state="live"])) .figures { display: none; } }
`);

/** Attributes: `stream`, `playing`. The figures come through `report`. On itself it writes `data-state` and `data-frames` as its view does. */
export class Tile extends HTMLElement {
  static observedAttributes = ["stream", "playing"];

  #root;
  #view;
  #chip;

  constructor() {
    super();
    this.#root = shadow(
      this,
      [style],
      `<a></a><fg-view query="${QUERY}" playing="false"></fg-view>
       <div class="caption"><span class="name"></span><fg-chip state="connecting"></fg-chip>
       <span class="figures"><span class="rate"></span><span class="viewers" hidden>${iconText("eye", 16)}
       <span class="many" aria-hidden="true"></span><span class="unseen"></span></span></span></div>`,
    );
    this.#view = this.#root.querySelector("fg-view");
    this.#chip = this.#root.querySelector("fg-chip");
    this.#view.addEventListener("change", () => this.#changed());
    this.#view.addEventListener("explain", () => explain(this.getAttribute("stream"), () => this.#view.judgement));
    new MutationObserver(() => (this.dataset.frames = this.#view.dataset.frames)).observe(this.#view, { attributeFilter: ["data-frames"] });
  }

  connectedCallback() {
    this.setAttribute("role", "listitem");
    this.#changed();
  }

  attributeChangedCallback(name, _, value) {
    if (name === "playing") this.#view.setAttribute("playing", value);
    if (name !== "stream") return;
    this.#view.setAttribute("stream", value);
    this.#root.querySelector(".name").textContent = value;
    this.#root.querySelector(".name").title = value;
    const link = this.#root.querySelector("a");
    link.href = watchAddress(value);
  }

  /** What `GET /api/streams` says about it. */
  report(told) {
    const viewers = told.viewers?.total ?? 0;
    set(this.#root.querySelector(".rate"), told.rate > 0 ? rate(told.rate) : "");
    set(this.#root.querySelector(".many"), String(viewers));
    set(this.#root.querySelector(".viewers .unseen"), count(viewers, "viewer"));
    this.#root.querySelector(".viewers").hidden = false;
    this.#view.rest(resting(told));
  }

  /** The one state that is shown, by its caption and its picture: of its own pictures while it plays, of the server's list otherwise. */
  get state() {
    return this.#view.judgement.state;
  }

  /** The reason for the state, in the server's words. */
  get detail() {
    return this.#view.judgement.detail;
  }

  get view() {
    return this.#view;
  }

  focus() {
    this.#root.querySelector("a").focus();
  }

  #changed() {
    const { state } = this;
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    this.#chip.setAttribute("state", state);
    this.#root.querySelector("a").setAttribute("aria-label", `Watch ${this.getAttribute("stream")}`);
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** The judgement of a stream that does not play here, by what the list says of it: that pictures come is for a playing tile to say. */
function resting(told) {
  const judgement = judgementOf(told);
  return judgement.state === "live" ? { state: "paused" } : judgement;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

customElements.define("fg-tile", Tile);
