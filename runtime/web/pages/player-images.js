// The outputs `mjpeg` and `still`: pictures over plain HTTP, where no WebSocket gets through.
import { readProblem } from "./message.js";
import { Multipart } from "./player-multipart.js";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
const MOST_FAILURES = 3;
/** Between two stills when nobody asks for another time. */
const EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 15_000;

/** What both share: attempts, one after the other. */
class Images extends EventTarget {
  bytes = 0;
  sound = false;
  fresh = -Infinity;
  figures = {};

  #delay = FIRST_DELAY_MS;
  #failures = 0;
  #timer;
  #life;

  start() {
    this.hurry();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#life?.abort();
    this.#life = undefined;
  }

  hurry() {
    this.stop();
    this.#life = new AbortController();
    this.#attempt(this.#life.signal);
  }

  renew() {
    this.hurry();
  }

  /** A picture came: what failed before is forgotten. */
  came(bytes = 0) {
    this.bytes += bytes;
    this.#delay = FIRST_DELAY_MS;
    this.#failures = 0;
  }

  async #attempt(signal) {
    let wait;
    try {
      wait = await this.run(signal);
    } catch (why) {
      if (signal.aborted) return;
      wait = this.#failed(why);
    }
    if (!signal.aborted) this.#timer = setTimeout(() => this.#attempt(signal), wait);
  }

  #failed({ problem, status }) {
    this.#failures = problem ? 0 : this.#failures + 1;
    if (status === 406 || this.#failures >= MOST_FAILURES) {
      this.dispatchEvent(new CustomEvent("unable", { detail: { why: problem?.detail ?? "the server does not answer", outputs: problem?.outputs } }));
      return LONGEST_DELAY_MS;
    }
    const wait = Math.max(this.#delay * (1 - Math.random() / 4), (problem?.retryAfter ?? 0) * 1_000);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
    const detail = { code: status ? 4000 + status : 0, problem, retryAt: performance.now() + wait };
    this.dispatchEvent(new CustomEvent("down", { detail }));
    return wait;
  }
}

/** An answer's body, or its problem thrown. */
async function ask(address, signal) {
  const answer = await fetch(address, { cache: "no-store", signal });
  if (answer.ok) return answer;
  const problem = await answer.json().then(readProblem, () => undefined);
  throw Object.assign(new Error(`the server answered ${answer.status}`), { problem, status: answer.status });
}

/** One answer with a part for each picture. */
export class Mjpeg extends Images {
  name = "mjpeg";

  constructor({ addresses, surface, width, stills: { quality, width: asked, fps } = {} }) {
    super();
    this.run = async (signal) => {
      const { body } = await ask(addresses.moving({ quality, width: asked ?? width, fps }), signal);
      const reader = body.getReader();
      const parts = new Multipart();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        for (const still of parts.push(read.value)) {
          this.came(still.byteLength);
          surface.draw(still);
        }
      }
      throw new Error("the server ended it");
    };
  }
}

/** One request for each picture. */
export class Still extends Images {
  name = "still";

  #unreadable = false;

  constructor({ addresses, surface, width, stills: { quality, width: asked } = {}, every = EVERY_MS }) {
    super();
    const query = { quality, width: asked ?? width };
    this.run = async (signal) => {
      const begun = performance.now();
      const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
      if (!this.#unreadable) {
        const bytes = await ask(addresses.still(query), within).then((answer) => answer.arrayBuffer(), (why) => this.#unread(why, addresses));
        if (bytes) {
          this.came(bytes.byteLength);
          surface.draw(bytes);
        }
      }
      if (this.#unreadable) {
        surface.drawImage(await load(addresses.still({ ...query, t: Date.now() })));
        this.came();
      }
      return Math.max(0, every - (performance.now() - begun));
    };
  }

  /** What another origin does not let a script read may be shown yet. */
  #unread(why, addresses) {
    if (!(why instanceof TypeError) || new URL(addresses.health).origin === location.origin) throw why;
    this.#unreadable = true;
  }
}

async function load(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
