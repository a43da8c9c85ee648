// The figures of one player: pictures and bytes a second as they arrive here, drawn over five minutes, and what the server tells beside them.
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

/** By row: where it is among a player's figures, its words, and which of two values is worse. */
const ROWS = {
  fps: { label: "Pictures", of: ({ fps }) => fps, say: rate, worse: (a, b) => a < b, called: "lowest" },
  bytes: { label: "Data", of: ({ bitrate }) => (Number.isFinite(bitrate) ? bitrate / 8 : undefined), say: flow, worse: (a, b) => a > b, called: "highest" },
};

/** What comes, by the server's word for stills, and by how codecs are called in RFC 6381. */
const FORMATS = { webp: "WebP", jpeg: "JPEG", "as-pushed": "As pushed" };
const CODECS = { avc1: "H.264", avc3: "H.264", hvc1: "H.265", hev1: "H.265", mp4a: "AAC", flac: "FLAC", opus: "Opus" };
/** By output, where the server says nothing. */
const OUTPUTS = { hls: "HLS", mjpeg: "MJPEG", still: "JPEG" };

/** Figures come once a second; when none came for longer nobody looked. */
const LATE_S = 3;
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
      )}</dl><p class="facts">${["size", "format", "skipped", "behind", "viewers", "transport"].map((name) => `<span class="${name}"></span>`).join("")}</p>`,
  );
  #values = { fps: [], bytes: [] };
  #before;
  #figures = {};
  #rendition = {};
  #codecs = "";
  #told = {};

  /** Begins to tell the figures of `player`, as they come. */
  watch(player) {
    player.addEventListener("framegate-stats", ({ detail }) => this.#measure(detail));
    player.addEventListener("framegate-state", ({ detail }) => detail.state === "paused" && this.#draw("–"));
    player.addEventListener("framegate-message", ({ detail }) => {
      if (detail.type === "rendition") this.#rendition = detail;
      if (detail.type === "video") this.#codecs = codecs(detail.mime);
    });
  }

  /** What `GET /api/streams` says about the stream. */
  report(told) {
    this.#told = told;
    this.#drawFacts();
  }

  #measure(figures) {
    const now = performance.now();
    // While nobody looks nothing counts; a browser that is busy is late.
    const passed = this.#before ? Math.round((now - this.#before) / 1000) : 0;
    const missed = passed > LATE_S ? passed - 1 : 0;
    this.#before = now;
    this.#figures = figures;
    const begun = this.#values.fps.length > 0;
    for (const [name, { of }] of Object.entries(ROWS)) {
      for (let at = 0; begun && at < Math.min(missed, SPAN); at += 1) this.#keep(name, undefined);
      // Before the first picture there is nothing to draw.
      if (begun || figures.fps > 0) this.#keep(name, of(figures) ?? undefined);
    }
    this.#draw();
  }

  #keep(name, value) {
    this.#values[name].push(value);
    if (this.#values[name].length > SPAN) this.#values[name].shift();
  }

  /** `now` in place of what the newest seconds say. */
  #draw(now) {
    for (const name of Object.keys(ROWS)) this.#drawRow(name, now);
    this.#drawFacts();
  }

  #drawRow(name, said) {
    const { label, say, worse, called } = ROWS[name];
    const values = this.#values[name];
    const row = this.#root.querySelector(`[data-row="${name}"]`);
    let worst = -1;
    // Of a few seconds none is worst.
    const enough = values.length >= LEAST;
    values.forEach((value, at) => enough && value !== undefined && (worst < 0 || worse(value, values[worst])) && (worst = at));
    // One second says little: pictures that fall on either side of a tick are no change of rate.
    const recent = values.slice(-3).filter((value) => value !== undefined);
    const now = said ?? (recent.length ? say(recent.reduce((sum, value) => sum + value, 0) / recent.length) : "–");
    const extreme = worst < 0 ? "" : `${called} ${say(values[worst])}`;
    row.querySelector(".now").textContent = now;
    row.querySelector(".worst").textContent = extreme;
    row.querySelector("fg-spark").draw(values, worst, `${label} over the last five minutes: ${now} now, ${extreme}`);
  }

  #drawFacts() {
    const { output, width, height, fps, latency, skipped } = this.#figures;
    const viewers = this.#told.viewers?.total;
    const most = this.#told.max_viewers;
    const facts = {
      size: width ? size({ width, height }) : "",
      format: this.#format(output),
      // Of a picture that stands nobody knows.
      behind: Number.isFinite(latency) && fps > 0 ? `${latency.toFixed(latency < 1 ? 2 : 1)} s behind` : "",
      skipped: width ? `${skipped.toLocaleString("en")} skipped` : "",
      viewers: typeof viewers === "number" ? (most ? `${viewers} of ${count(most, "viewer")}` : count(viewers, "viewer")) : "",
      transport: this.#told.codec
        ? `Camera sends ${[this.#told.codec, this.#told.rate > 0 && rate(this.#told.rate)].filter(Boolean).join(", ")}`
        : "",
    };
    for (const [name, text] of Object.entries(facts)) this.#root.querySelector(`.facts .${name}`).textContent = text;
  }

  #format(output) {
    if (output === "mp4") return this.#codecs;
    if (output !== "stills") return OUTPUTS[output] ?? "";
    const { format, quality } = this.#rendition;
    const name = FORMATS[format] ?? format ?? "";
    return quality ? `${name}, quality ${quality}` : name;
  }
}

/** The names of what is in `video/mp4; codecs="avc1.42c01f,mp4a.40.2"`. */
function codecs(mime = "") {
  const [, list = ""] = /codecs="?([^";]+)/.exec(mime) ?? [];
  const words = list.split(",").map((codec) => codec.trim().split(".")[0].toLowerCase());
  return words.map((word) => CODECS[word] ?? word).join(", ");
}

customElements.define("fg-figures", Figures);
