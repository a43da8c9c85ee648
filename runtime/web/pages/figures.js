// The figures of one view: pictures and bytes a second as they arrive here, drawn over five minutes, and what the server tells beside them.
import { presence } from "./presence.js";
import { sheet, shadow } from "./sheet.js";
import { SPAN } from "./spark.js";
import { count, flow, rate, size } from "./units.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; font-size: var(--small); }
  .row { display: grid; grid-template-columns: 64px 1fr auto; align-items: baseline; gap: 0 8px; margin-bottom: 12px; }
  .row dt, .worst { color: var(--quiet); }
  .row :is(.now, .worst) { white-space: nowrap; }
  .row .now { font-size: var(--body); font-weight: 600; }
  .worst::before {
    content: ""; display: inline-block; width: 7px; height: 7px; margin-right: 6px; border-radius: 50%; background: var(--state-stalled);
  }
  .worst:empty { visibility: hidden; }
  @container (max-width: 260px) { .row .worst { grid-column: 1 / -1; } }
  .line { grid-column: 1 / -1; margin: 4px 0 0; }
  /* Each fact has its place from the start: nothing moves when one comes. */
  .facts {
    display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 4px 16px; padding-top: 8px; color: var(--quiet); line-height: 1.45;
  }
  .facts span { min-height: 1.45em; }
  .facts .transport { grid-column: 1 / -1; }
`);

/** By row: what is measured of a view, its words, and which of two values is worse. */
const ROWS = {
  frames: { label: "Pictures", say: rate, worse: (a, b) => a < b, called: "lowest" },
  bytes: { label: "Data", say: flow, worse: (a, b) => a > b, called: "highest" },
};

/** So many seconds before the worst of them is marked. */
const LEAST = 10;

class Figures extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<dl>${Object.entries(ROWS)
      .map(
        ([name, { label }]) =>
          `<div class="row" data-row="${name}"><dt>${label}</dt><dd class="now">–</dd><dd class="worst"></dd>
           <dd class="line"><fg-spark></fg-spark></dd></div>`,
      )
      .join(
        "",
      )}</dl><p class="facts">${["size", "format", "skipped", "viewers", "transport"].map((name) => `<span class="${name}"></span>`).join("")}</p>`,
  );
  #view;
  #values = { frames: [], bytes: [] };
  #before;
  #rendition = {};
  #stats = {};
  #told = {};
  #timer;

  /** Begins to measure `view`, once a second. */
  watch(view) {
    this.#view = view;
    view.addEventListener("message", ({ detail }) => {
      if (detail.type === "rendition") this.#rendition = detail;
      if (detail.type === "stats") this.#stats = detail;
    });
    this.#begin();
  }

  connectedCallback() {
    if (this.#view) this.#begin();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #begin() {
    this.#timer ??= setInterval(() => this.#measure(), 1000);
  }

  /** What `GET /api/streams` says about the stream. */
  report(told) {
    this.#told = told;
  }

  #measure() {
    const now = performance.now();
    const { frames, bytes } = this.#view;
    const seconds = this.#before ? (now - this.#before.now) / 1000 : 0;
    // Before the first picture there is nothing to draw, and while nobody looks nothing that counts.
    if (seconds && this.#before.frames && presence.here) {
      this.#keep("frames", (frames - this.#before.frames) / seconds);
      this.#keep("bytes", (bytes - this.#before.bytes) / seconds);
    } else if (this.#values.frames.length) {
      this.#keep("frames", undefined);
      this.#keep("bytes", undefined);
    }
    this.#before = { now, frames, bytes };
    for (const name of Object.keys(ROWS)) this.#drawRow(name);
    this.#drawFacts();
  }

  #keep(name, value) {
    this.#values[name].push(value);
    if (this.#values[name].length > SPAN) this.#values[name].shift();
  }

  #drawRow(name) {
    const { label, say, worse, called } = ROWS[name];
    const values = this.#values[name];
    const row = this.#root.querySelector(`[data-row="${name}"]`);
    let worst = -1;
    // Of a few seconds none is worst.
    const enough = values.length >= LEAST;
    values.forEach((value, at) => enough && value !== undefined && (worst < 0 || worse(value, values[worst])) && (worst = at));
    // One second says little: pictures that fall on either side of a tick are no change of rate.
    const recent = values.slice(-3).filter((value) => value !== undefined);
    const now = recent.length ? say(recent.reduce((sum, value) => sum + value, 0) / recent.length) : "–";
    const extreme = worst < 0 ? "" : `${called} ${say(values[worst])}`;
    row.querySelector(".now").textContent = now;
    row.querySelector(".worst").textContent = extreme;
    row.querySelector("fg-spark").draw(values, worst, `${label} over the last five minutes: ${now} now, ${extreme}`);
  }

  #drawFacts() {
    const { quality } = this.#rendition;
    const skipped = this.#stats.skipped_total;
    const viewers = this.#stats.viewers ?? this.#told.viewers?.total;
    const most = this.#told.max_viewers;
    const facts = {
      size: this.#view.pictureSize ? size(this.#view.pictureSize) : "",
      format: this.#view.format && quality ? `${this.#view.format}, quality ${quality}` : this.#view.format,
      skipped: skipped === undefined ? "" : `${skipped.toLocaleString("en")} skipped`,
      viewers: typeof viewers === "number" ? (most ? `${viewers} of ${count(most, "viewer")}` : count(viewers, "viewer")) : "",
      transport: this.#told.codec
        ? `Camera sends ${[this.#told.codec, this.#told.rate > 0 && rate(this.#told.rate)].filter(Boolean).join(", ")}`
        : "",
    };
    for (const [name, text] of Object.entries(facts)) this.#root.querySelector(`.facts .${name}`).textContent = text;
  }
}

customElements.define("fg-figures", Figures);
