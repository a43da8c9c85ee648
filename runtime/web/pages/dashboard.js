// The page `/dashboard`: every stream as a row, live by one socket of events. What is looked for stands in the page's address.
import { announce, announceStates } from "./announcer.js";
import { ask } from "./api.js";
import { Costs } from "./costs.js";
import "./empty.js";
import "./find.js";
import { happenings } from "./happenings.js";
import "./help.js";
import { iconText } from "./icons.js";
import { bindKeys } from "./keys.js";
import "./menu.js";
import "./mistakes.js";
import { presence } from "./presence.js";
import { record, second } from "./record.js";
import { may } from "./rights.js";
import { COLUMNS } from "./row.js";
import { sheet, shadow } from "./sheet.js";
import { streams } from "./streams.js";
import "./theme-button.js";
import "./totals.js";
import "./undo.js";
import { visited } from "./visited.js";

const EVENTS = "kind=stream-*,plugin-*,configuration-*,frame-update,bitrate-update";
/** What plugins cost is a mean over so long. */
const PLUGINS_MS = 10_000;
const STATS_MS = 5_000;
/** As many as the wall of pictures plays at once. */
const MOSAIC = 16;

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  .page { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; max-width: 1600px; margin: 0 auto; padding: 12px; }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 24px; }
  header > :first-child { flex: 1 1 240px; }
  .ways { display: flex; gap: 8px; }
  .list { border: 1px solid var(--line); border-radius: var(--radius); background: var(--raised); overflow: hidden; }
  .captions { display: grid; grid-template-columns: ${COLUMNS}; gap: 0 16px; padding: 8px 16px; color: var(--quiet); font-size: var(--small); }
  .captions :is(:nth-child(5), :nth-child(6)) { text-align: end; }
  @container (max-width: 900px) { .captions { display: none; } header > :first-child { flex-basis: 100%; } }
  fg-row:first-child { border-top: 1px solid var(--line); }
  /* What is shown is old. */
  :host([lost]) .list, :host([lost]) fg-totals { opacity: 0.5; }
  .none { padding: 24px 16px; color: var(--quiet); }
  .account { display: none; }
  @media (max-width: 720px) { .account { display: flex; align-items: center; min-height: var(--target); padding: 0 4px; } .page { padding: 12px 8px; } }
`);

class Dashboard extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<div class="page"><h1 class="unseen">Dashboard</h1><slot></slot><fg-mistakes hidden></fg-mistakes>
     <header><fg-totals></fg-totals><div class="ways"><a class="button mosaic" href="/">${iconText("mosaic")}As pictures</a>
     <a class="button add" href="/dashboard/new">${iconText("add")}Add a stream</a></div></header>
     <fg-find></fg-find>
     <div class="list" hidden><div class="captions" aria-hidden="true"><span>Stream</span><span>Pictures</span><span>Data</span><span>Picture</span>
     <span>Viewers</span><span>Reconnects</span><span>Plugins</span></div><div class="rows" role="list" aria-label="Streams"></div>
     <p class="none" hidden></p></div><fg-empty hidden></fg-empty>
     <a class="account" href="/login?next=/dashboard">Log in or out</a></div>`,
  );
  #list = this.#root.querySelector(".rows");
  #find = this.#root.querySelector("fg-find");
  #rows = new Map();
  #seen = new Set();
  #sight = new IntersectionObserver((entries) => this.#sighted(entries), { rootMargin: "60px" });
  #costs = new Costs();
  #timers = [];
  #soon;
  #life;

  constructor() {
    super();
    announceStates(this, () => this.rows);
  }

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#find.value = Object.fromEntries(new URLSearchParams(location.search));
    this.#find.addEventListener("find", () => (this.#keep(), this.#place(), announce(`${this.shown.length} streams`)), { signal });
    this.#find.addEventListener("leave", () => this.shown[0]?.focus(), { signal });
    record.begin();
    streams.addEventListener("change", ({ detail }) => this.#fill(detail), { signal });
    streams.addEventListener("lost", ({ detail }) => this.#wait(detail), { signal });
    streams.begin("seldom");
    happenings.hear((event) => this.#hear(event), signal);
    happenings.addEventListener("open", () => (streams.hurry(), this.#askAll()), { signal });
    // Who must log in first is not told anything.
    streams.addEventListener("change", () => happenings.begin(EVENTS), { once: true, signal });
    this.#timers = [setInterval(() => this.#draw(), 1_000), setInterval(() => this.#askPlugins(), PLUGINS_MS), setInterval(() => this.#askStats(), STATS_MS)];
    this.#askAll();
    addEventListener("pageshow", () => this.#rows.get(visited())?.focus(), { signal });
    const keys = {
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      Home: () => this.#step(-Infinity),
      End: () => this.#step(Infinity),
      Escape: () => location.assign("/"),
      "/": () => this.#find.focus(),
      n: () => location.assign("/dashboard/new"),
      "?": () => document.querySelector("fg-help").open(),
    };
    bindKeys(keys, signal);
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#timers.forEach(clearInterval);
  }

  /** All rows, and those that are shown, in their order. */
  get rows() {
    return [...this.#rows.values()];
  }

  get shown() {
    return [...this.#list.children];
  }

  #hear(event) {
    const { kind } = event;
    if (kind === "frame-update" || kind === "bitrate-update") return record.hear(event);
    if (kind?.startsWith("configuration-")) this.#askConfig();
    if (kind?.startsWith("plugin-")) this.#askPlugins();
    else streams.hurry();
  }

  #askAll() {
    this.#askConfig();
    this.#askPlugins();
    this.#askStats();
  }

  /** For those who can do something about it: who may not control all is told nothing of the file, and who may control none is offered no stream. */
  #askConfig() {
    const show = async () => {
      this.#root.querySelector(".add").hidden = !(await may("control"));
      if (await may("control", "*")) this.#root.querySelector("fg-mistakes").show((await ask("/api/config")).value);
    };
    show().catch(() => {});
  }

  #askStats() {
    if (!presence.here) return;
    // A file that is mended to what is in force already is told by no event.
    if (!this.#root.querySelector("fg-mistakes").hidden) this.#askConfig();
    ask("/api/stats").then(({ value }) => this.#root.querySelector("fg-totals").report(value), () => {});
  }

  /** Many plugins may fail at once, and each says so. */
  #askPlugins() {
    if (!presence.here || this.#soon) return;
    this.#soon = setTimeout(async () => {
      const { value } = await ask("/api/plugins").catch(() => ({ value: undefined }));
      this.#soon = undefined;
      if (!value) return;
      const costs = this.#costs.read(value.plugins, performance.now());
      for (const [name, row] of this.#rows) row.plugins(costs.get(name));
    }, 200);
  }

  #fill(told) {
    this.replaceChildren();
    this.removeAttribute("lost");
    const wanted = new Set(told.map(({ name }) => name));
    for (const [name, row] of this.#rows) if (!wanted.has(name)) this.#remove(name, row);
    for (const stream of told) (this.#rows.get(stream.name) ?? this.#add(stream.name)).report(stream);
    this.#root.querySelector("fg-empty").hidden = told.length > 0;
    this.#root.querySelector(".list").hidden = told.length === 0;
    this.#place();
    this.dispatchEvent(new Event("change"));
  }

  #wait(why) {
    this.setAttribute("lost", "");
    for (const row of this.rows) row.lose();
    this.#find.count(this.rows);
    this.querySelector(":scope > .waiting") ?? this.append(Object.assign(document.createElement("p"), { className: "waiting" }));
    this.querySelector(":scope > .waiting").textContent = `${why} What is shown is how it was; the page keeps trying.`;
  }

  #add(name) {
    const row = document.createElement("fg-row");
    row.setAttribute("stream", name);
    this.#rows.set(name, row);
    this.#sight.observe(row);
    return row;
  }

  #remove(name, row) {
    this.#sight.unobserve(row);
    this.#seen.delete(row);
    this.#rows.delete(name);
    row.remove();
  }

  /** Nothing changes its place under a pointer or the focus, but for what comes and goes. */
  #place() {
    const { rows } = this;
    this.#find.count(rows);
    let picked = this.#find.pick(rows);
    const held = this.#list.matches(":hover") || this.#root.activeElement?.closest("fg-row");
    if (held) picked = [...this.shown.filter((row) => picked.includes(row)), ...picked.filter((row) => !row.isConnected)];
    picked.forEach((row, at) => this.#list.children[at] !== row && this.#list.insertBefore(row, this.#list.children[at] ?? null));
    while (this.#list.children.length > picked.length) this.#list.lastChild.remove();
    const none = this.#root.querySelector(".none");
    none.hidden = picked.length > 0;
    none.textContent = "No stream is like that. Take back the words or the state to see all.";
    const names = picked.slice(0, MOSAIC).map((row) => row.told.name);
    this.#root.querySelector(".mosaic").href = picked.length < rows.length && names.length ? `/?streams=${names.map(encodeURIComponent).join(",")}` : "/";
  }

  #keep() {
    const { q, state, sort } = this.#find.value;
    const query = new URLSearchParams({ ...(q && { q }), ...(state && { state }), ...(sort !== "name" && { sort }) }).toString();
    history.replaceState(null, "", `/dashboard${query && `?${query}`}`);
  }

  #sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
    this.#draw();
  }

  #draw() {
    if (document.hidden) return;
    const now = second();
    requestAnimationFrame(() => this.#seen.forEach((row) => row.draw(now)));
  }

  #step(by) {
    const { shown } = this;
    const now = shown.indexOf(this.#root.activeElement?.closest("fg-row"));
    const next = shown[now < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, now + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("fg-dashboard", Dashboard);
