// The addresses that a player asks, below the one that it is given. Pure.

/** Below the server's own address, or below where a proxy put it: `https://example.com/cameras/`. */
export class Addresses {
  #base;
  #stream;

  /** `src` may be relative to `page`; without it the server is where `module` came from, which lies in its `assets/`. */
  constructor({ src, stream, module, page }) {
    this.#base = src ? new URL(src, page) : new URL("../", module);
    if (!this.#base.pathname.endsWith("/")) this.#base.pathname += "/";
    this.#base.search = "";
    this.#base.hash = "";
    this.#stream = encodeURIComponent(stream);
  }

  socket(query) {
    const address = this.#of(`ws/${this.#stream}`, query);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    return address.href;
  }

  playlist(query) {
    return this.#of(`hls/${this.#stream}/index.m3u8`, query).href;
  }

  moving(query) {
    return this.#of(`mjpeg/${this.#stream}`, query).href;
  }

  still(query) {
    return this.#of(`still/${this.#stream}.jpg`, query).href;
  }

  /** Answers as soon as the server does. */
  get health() {
    return this.#of("healthz").href;
  }

  #of(path, query = {}) {
    const address = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") address.searchParams.set(name, value);
    return address;
  }
}
