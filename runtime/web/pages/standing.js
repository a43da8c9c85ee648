// How a stream is: its state, since when, why, what to do, and when it is tried again.
import { adviceOn } from "./advice.js";
import "./chip.js";
import { prose } from "./fields.js";
import { looks } from "./looks.js";
import { sheet, shadow } from "./sheet.js";
import { judgementOf } from "./told.js";
import { clock, span } from "./units.js";

const style = sheet(`
  :host { display: block; padding-left: 12px; border-left: 3px solid var(--state); }
  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
  .since, .advice, .again { color: var(--quiet); font-size: var(--small); }
  .reason { margin-top: 4px; font-weight: 550; overflow-wrap: anywhere; }
  .advice, .again { margin-top: 4px; }
  p:empty { display: none; }
`);

class Standing extends HTMLElement {
  #root = shadow(
    this,
    [looks, style],
    `<div class="head"><fg-chip state="connecting"></fg-chip><span class="since"></span></div><p class="reason"></p><p class="advice"></p><p class="again"></p>`,
  );
  #told;
  #at = 0;

  /** What `GET /api/streams/{name}` says of it. */
  report(told) {
    this.#told = told;
    this.#at = Date.now();
    this.#judge(judgementOf(told));
  }

  /** Nobody tells how it is any more. */
  lose() {
    this.#told = {};
    this.#judge({ state: "unreachable", detail: "" });
  }

  #judge(judgement) {
    const { state, detail } = judgement;
    const chip = this.#root.querySelector("fg-chip");
    if (chip.getAttribute("state") !== state) chip.setAttribute("state", state);
    this.dataset.look = chip.dataset.look;
    this.#set("reason", detail);
    this.#set("advice", adviceHere(judgement, this.#told));
    this.draw();
  }

  /** What grows old. */
  draw(now = Date.now()) {
    if (!this.#told) return;
    const { since, retry_in_ms: retry } = this.#told;
    this.#set("since", since ? `for ${span(now - since)}, since ${clock(since, now)}` : "");
    const wait = retry ? Math.ceil((this.#at + retry - now) / 1000) : 0;
    this.#set("again", wait > 1 ? `Next attempt in ${wait} s` : "");
  }

  #set(name, text) {
    const place = this.#root.querySelector(`.${name}`);
    if (place.dataset.text === text) return;
    place.dataset.text = text;
    place.replaceChildren(...prose(text));
  }
}

/** What can be done about it is on this page, where it is not in the file. */
function adviceHere(judgement, { origin }) {
  if (judgement.state === "failed") return "Rather than an unfiltered picture there is none. Under Plugins stands what the plugin said.";
  const advice = adviceOn(judgement);
  return origin === "api" ? advice.replaceAll("in streams.toml", "in its settings") : advice;
}

customElements.define("fg-standing", Standing);
