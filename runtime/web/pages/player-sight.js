// Whether somebody can see an element: its page is not hidden, and it is within the window or near it.
import { presence } from "./presence.js";

/** A glance at another tab, or a scroll past, keeps the connections. */
const LINGER_MS = 2_000;
/** What is about to be scrolled to has its picture when it is there. */
const NEAR = "100px";

/** Calls `change` with true or false between `open` and `close`. */
export class Sight {
  #element;
  #change;
  #observer;
  #near = false;
  #seen;
  #timer;

  constructor(element, change) {
    this.#element = element;
    this.#change = change;
  }

  open() {
    this.#observer = new IntersectionObserver((entries) => ((this.#near = entries.at(-1).isIntersecting), this.#look()), { rootMargin: NEAR });
    this.#observer.observe(this.#element);
    presence.addEventListener("change", this.#look);
  }

  close() {
    this.#observer?.disconnect();
    presence.removeEventListener("change", this.#look);
    clearTimeout(this.#timer);
    this.#seen = undefined;
    this.#near = false;
  }

  /** True while it is seen, or was a moment ago. */
  get seen() {
    return this.#seen === true;
  }

  #look = () => {
    clearTimeout(this.#timer);
    const sees = this.#near && presence.here;
    if (sees === this.#seen) return;
    // What leaves the page for the back-forward cache must let go at once.
    if (sees || this.#seen === undefined || presence.leaving) this.#tell(sees);
    else this.#timer = setTimeout(() => this.#tell(false), LINGER_MS);
  };

  #tell(seen) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#change(seen);
  }
}
