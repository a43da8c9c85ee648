// The output `stills`: one JPEG or WebP after the other over a WebSocket.
import { Connection } from "./connection.js";
import { Reach } from "./player-reach.js";

const LONGEST_DELAY_MS = 10_000;

/** Fires `open`, `message`, `down` and `unable` as `Mp4` does. */
export class Stills extends EventTarget {
  name = "stills";
  bytes = 0;
  skipped = 0;
  sound = false;
  fresh = -Infinity;

  #connection;
  #reach;

  constructor({ addresses, surface, width, stills }) {
    super();
    const connection = new Connection(addresses.socket({ width, ...stills, stats: "1" }), { longest: LONGEST_DELAY_MS });
    this.#connection = connection;
    this.#reach = new Reach(addresses);
    connection.addEventListener("open", () => (this.#reach.opened(), this.#fire("open")));
    connection.addEventListener("message", ({ detail }) => {
      if (detail.type === "stats") this.skipped = Number(detail.skipped_total) || 0;
      this.#fire("message", detail);
    });
    connection.addEventListener("down", ({ detail }) => this.#down(detail));
    connection.addEventListener("still", ({ detail }) => {
      this.bytes += detail.byteLength;
      surface.draw(detail);
    });
  }

  start() {
    this.#connection.open();
  }

  stop() {
    this.#connection.close();
  }

  hurry() {
    this.#connection.open();
  }

  renew() {
    this.#connection.renew();
  }

  get figures() {
    return { skipped: this.skipped };
  }

  async #down(detail) {
    const { code, problem } = detail;
    if (code === 4406 || code === 4400 || this.#reach.isForeign(detail)) return this.#unable(problem?.detail, problem?.outputs);
    this.#fire("down", detail);
    if (await this.#reach.isKeptBack(detail)) this.#unable("no WebSocket reaches the server", undefined, "kept-back");
  }

  #unable(why = "this stream has no stills", outputs = undefined, reason = "not-available") {
    this.#connection.close();
    this.#fire("unable", { why, outputs, reason });
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
