// The server's list of streams, asked for every two seconds while somebody looks: one request for all tiles. One for the page.
import { readProblem } from "./message.js";
import { presence } from "./presence.js";

const EVERY_MS = 2_000;
const TIMEOUT_MS = 5_000;
const KEPT = "streams";

/** Fires `change` (detail: the list) and `lost` (detail: why there is no answer, in whole sentences). */
class Streams extends EventTarget {
  #timer;
  #asking = false;
  #begun = false;

  /** Begins to ask. Listeners that come before miss nothing. */
  begin() {
    if (this.#begun) return;
    this.#begun = true;
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

  async #ask() {
    if (this.#asking || !presence.here) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    try {
      const list = await fetchList();
      this.#keep(list);
      this.dispatchEvent(new CustomEvent("change", { detail: list }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("lost", { detail: error instanceof Refused ? whole(error.message) : "The server does not answer." }));
    }
    this.#asking = false;
    this.#timer = setTimeout(() => this.#ask(), EVERY_MS);
  }

  #keep(list) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(list.map((stream) => stream.name)));
    } catch {
      // Without storage the next visit begins with the first answer.
    }
  }
}

/** The server answered, and refused. */
class Refused extends Error {}

async function fetchList() {
  const answer = await fetch("/api/streams", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  // Whoever logs in there comes back here.
  if (answer.status === 401) location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!answer.ok) {
    const problem = await answer.json().then(readProblem, () => undefined);
    throw new Refused(problem?.detail || `The server answered ${answer.status}.`);
  }
  const { streams } = await answer.json();
  return streams;
}

/** The server's words end as a log's line does, without a full stop: others follow here. */
function whole(words) {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

export const streams = new Streams();
