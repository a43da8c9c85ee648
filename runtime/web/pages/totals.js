// The program as a whole: who watches, what comes in and goes out, and what the machine gives for it.
import { record, worstOf } from "./record.js";
import { sheet, shadow } from "./sheet.js";
import "./trace.js";
import { bits, bytes, share, span } from "./units.js";

const style = sheet(`
  :host { display: block; min-height: 48px; }
  dl { display: flex; flex-wrap: wrap; gap: 4px 24px; font-size: var(--small); }
  dl > div { display: grid; grid-template-columns: auto auto; gap: 0 8px; align-items: center; }
  dt { grid-column: 1 / -1; color: var(--quiet); }
  dd { font-size: var(--body); font-weight: 600; white-space: nowrap; }
  fg-trace { width: 72px; }
  @media (max-width: 480px) {
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

  /** What `GET /api/stats` says; what it does not is not shown. */
  report({ uptime, memory_bytes: memory, cpu_percent: cpu, streams = {}, viewers, inbound_bps: inbound, outbound_bps: outbound }) {
    const all = Object.values(streams).reduce((sum, many) => sum + many, 0);
    this.#show("streams", String(all));
    this.#show("viewers", viewers === undefined ? undefined : viewers.toLocaleString("en"));
    this.#show("memory", memory === undefined ? undefined : bytes(memory));
    this.#show("uptime", uptime === undefined ? undefined : span(uptime * 1000));
    this.#draw("in", inbound, inbound === undefined ? undefined : bits(inbound));
    this.#draw("out", outbound, outbound === undefined ? undefined : bits(outbound));
    this.#draw("cpu", cpu, typeof cpu === "number" ? share(cpu / 100) : undefined);
  }

  #draw(part, value, text) {
    this.#show(part, text);
    if (typeof value !== "number") return;
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
