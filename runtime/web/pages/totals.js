// The program as a whole: who watches, what comes in and goes out, and what the machine gives for it.
import { record, worstOf } from "./record.js";
import { sheet, shadow } from "./sheet.js";
import "./trace.js";
import { bits, bytes, share, span } from "./units.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; min-height: 48px; }
  dl { display: flex; flex-wrap: wrap; gap: 4px 24px; font-size: var(--small); }
  dl > div { display: grid; grid-template-columns: auto auto; gap: 0 8px; align-items: center; }
  dt { grid-column: 1 / -1; color: var(--quiet); }
  dd { font-size: var(--body); font-weight: 600; white-space: nowrap; }
  fg-trace { width: 72px; }
  @container (max-width: 480px) {
    dl { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 4px 12px; }
    fg-trace, [data-part="uptime"] { display: none; }
  }
`);

const PARTS = {
  streams: { label: "Streams" },
  viewers: { label: "Viewers" },
  in: { label: "Comes in", drawn: true },
  out: { label: "Goes out", drawn: true },
  cpu: { label: "CPU", drawn: true },
  memory: { label: "Memory" },
  uptime: { label: "Runs for" },
};

/** Nothing that a stream can be called: its lines are kept beside theirs. */
const PROGRAM = "";

class Totals extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<dl>${Object.entries(PARTS)
      .map(([key, { label, drawn }]) => `<div data-part="${key}"><dt>${label}</dt><dd>–</dd>${drawn ? "<fg-trace></fg-trace>" : ""}</div>`)
      .join("")}</dl>`,
  );

  #before;

  /** What `GET /api/stats` says, at `now` in milliseconds; what counts there is told as so much a second. What it does not say is not shown. */
  report(stats, now = performance.now()) {
    const { uptime, memory, streams = {}, viewers, bitrate } = stats;
    const all = Object.values(streams).reduce((sum, many) => sum + many, 0);
    this.#show("streams", String(all));
    this.#show("viewers", viewers?.total?.toLocaleString("en"));
    this.#show("memory", typeof memory === "number" ? bytes(memory) : undefined);
    this.#show("uptime", uptime === undefined ? undefined : span(uptime * 1000));
    this.#draw("in", bitrate, bits);
    const before = this.#before;
    const passed = before ? (now - before.now) / 1000 : 0;
    // Another program, or the same one begun anew, counts from the begin.
    const since = passed > 0 && uptime >= before.stats.uptime ? (name) => (stats[name] - before.stats[name]) / passed : () => undefined;
    this.#draw("out", since("sent") * 8, bits);
    this.#draw("cpu", since("cpu_seconds"), share);
    this.#before = { stats, now };
  }

  #draw(part, value, say) {
    const known = typeof value === "number" && !Number.isNaN(value);
    this.#show(part, known ? say(value) : this.#before ? undefined : "–");
    if (!known) return;
    record.put(PROGRAM, part, value);
    const values = spread(record.values(PROGRAM, part));
    this.#part(part).querySelector("fg-trace").draw(values, worstOf(values, (a, b) => a > b), record.span());
  }

  #show(part, text) {
    const element = this.#part(part);
    element.hidden = text === undefined;
    const shown = element.querySelector("dd");
    if (text !== undefined && shown.textContent !== text) shown.textContent = text;
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }
}

/** The program is asked every few seconds: until it is asked again it is taken to be as it was. */
function spread(values) {
  const MOST = 12;
  let last;
  let since = MOST;
  return values.map((value) => {
    since = value === undefined ? since + 1 : 0;
    last = value ?? last;
    return since < MOST ? last : undefined;
  });
}

customElements.define("fg-totals", Totals);
