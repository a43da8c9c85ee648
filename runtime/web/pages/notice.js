// What lies over a picture that is not live: the state, the picture's age, the reason, and what to do.
import { adviceOn } from "./advice.js";
import { iconText } from "./icons.js";
import { looks } from "./looks.js";
import { sheet, shadow } from "./sheet.js";
import { STATES } from "./states.js";
import { age as ageText } from "./units.js";

const style = sheet(`
  :host { position: relative; display: block; color: var(--over-text); font-size: var(--small); line-height: 1.35; text-align: start; }
  .box { padding: 6px 12px 7px; background: var(--over); border-left: 3px solid var(--state); }
  :host([alone]) .box { border-left: 0; background: none; text-align: center; }
  .head { display: flex; align-items: center; gap: 6px; min-height: 20px; font-weight: 600; white-space: nowrap; }
  :host([alone]) .head { justify-content: center; }
  .mark { color: var(--state); }
  .age { color: var(--over-quiet); font-weight: 400; }
  .age:not(:empty)::before { content: "· "; }
  p:empty { display: none; }
  .reason { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--over-quiet); }
  .advice, .foot { display: none; color: var(--over-quiet); }
  :host([full]) { font-size: var(--body); }
  :host([full]) .box { padding: 12px 16px; }
  :host([full]) .reason { white-space: normal; color: var(--over-text); overflow-wrap: anywhere; }
  :host([full]) :is(.reason, .advice) { max-width: 64ch; margin-top: 4px; }
  :host([full][alone]) :is(.reason, .advice) { margin-inline: auto; }
  :host([full]) .advice { display: block; }
  :host([full]) .foot { display: flex; align-items: center; gap: 12px; margin-top: 4px; font-size: var(--small); }
  :host([full][alone]) .foot { justify-content: center; }
  .explain { position: absolute; inset: 0; width: 100%; min-height: 0; border: 0; background: none; }
  .explain:hover { background: rgb(255 255 255 / 0.08); }
  :host([full]) .explain, :host(:not([full])) .hurry { display: none; }
  .hurry { margin-top: 4px; border-color: rgb(255 255 255 / 0.25); background: none; color: inherit; }
  .hurry:hover { background: rgb(255 255 255 / 0.12); }
  @media (max-width: 640px) { :host([full]) { font-size: var(--small); } :host([full]) .box { padding: 6px 12px; } }
  /* On a small phone the picture is hardly higher than what there is to say. */
  @media (max-width: 350px) {
    :host([full]) { line-height: 1.25; }
    :host([full]) .box { padding: 4px 12px; }
    :host([full]) :is(.reason, .advice) { margin-top: 2px; }
    :host([full]) :is(.foot, .hurry) { margin-top: 0; }
  }
  /* Dark in both themes, so these do not follow them; the eight colours of the dark theme are those that can be read here. */
  :host {
    --state-live: #4ccb8c; --state-connecting: #72b6f8; --state-gated: #bda3f8; --state-stalled: #eeb83e; --state-offline: #ff877b;
    --state-capacity: #f2a065; --state-refused: #f08cc0; --state-failed: #ff7aa0; --state-quiet: #a3abb5; --accent: #7db4ff;
  }
`);

/**
 * Attributes: `full` (with the advice, as on the page of one stream, and a button that fires `hurry`; without it a strip that is itself a button and
 * fires `explain`), `alone` (there is no picture under it). The rest comes through `show`, four times a second, and
 * touches the document only where something is different.
 */
export class Notice extends HTMLElement {
  #parts;
  #state;

  constructor() {
    super();
    const root = shadow(
      this,
      [looks, style],
      `<div class="box"><div class="head"><span class="mark"></span><span class="word"></span><span class="age"></span></div>
       <p class="reason"></p><p class="advice"></p>
       <div class="foot"><p class="again"></p><button type="button" class="hurry" hidden>Try now</button></div></div>
       <button type="button" class="explain"></button>`,
    );
    this.#parts = Object.fromEntries(
      ["box", "mark", "word", "age", "reason", "advice", "again", "explain", "hurry"].map((name) => [name, root.querySelector(`.${name}`)]),
    );
    for (const name of ["explain", "hurry"]) {
      this.#parts[name].addEventListener("click", () => this.dispatchEvent(new Event(name, { bubbles: true, composed: true })));
    }
  }

  /** Shows a judgement of `Condition` about `stream`. */
  show(stream, judgement, now) {
    const { state, detail, age, retryAt } = judgement;
    const { word, look, icon } = STATES[state];
    const advice = adviceOn(judgement);
    const parts = this.#parts;
    if (state !== this.#state) {
      this.#state = state;
      parts.box.dataset.look = look;
      parts.mark.innerHTML = iconText(icon, 16);
    }
    const wait = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000);
    set(parts.word, word);
    const old = age === undefined ? "last picture" : age >= 1000 ? ageText(age) : "";
    set(parts.age, this.hasAttribute("alone") ? "" : old);
    set(parts.reason, detail || (this.hasAttribute("full") ? "" : advice));
    set(parts.advice, advice);
    set(parts.again, wait > 1 ? `Next attempt in ${wait} s` : "");
    if (parts.hurry.hidden !== wait <= 2) parts.hurry.hidden = wait <= 2;
    const label = `${word}: why ${stream} shows no live picture`;
    if (parts.explain.getAttribute("aria-label") !== label) parts.explain.setAttribute("aria-label", label);
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A page that embeds players of two servers has both servers' modules.
customElements.get("fg-notice") ?? customElements.define("fg-notice", Notice);
