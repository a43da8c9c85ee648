// The output `hls`: the browser's own player of playlists, where it has one.
import { readProblem } from "./message.js";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
const MOST_FAILURES = 4;
/** Chromium cannot read a playlist before it names whole segments, a few seconds after a camera was connected. */
const MOST_FAILURES_TO_READ = 8;
const LONGEST_DELAY_TO_READ_MS = 2_000;
/** What a 404 may mean that is no want of a playlist. */
const PASSING = ["stream-offline", "unknown-stream"];

export const canPlayHls = () => document.createElement("video").canPlayType("application/vnd.apple.mpegurl") !== "";

/** Fires `down` and `unable` as `Mp4` does. */
export class Hls extends EventTarget {
  name = "hls";
  bytes = NaN;
  sound = true;
  fresh = -Infinity;

  #addresses;
  #surface;
  #timer;
  #delay = FIRST_DELAY_MS;
  #failures = 0;
  #life = new AbortController();

  constructor({ addresses, surface }) {
    super();
    this.#addresses = addresses;
    this.#surface = surface;
  }

  start() {
    const { video } = this.#surface;
    const { signal } = this.#life;
    video.addEventListener("error", () => this.#failed(), { signal });
    video.addEventListener("playing", () => ((this.#failures = 0), (this.#delay = FIRST_DELAY_MS)), { signal });
    this.#surface.watch();
    this.hurry();
  }

  stop() {
    this.#life.abort();
    clearTimeout(this.#timer);
    this.#surface.video.removeAttribute("src");
    this.#surface.video.load();
  }

  hurry() {
    clearTimeout(this.#timer);
    this.#surface.video.src = this.#addresses.playlist();
    this.dispatchEvent(new Event("begin"));
  }

  renew() {
    this.#surface.hold();
    this.#surface.watch();
    this.hurry();
  }

  get latency() {
    const { seekable, currentTime } = this.#surface.video;
    return seekable.length ? Math.max(0, seekable.end(seekable.length - 1) - currentTime) : undefined;
  }

  get figures() {
    return { rate: this.#surface.video.playbackRate, skipped: 0 };
  }

  /** A video says that it failed, not why; the playlist does. */
  async #failed() {
    this.#failures += 1;
    this.#surface.hold();
    this.#surface.watch();
    const { signal } = this.#life;
    const answer = await fetch(this.#addresses.playlist(), { cache: "no-store", signal }).catch(() => undefined);
    const problem = answer && !answer.ok ? await answer.json().then(readProblem, () => ({})) : undefined;
    if (signal.aborted) return;
    // A camera that is away, or a place that is taken, may be there later; an output that is not there will not.
    const lasting = [404, 406].includes(answer?.status) && !PASSING.includes(problem.kind);
    if (lasting || this.#failures >= (answer?.ok ? MOST_FAILURES_TO_READ : MOST_FAILURES)) {
      const why = problem?.detail || "this stream has no playlist that this browser plays";
      this.dispatchEvent(new CustomEvent("unable", { detail: { why, outputs: problem?.outputs } }));
      return;
    }
    const wait = Math.max(this.#delay * (1 - Math.random() / 4), (problem?.retryAfter ?? 0) * 1_000);
    this.#delay = Math.min(this.#delay * 2, answer?.ok ? LONGEST_DELAY_TO_READ_MS : LONGEST_DELAY_MS);
    this.#timer = setTimeout(() => this.hurry(), wait);
    // A playlist that is there says that the server is: the next attempt may find what it names.
    if (answer?.ok) return;
    const code = problem ? 4000 + answer.status : 0;
    this.dispatchEvent(new CustomEvent("down", { detail: { code, problem, retryAt: performance.now() + wait } }));
  }
}
