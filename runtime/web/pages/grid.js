// The page `/`: every stream as a tile. It decides which tiles play, how they stand, and where the arrow keys go.
import { announceStates } from "./announcer.js";
import "./empty.js";
import "./help.js";
import { bindKeys } from "./keys.js";
import { toggleFullScreen } from "./full-screen.js";
import "./menu.js";
import { sheet, shadow } from "./sheet.js";
import { saveSnapshot } from "./snapshot.js";
import { streams } from "./streams.js";
import "./summary.js";
import "./theme-button.js";
import "./tile.js";
import { visited } from "./visited.js";
import { EDGE, GAP, arrange } from "./wall.js";

/** So many tiles hold a connection at once; more are neither seen nor decoded well. */
const PLAYING = 16;

/** Those of `names` that the page's address asks for, `?streams=a,b`, in its order: a wall of one's own. Without it all. */
function chosen(names) {
  const asked = new URLSearchParams(location.search).get("streams");
  return asked ? asked.split(",").filter((name) => names.includes(name)) : names;
}

const style = sheet(`
  :host { display: block; }
  .tiles {
    display: grid; grid-template-columns: repeat(var(--columns, 1), minmax(0, var(--tile, 1fr))); justify-content: center;
    gap: ${GAP}px; padding: ${EDGE}px;
  }
`);

class Grid extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<h1 class="unseen">Streams</h1><slot></slot><div class="tiles" role="list" aria-label="Streams" hidden></div><fg-empty hidden></fg-empty>`,
  );
  #list = this.#root.querySelector(".tiles");
  #tiles = new Map();
  #seen = new Set();
  #sight = new IntersectionObserver((entries) => this.#sighted(entries), { rootMargin: "80px" });
  #sizes = new ResizeObserver(() => this.#arrange());
  #answered = false;
  #life;

  constructor() {
    super();
    this.#list.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    announceStates(this, () => this.tiles);
  }

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    if (!this.#answered) this.#place(chosen(streams.remembered));
    streams.addEventListener("change", ({ detail }) => this.#fill(detail), { signal });
    streams.addEventListener("lost", ({ detail }) => this.#wait(detail), { signal });
    streams.begin();
    addEventListener("pageshow", () => this.#tiles.get(visited())?.focus(), { signal });
    addEventListener("resize", () => this.#arrange(), { signal });
    this.#sizes.observe(this);
    const keys = {
      ArrowRight: () => this.#step(1),
      ArrowLeft: () => this.#step(-1),
      ArrowDown: () => this.#step(this.#columns),
      ArrowUp: () => this.#step(-this.#columns),
      Home: () => this.tiles[0]?.focus(),
      End: () => this.tiles.at(-1)?.focus(),
      f: () => toggleFullScreen(document.documentElement),
      s: () => this.#focused && saveSnapshot(this.#focused.getAttribute("stream"), this.#focused.view.picture()),
      "?": () => document.querySelector("fg-help").open(),
    };
    bindKeys(keys, signal);
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#sizes.disconnect();
  }

  /** The tiles in their order. */
  get tiles() {
    return [...this.#tiles.values()];
  }

  get #focused() {
    return this.#root.activeElement?.closest("fg-tile");
  }

  get #columns() {
    return Number(this.style.getPropertyValue("--columns")) || 1;
  }

  #fill(told) {
    const back = this.tiles.filter((tile) => tile.state === "unreachable");
    this.#answered = true;
    this.#place(chosen(told.map((stream) => stream.name)));
    for (const stream of told) this.#tiles.get(stream.name)?.report(stream);
    for (const tile of back) tile.view.hurry();
    this.dispatchEvent(new Event("change"));
  }

  /** Without an answer there may be nothing to show but why. */
  #wait(why) {
    const waiting = this.querySelector(":scope > .waiting");
    if (waiting) waiting.textContent = `${why} The page keeps trying; the streams appear as soon as the server tells them.`;
  }

  #place(names) {
    if (names.length || this.#answered) {
      this.replaceChildren();
      this.#list.hidden = names.length === 0;
      this.#root.querySelector("fg-empty").hidden = names.length > 0;
    }
    const wanted = new Set(names);
    for (const [name, tile] of this.#tiles) if (!wanted.has(name)) this.#remove(name, tile);
    names.forEach((name, position) => {
      const tile = this.#tiles.get(name) ?? this.#add(name);
      // A tile is moved only when its place is another: to move it would end its connection.
      if (this.#list.children[position] !== tile) this.#list.insertBefore(tile, this.#list.children[position] ?? null);
    });
    this.#tiles = new Map(names.map((name) => [name, this.#tiles.get(name)]));
    this.#arrange();
  }

  #add(name) {
    const tile = document.createElement("fg-tile");
    tile.setAttribute("stream", name);
    this.#tiles.set(name, tile);
    this.#sight.observe(tile);
    return tile;
  }

  #remove(name, tile) {
    this.#sight.unobserve(tile);
    this.#seen.delete(tile);
    this.#tiles.delete(name);
    tile.remove();
  }

  #arrange() {
    const { top } = this.getBoundingClientRect();
    const { columns, width } = arrange(this.#tiles.size, this.clientWidth, innerHeight - top - scrollY);
    this.style.setProperty("--columns", columns);
    this.style.setProperty("--tile", `${width}px`);
  }

  #sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
    let left = PLAYING;
    for (const tile of this.tiles) {
      const plays = String(this.#seen.has(tile) && left-- > 0);
      if (tile.getAttribute("playing") !== plays) tile.setAttribute("playing", plays);
    }
  }

  #step(by) {
    const { tiles } = this;
    const now = tiles.indexOf(this.#focused);
    const next = now < 0 ? tiles[0] : tiles[now + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("fg-grid", Grid);
