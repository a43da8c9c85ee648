// What comes from a stream's camera, as the server measures it: rate, data and the plugins' cost over five minutes, and what it is.
import { record, second, worstOf } from "./record.js";
import { sheet, shadow } from "./sheet.js";
import "./spark.js";
import { bits, bytes, cost, count, rate, share, size } from "./units.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; font-size: var(--small); }
  @container (max-width: 300px) { .row .worst { grid-column: 1 / -1; } }
  .row { display: grid; grid-template-columns: 56px 1fr auto; align-items: baseline; gap: 0 8px; margin-bottom: 12px; }
  .row dt, .worst, .facts dt, .time dt { color: var(--quiet); }
  .now { font-size: var(--body); font-weight: 600; white-space: nowrap; }
  .worst::before { content: ""; display: inline-block; width: 7px; height: 7px; margin-right: 6px; border-radius: 50%; background: var(--state-stalled); }
  .worst { white-space: nowrap; }
  .worst:empty { visibility: hidden; }
  .line { grid-column: 1 / -1; margin: 4px 0 0; }
  .facts { display: grid; grid-template-columns: 92px minmax(0, 1fr); gap: 4px 8px; }
  .facts dd { overflow-wrap: anywhere; }
`);

/** By measure of the record: its words, and which of two values is worse. */
const ROWS = {
  rate: { label: "Pictures", say: rate, worse: (a, b) => a < b, called: "lowest" },
  bits: { label: "Data", say: bits, worse: (a, b) => a > b, called: "highest" },
  cpu: { label: "Plugins", say: (part) => `${share(part / 100)} CPU`, worse: (a, b) => a > b, called: "highest" },
};

class Feed extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<dl>${Object.entries(ROWS)
      .map(([key, { label }]) => `<div class="row" data-row="${key}"><dt>${label}</dt><dd class="now">–</dd><dd class="worst"></dd><dd class="line"><fg-spark></fg-spark></dd></div>`)
      .join("")}</dl><dl class="facts"></dl>`,
  );

  #told = {};

  /** What `GET /api/streams/{name}` says. */
  report(told) {
    this.#told = told;
    this.#root.querySelector("[data-row=cpu]").hidden = !(told.plugins?.length > 0);
    const { viewers, max_viewers: most, measure = {}, reconnects = 0, failures = 0, lost = 0 } = told;
    const many = viewers?.total ?? 0;
    const whole = measure.whole?.count ? measure.whole : measure.video_whole;
    const facts = {
      Camera: [told.codec, told.size && size(told.size), told.transport].filter(Boolean).join(", ") || "not connected",
      Source: told.source ?? "",
      Viewers: most ? `${many} of ${most}` : String(many),
      Troubles: [reconnects && count(reconnects, "reconnect"), failures && count(failures, "failure"), lost && `${count(lost, "picture")} lost`].filter(Boolean).join(", ") || "none",
      "A picture": whole?.count ? `takes ${cost(whole.p50_us)} here, one in a hundred ${cost(whole.p99_us)}` : "",
      Kept: told.kept_bytes ? `${bytes(told.kept_bytes)} for late viewers` : "",
    };
    const shown = Object.entries(facts).filter(([, text]) => text);
    const place = this.#root.querySelector(".facts");
    const key = JSON.stringify(shown);
    if (place.dataset.key === key) return;
    place.dataset.key = key;
    place.replaceChildren(...shown.flatMap(([name, text]) => [Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: text })]));
  }

  /** The lines of `stream`, up to now. */
  draw(stream) {
    const now = second();
    for (const [measure, { label, say, worse, called }] of Object.entries(ROWS)) {
      const row = this.#root.querySelector(`[data-row=${measure}]`);
      if (row.hidden) continue;
      const values = record.values(stream, measure, now);
      const worst = worstOf(values, worse);
      // Until the first event comes the list's own figures are the newest.
      const listed = this.#told.state === "live" ? { rate: this.#told.rate, bits: this.#told.bitrate }[measure] : undefined;
      const newest = record.newest(stream, measure, now) ?? listed;
      const text = newest === undefined ? "–" : say(newest);
      const extreme = worst < 0 ? "" : `${called} ${say(values[worst])}`;
      row.querySelector(".now").textContent = text;
      row.querySelector(".worst").textContent = extreme;
      row.querySelector("fg-spark").draw(values, worst, `${label} over the last five minutes: ${text} now${extreme && `, ${extreme}`}`, record.span(now));
    }
  }
}

customElements.define("fg-feed", Feed);
