// Whether somebody looks at the page: it is neither hidden nor on its way into the back-forward cache. One for the page; fires `change`.

class Presence extends EventTarget {
  #away = false;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => this.#tell());
    // A page that is left keeps no socket, and may so be kept whole by the browser: going back shows it with its pictures at once.
    addEventListener("pagehide", () => this.#set(true));
    addEventListener("pageshow", () => this.#set(false));
  }

  /** True while pictures would be seen. */
  get here() {
    return !document.hidden && !this.#away;
  }

  /** True once the page is being left. */
  get leaving() {
    return this.#away;
  }

  #set(away) {
    this.#away = away;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

export const presence = new Presence();
