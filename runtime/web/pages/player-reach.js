// Tells a server that is away from a network that keeps WebSockets back.

/** Handshakes that fail so often in a row, while the server answers otherwise, are kept back on the way. */
const MOST_FAILURES = 3;

export class Reach {
  #failures = 0;
  #addresses;

  constructor(addresses) {
    this.#addresses = addresses;
  }

  /** Told of each `down` of a connection; whether no WebSocket gets through. */
  async isKeptBack({ code, opened }) {
    this.#failures = opened || code >= 4000 ? 0 : this.#failures + 1;
    if (this.#failures < MOST_FAILURES) return false;
    const answers = await fetch(this.#addresses.health, { mode: "no-cors", cache: "no-store" }).then(
      () => true,
      () => false,
    );
    return answers && this.#failures >= MOST_FAILURES;
  }

  /** Whether it was refused to a page of another origin, which may have what comes without WebSocket yet. */
  isForeign({ code }) {
    return code === 4403 && new URL(this.#addresses.health).origin !== location.origin;
  }

  /** A handshake succeeded. */
  opened() {
    this.#failures = 0;
  }
}
