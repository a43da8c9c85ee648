// What a view may say about itself, from what the server said, what the connection did, and when pictures came. Pure: the time is passed in.
import { stateOf, stateOfClose } from "./states.js";

/** Without a picture for this long a view no longer says "live": with the tick of a quarter second it is marked within two seconds. */
const FRESH_MS = 1_600;
/** Renditions of one picture a second and less are given this many of their own intervals. */
const FRESH_INTERVALS = 1.7;
/** Pictures in a row, no further apart than `FRESH_MS`, that outweigh a status from before them. */
const PROOF = 3;
/** A live connection that brought nothing at all for so long is taken for dead (a half-open TCP connection is never told to a page). */
const DEAD_MS = 15_000;

/**
 * Fed with what happens to one view, asked by `judge`. Times are milliseconds of one monotonic clock.
 *
 * A status other than "live" is the server's to take back: the last still that an offline stream hands to a new viewer proves nothing.
 */
export class Condition {
  #status;
  #lost;
  #picture = 0;
  #heard = 0;
  #aged = false;
  #damaged;
  #row = 0;
  #intervals = [];
  #expected;

  /** `expected`: milliseconds between two pictures where that is known before they come. */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  /** A connection is begun, to look anew: what was known of the last one no longer counts, only its picture. */
  connecting(now) {
    this.#lost = undefined;
    this.#intervals = [];
    this.opened(now);
  }

  /** The connection is open. A refusal is shown until the server says something else: each attempt to get a place would otherwise look like hope. */
  opened(now) {
    if (this.#lost?.state === "unreachable") this.#lost = undefined;
    this.#status = undefined;
    this.#damaged = undefined;
    this.#row = 0;
    this.#heard = now;
  }

  /** The connection ended; `detail` as of the connection's `down`. */
  down({ code, problem, retryAt }) {
    this.#lost = { state: stateOfClose(code, problem) ?? "unreachable", detail: problem?.detail ?? "", reason: problem?.kind, retryAt };
    this.#row = 0;
  }

  /** A message of type `status`. */
  status(message, now) {
    this.#heard = now;
    this.#lost = undefined;
    const { state, detail, reason, retry_in_ms: wait } = message;
    this.#status = { state: stateOf(state), detail: detail || reason, reason, retryAt: Number.isFinite(wait) ? now + wait : undefined };
    this.#row = 0;
  }

  /** A picture came. */
  picture(now) {
    const interval = now - this.#picture;
    this.#row = interval < FRESH_MS ? this.#row + 1 : 1;
    if (this.#picture && this.#status?.state !== "gated") {
      this.#intervals.push(interval);
      if (this.#intervals.length > 8) this.#intervals.shift();
    }
    this.#picture = now;
    this.#damaged = undefined;
    this.#heard = now;
    this.#lost = undefined;
    const state = this.#status?.state ?? "live";
    // Of a picture that came while the stream was not live nobody knows when it was taken.
    this.#aged = state === "live" || state === "gated" || state === "stalled" || this.#row >= PROOF;
    if (this.#row >= PROOF && state !== "gated" && state !== "failed") this.#status = { state: "live", detail: "" };
  }

  /** A picture came that cannot be decoded. */
  damaged(now) {
    this.#damaged ??= now;
    this.#heard = now;
  }

  /** Whether the connection should be made anew. */
  isDead(now) {
    const state = this.#status?.state ?? "live";
    return !this.#lost && state === "live" && now - this.#heard > DEAD_MS;
  }

  /** `{ state, detail, reason?, age?, retryAt? }`: `age` of the picture that is shown in milliseconds, where it is known. */
  judge(now) {
    const aged = this.#picture && this.#aged ? now - this.#picture : undefined;
    if (this.#lost) return { ...this.#lost, age: aged };
    // One that is damaged among good ones is not worth a word.
    const damaged = this.#damaged !== undefined && now - this.#damaged > FRESH_MS;
    const state = this.#status?.state ?? (this.#row || damaged ? "live" : "connecting");
    if (state !== "live") return { detail: "", ...this.#status, state, age: aged };
    // "Live" needs a picture of this connection, and a fresh one.
    if (!this.#row && !damaged) return { state: "connecting", detail: "", age: aged };
    if (this.#row && now - this.#picture <= this.#patience()) return { state, detail: "", age: aged };
    if (damaged) return { state: "unavailable", detail: "This browser cannot decode what comes.", reason: "damaged", age: aged };
    return { state: "stalled", detail: "No new picture comes.", age: aged };
  }

  #patience() {
    if (this.#intervals.length < 2) return Math.max(FRESH_MS, FRESH_INTERVALS * this.#expected);
    const sorted = [...this.#intervals].sort((a, b) => a - b);
    return Math.min(Math.max(FRESH_MS, FRESH_INTERVALS * sorted[sorted.length >> 1]), 30_000);
  }
}
