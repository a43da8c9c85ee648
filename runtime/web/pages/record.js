// The last five minutes of every stream, a value a second: what `frame-update` and `bitrate-update` told while a page of this tab listened.
import { SPAN } from "./spark.js";

const KEPT = "record";
/** Updates come once a second, and now and then two in one: a single second without is none. */
const BRIDGED = 2;
/** What a small line shows at least: five minutes of which one has passed would be an empty box. */
const LEAST_S = 60;
/** Without a value for so many seconds there is none now. */
const STALE_S = 3;

/** Seconds since 1970 by this machine's clock. */
export function second() {
  return Math.floor(Date.now() / 1000);
}

class Line {
  values = new Float32Array(SPAN).fill(NaN);
  last = 0;

  put(at, value) {
    if (at < this.last) return;
    const missed = this.last ? at - this.last : SPAN;
    const fill = missed <= BRIDGED ? value : NaN;
    for (let back = 1; back < Math.min(missed, SPAN); back += 1) this.values[(at - back) % SPAN] = fill;
    this.values[at % SPAN] = value;
    this.last = at;
  }
}

class Record {
  #lines = new Map();

  #first = Infinity;

  /** One value of a stream's `measure`. */
  put(stream, measure, value, at = second()) {
    const key = `${measure} ${stream}`;
    let line = this.#lines.get(key);
    if (!line) this.#lines.set(key, (line = new Line()));
    line.put(at, value);
    this.#first = Math.min(this.#first, at);
  }

  /** How many seconds small lines show: all the same, growing to five minutes. */
  span(now = second()) {
    return Math.min(SPAN, Math.max(LEAST_S, now - this.#first + 1));
  }

  /** What an event says, if it says a figure. */
  hear({ kind, stream, data }) {
    if (kind === "frame-update") this.put(stream, "rate", data.rate);
    else if (kind === "bitrate-update") this.put(stream, "bits", data.bitrate);
  }

  /** Oldest first, up to now: `undefined` where nobody looked, or nothing came. */
  values(stream, measure, now = second()) {
    const line = this.#lines.get(`${measure} ${stream}`);
    const behind = line ? now - line.last : SPAN;
    if (behind >= SPAN) return [];
    const found = new Array(SPAN).fill(undefined);
    // The second that runs may still get its value.
    const late = Math.min(behind, 1);
    for (let at = now - SPAN + 1; at <= line.last; at += 1) {
      const value = line.values[at % SPAN];
      if (!Number.isNaN(value)) found[Math.min(at - (now - SPAN + 1) + late, SPAN - 1)] = value;
    }
    const first = found.findIndex((value) => value !== undefined);
    return first < 0 ? [] : found.slice(first);
  }

  /** The mean of the newest seconds, or `undefined`. */
  newest(stream, measure, now = second()) {
    const line = this.#lines.get(`${measure} ${stream}`);
    if (!line || now - line.last > STALE_S) return undefined;
    const recent = [0, 1, 2].map((back) => line.values[(line.last - back) % SPAN]).filter((value) => !Number.isNaN(value));
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  }

  /** Goes on with what another page of this tab kept, and keeps it for the next. */
  begin() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
      for (const [key, { last, values }] of Object.entries(kept)) {
        if (second() - last >= SPAN || this.#lines.has(key)) continue;
        const line = new Line();
        line.last = last;
        values.forEach((value, back) => (line.values[(last - back) % SPAN] = value ?? NaN));
        this.#lines.set(key, line);
        this.#first = Math.min(this.#first, last - values.findLastIndex((value) => value !== null));
      }
    } catch {
      // Without storage the lines begin with the page.
    }
    addEventListener("pagehide", () => this.#keep());
  }

  #keep() {
    const kept = {};
    for (const [key, { last, values }] of this.#lines) {
      if (second() - last >= SPAN) continue;
      const newestFirst = Array.from({ length: SPAN }, (_, back) => values[(last - back) % SPAN]);
      kept[key] = { last, values: newestFirst.map((value) => (Number.isNaN(value) ? null : Math.round(value * 10) / 10)) };
    }
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // A tab that may keep nothing, or not so much.
    }
  }
}

export const record = new Record();

/** The place of the worst of `values`, or -1: of a few seconds none is worst. */
export function worstOf(values, worse, least = 10) {
  if (values.length < least) return -1;
  return values.reduce((worst, value, at) => (value !== undefined && (worst < 0 || worse(value, values[worst])) ? at : worst), -1);
}
