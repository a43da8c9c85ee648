// The server's events over one WebSocket for the whole page, while somebody looks at it.
import { Connection } from "./connection.js";
import { presence } from "./presence.js";

/** A tab that is hidden for a moment keeps its socket. */
const LINGER_MS = 20_000;

/**
 * Fires `open` (what happened meanwhile must be asked for) and `down`. Events go to who listens by `hear`, and are no DOM events: a hundred streams tell
 * two hundred of them a second, all in one message.
 */
class Happenings extends EventTarget {
  #connection;
  #listeners = new Set();
  #linger;

  /** Begins to listen to what `query` selects, as in the address of `/api/events`. */
  begin(query) {
    const address = new URL(`/api/events?${query}&together=1`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#connection = new Connection(address.href);
    // A problem comes alone.
    this.#connection.addEventListener("message", ({ detail }) => [detail].flat().forEach((told) => this.#listeners.forEach((listener) => listener(told))));
    for (const name of ["open", "down"]) this.#connection.addEventListener(name, () => this.dispatchEvent(new Event(name)));
    presence.addEventListener("change", () => this.#sync());
    this.#sync();
  }

  /** Calls `listener` with each event until `signal` is aborted. */
  hear(listener, signal) {
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  #sync() {
    clearTimeout(this.#linger);
    if (presence.here) this.#connection.open();
    else this.#linger = setTimeout(() => this.#connection.close(), presence.leaving ? 0 : LINGER_MS);
  }
}

export const happenings = new Happenings();
