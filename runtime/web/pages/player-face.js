// The shadow tree of a player: its picture, what is said of it, and its buttons; what changes in it with the judgement of a session.
import { iconText } from "./icons.js";
import "./notice.js";
import { controlsText } from "./player-controls.js";
import { style } from "./player-style.js";
import { shadow } from "./sheet.js";
import { STATES } from "./states.js";

/** With less than one of these only a strip says what is wrong, and a press tells the rest: wide as on a desk, and high as on a phone. */
const ROOMY = [
  { width: 420, height: 230 },
  { width: 300, height: 320 },
];
const SAID_MS = 4_000;
/** A state must hold for so long before a screen reader is told. */
const SETTLE_MS = 1_500;

const text = `<div class="stage" part="stage" role="group" tabindex="0"><video part="picture video" playsinline></video>
  <canvas part="picture" role="img"></canvas>
  <div class="foot"><p class="name" part="name" aria-hidden="true"></p><fg-notice part="notice" alone></fg-notice>
  <button type="button" class="hear" part="button hear" data-does="sound" hidden>${iconText("silent")}<span>Sound on</span></button>${controlsText}</div>
  <button type="button" class="begin" part="button begin" data-does="play" hidden>${iconText("play", 32)}</button>
  <p class="said" part="message"></p><p class="unseen" role="status"></p></div>`;

export class Face {
  stage;
  video;
  canvas;

  #host;
  #notice;
  #explained = false;
  #state;
  #told;
  #timers = {};

  constructor(host) {
    this.#host = host;
    const root = shadow(host, [style], text);
    this.stage = root.querySelector(".stage");
    this.video = root.querySelector("video");
    this.canvas = root.querySelector("canvas");
    this.#notice = root.querySelector("fg-notice");
    this.#notice.addEventListener("explain", (event) => (event.stopPropagation(), this.#explain(true)));
    // A press on what was explained folds it again.
    this.#notice.addEventListener("click", (event) => event.composedPath()[0].closest?.("button") ?? (this.#explained && this.#explain(false)));
    new ResizeObserver(() => this.#fit()).observe(this.stage);
  }

  /** The stream's name: in place of a picture, and for whoever cannot see one. */
  name(stream) {
    this.stage.querySelector(".name").textContent = stream;
    this.stage.setAttribute("aria-label", `Player of ${stream}`);
    this.canvas.setAttribute("aria-label", `Picture of ${stream}`);
    this.video.setAttribute("aria-label", `Picture of ${stream}`);
    this.stage.querySelector(".begin").setAttribute("aria-label", `Play ${stream}`);
  }

  /** Shows a judgement of `Condition`, and whether there is a picture below it. */
  show(judgement, { size }) {
    const { state } = judgement;
    const pictured = size !== undefined;
    if (this.stage.classList.contains("pictured") !== pictured) {
      this.stage.classList.toggle("pictured", pictured);
      this.#notice.toggleAttribute("alone", !pictured);
    }
    if (state !== "live" && state !== "paused") this.#notice.show(this.#host.getAttribute("stream"), judgement, performance.now());
    if (state === this.#state) return;
    this.#state = state;
    this.stage.dataset.state = state;
    this.#explain(false);
    clearTimeout(this.#timers.told);
    this.#timers.told = setTimeout(() => this.#tell(state), SETTLE_MS);
  }

  /** Whether it waits for a press to play, and for one to be heard. */
  rest(paused, unheard) {
    set(this.stage.querySelector(".begin"), !paused);
    set(this.stage.querySelector(".hear"), !unheard || paused);
  }

  /** What an action of the viewer's came to. */
  say(words) {
    const place = this.stage.querySelector(".said");
    clearTimeout(this.#timers.said);
    place.textContent = words;
    this.stage.querySelector("[role=status]").textContent = words;
    this.#timers.said = setTimeout(() => (place.textContent = ""), SAID_MS);
  }

  /** Nobody needs to hear that all is well when a page has just opened, nor of what passes by itself. */
  #tell(state) {
    const news = state !== "connecting" && state !== "paused" && state !== this.#told && (this.#told !== undefined || state !== "live");
    if (news) this.stage.querySelector("[role=status]").textContent = `${this.#host.getAttribute("stream")}: ${STATES[state].word}.`;
    if (state !== "connecting") this.#told = state;
  }

  #explain(explained) {
    this.#explained = explained;
    this.stage.classList.toggle("explained", explained);
    this.#fit();
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const tight = !ROOMY.some((least) => width >= least.width && height >= least.height);
    this.stage.classList.toggle("tight", tight);
    this.#notice.toggleAttribute("full", this.#explained || !tight);
  }
}

function set(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}
