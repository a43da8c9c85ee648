// The server's list of streams, asked for every two seconds while somebody looks: one request for all tiles. One for the page.
import { ask, Refused, whole } from "./api.js";
import { presence } from "./presence.js";

const EVERY_MS = 2_000;
/** Of a page that is told what happens by events: what those do not tell is who comes and goes. */
const SELDOM_MS = 5_000;
/** Events come in flocks: one request is for all of them. */
const GATHER_MS = 200;
const KEPT = "streams";

/** Fires `change` (detail: the list) and `lost` (detail: why there is no answer, in whole sentences). */
class Streams extends EventTarget {
  #timer;
  #asking = false;
  #again = false;
  #begun = false;
  #every = EVERY_MS;

  /** Begins to ask, `seldom` on a page that calls `hurry` when something happens. Listeners that come before miss nothing. */
  begin(how) {
    if (this.#begun) return;
    this.#begun = true;
    if (how === "seldom") this.#every = SELDOM_MS;
    presence.addEventListener("change", () => this.#ask());
    addEventListener("online", () => this.#ask());
    this.#ask();
  }

  /** The names of the last visit, so that a page can open its connections before the first answer. */
  get remembered() {
    try {
      const names = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
      return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
    } catch {
      return [];
    }
  }

  /** Asks at once, or again when the request that runs is answered. */
  hurry() {
    this.#again = true;
    if (this.#asking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), GATHER_MS);
  }

  async #ask() {
    if (this.#asking || !presence.here) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    this.#again = false;
    try {
      const list = (await ask("/api/streams")).value.streams;
      this.#keep(list);
      this.dispatchEvent(new CustomEvent("change", { detail: list }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("lost", { detail: error instanceof Refused ? whole(error.message) : "The server does not answer." }));
    }
    this.#asking = false;
    this.#timer = setTimeout(() => this.#ask(), this.#again ? GATHER_MS : this.#every);
  }

  #keep(list) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(list.map((stream) => stream.name)));
    } catch {
      // Without storage the next visit begins with the first answer.
    }
  }
}

export const streams = new Streams();
