// One WebSocket to `/ws/{stream}` that comes back by itself: 0.5 s doubled up to 15 s or what is asked, with jitter. It knows nothing of pictures or pages.
import { readMessage } from "./message.js";
import { Turn } from "./turn.js";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** A refusal is not mended by hurry; a place that gets free, or a file that was written, is still found. */
const REFUSED_DELAY_MS = 5_000;
/** A handshake that takes longer goes nowhere. */
const OPEN_TIMEOUT_MS = 10_000;
/** After this long a connection counts as good, and the next loss is tried again at once. */
const GOOD_AFTER_MS = 5_000;

/**
 * Fires `open`; `still` (detail: ArrayBuffer); `message` (detail: as `readMessage` gives it); and `down` (detail: `{ code, problem, opened, retryAt }`, with
 * `opened` whether the handshake succeeded, and `retryAt` as of `performance.now()`, or `undefined` when it is not tried again).
 */
export class Connection extends EventTarget {
  #address;
  #socket;
  #turn;
  #timer;
  #delay = FIRST_DELAY_MS;
  #opened = 0;
  #problem;
  #longest;

  /** `longest`: the most milliseconds between two attempts. */
  constructor(address, { longest = LONGEST_DELAY_MS } = {}) {
    super();
    this.#address = address;
    this.#longest = longest;
  }

  /** Connects as soon as it is its turn, also in the middle of a wait. */
  open() {
    if (this.#turn) return;
    clearTimeout(this.#timer);
    this.#problem = undefined;
    this.#opened = 0;
    // Assigned before it may begin: `#dial` is called from within.
    this.#turn = new Turn(() => queueMicrotask(() => this.#dial()));
  }

  /** Ends it for good, or until `open`. Nothing is fired afterwards. */
  close() {
    this.#delay = FIRST_DELAY_MS;
    this.#release()?.close(1000);
  }

  /** Drops a connection that is believed dead and makes another. */
  renew() {
    this.#release()?.close(1000);
    this.open();
  }

  #dial() {
    // Closed, or closed and opened again, while the turn came.
    if (!this.#turn || this.#socket) return;
    const turn = this.#turn;
    const socket = new WebSocket(this.#address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(socket, 0), OPEN_TIMEOUT_MS);
    socket.addEventListener("open", () => {
      turn.end();
      if (socket !== this.#socket) return;
      clearTimeout(this.#timer);
      this.#opened = performance.now();
      this.#fire("open");
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#take(data);
    });
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  /** Lets go of the socket, and of the turn to make one. */
  #release() {
    clearTimeout(this.#timer);
    this.#turn?.end();
    this.#turn = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    return socket;
  }

  #take(data) {
    if (data instanceof ArrayBuffer) {
      this.#fire("still", data);
      return;
    }
    const message = readMessage(data);
    if (message?.type === "problem") this.#problem = message.problem;
    if (message) this.#fire("message", message);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    this.#release();
    socket.close();
    const refused = code >= 4000 && this.#problem?.kind !== "stopping";
    if (!refused && this.#opened && performance.now() - this.#opened > GOOD_AFTER_MS) this.#delay = FIRST_DELAY_MS;
    const wait = this.#wait(refused);
    // A parameter that was not understood will not be understood the next time.
    const again = code !== 4400;
    if (again) this.#timer = setTimeout(() => this.open(), wait);
    this.#fire("down", { code, problem: this.#problem, opened: this.#opened > 0, retryAt: again ? performance.now() + wait : undefined });
  }

  #wait(refused) {
    const asked = (this.#problem?.retryAfter ?? 0) * 1000;
    const least = Math.max(asked, refused ? REFUSED_DELAY_MS : 0);
    const wait = Math.max(least, this.#delay);
    this.#delay = Math.min(this.#delay * 2, this.#longest);
    // Between three quarters and all of it when it is ours to choose; a little later than asked when the server named a time.
    return Math.min(wait * (least ? 1 + Math.random() / 4 : 1 - Math.random() / 4), Math.max(this.#longest, asked * 1.25));
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
