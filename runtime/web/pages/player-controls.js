// The bar of buttons at the edge of a player, and when it is there: while somebody moves, and three seconds longer.
import "./chip.js";
import "./help.js";
import { iconText } from "./icons.js";
import { variant } from "./units.js";

const SHOWN_MS = 3_000;

const button = (does, icon, label) =>
  `<button type="button" class="bare icon" part="button ${does}" data-does="${does}" aria-label="${label}" title="${label}">${iconText(icon)}</button>`;

/** The fixed text of the bar. */
export const controlsText = `<div class="bar" part="controls">${button("play", "stalled", "Pause")}${button("sound", "silent", "Sound on")}
  <fg-chip state="connecting"></fg-chip><span class="grow"></span>
  <select part="button quality" aria-label="Quality" hidden></select>
  ${button("snapshot", "snapshot", "Save a snapshot")}${button("pip", "pip", "Picture in picture")}${button("full", "full", "Full screen")}
  <button type="button" class="bare icon" part="button keys" data-does="help" aria-label="Keys" title="Keys"><span aria-hidden="true">?</span></button></div>
  <fg-help page="player" plain></fg-help>`;

/** Fires `do` (detail: "play", "sound", "snapshot", "pip", "full" or "help") and `quality` (detail: a variant's name). */
export class Controls extends EventTarget {
  #stage;
  #chip;
  #quality;
  #timer;
  #shown = {};

  constructor(stage) {
    super();
    this.#stage = stage;
    this.#chip = stage.querySelector("fg-chip");
    this.#quality = stage.querySelector("select");
    for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"]) stage.addEventListener(kind, () => this.wake());
    stage.addEventListener("pointerleave", () => this.#sleep());
    stage.addEventListener("click", ({ target }) => {
      const does = target.closest("[data-does]")?.dataset.does;
      if (does) this.#fire("do", does);
    });
    stage.addEventListener("dblclick", ({ target }) => target.closest("button, select, fg-notice, fg-help") || this.#fire("do", "full"));
    this.#quality.addEventListener("change", () => this.#fire("quality", this.#quality.value));
  }

  /** Shows the bar for a while. */
  wake() {
    clearTimeout(this.#timer);
    this.#stage.classList.add("awake");
    this.#timer = setTimeout(() => this.#sleep(), SHOWN_MS);
  }

  help() {
    // It is no part of the bar: the keys are there without it, and a dialog in what is hidden would be hidden too.
    this.#stage.querySelector("fg-help").open();
  }

  /** `{ state, pictured, playing, audible, hasSound, isVideo, full, keyed }`: what the buttons say. */
  show(now) {
    const was = this.#shown;
    this.#shown = now;
    if (now.state !== was.state) this.#chip.setAttribute("state", now.state);
    this.#chip.hidden = !["live", "paused"].includes(now.state);
    if (now.playing !== was.playing) this.#set("play", ...(now.playing ? ["stalled", "Pause"] : ["play", "Play"]));
    if (now.audible !== was.audible) this.#set("sound", ...(now.audible ? ["sound", "Sound off"] : ["silent", "Sound on"]));
    if (now.full !== was.full) this.#set("full", ...(now.full ? ["unfull", "Leave full screen"] : ["full", "Full screen"]));
    this.#part("sound").hidden = !now.hasSound;
    this.#part("snapshot").hidden = !now.pictured;
    this.#part("help").hidden = !now.keyed;
    this.#part("pip").hidden = !now.isVideo || !now.pictured || !document.pictureInPictureEnabled;
  }

  /** A ladder of variants, as the server tells it; none or one is no choice. */
  offer(variants, current) {
    this.#quality.hidden = variants.length < 2;
    this.#quality.replaceChildren(
      ...variants.map((each) => Object.assign(document.createElement("option"), { value: each.name, textContent: each.name, title: variant(each) })),
    );
    this.#quality.value = current;
  }

  #part(does) {
    return this.#stage.querySelector(`.bar [data-does=${does}]`);
  }

  #set(does, icon, label) {
    const part = this.#part(does);
    part.innerHTML = iconText(icon);
    part.setAttribute("aria-label", label);
    part.title = label;
  }

  #sleep() {
    clearTimeout(this.#timer);
    this.#stage.classList.remove("awake");
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
