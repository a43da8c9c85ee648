// What happened on a stream, newest first, with the pictures that belong to it.
import { sheet, shadow } from "./sheet.js";
import { count, clock, span } from "./units.js";

/** So many are kept on the page. */
const MOST = 200;

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  .kinds { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 8px; font-size: var(--small); }
  ol { margin: 0; padding: 0; list-style: none; }
  li { display: grid; grid-template-columns: 124px minmax(0, 1fr) auto; gap: 4px 12px; align-items: start; padding: 8px 0; border-top: 1px solid var(--line); }
  time, .text { font-size: var(--small); }
  time, .plugin { color: var(--quiet); }
  .what { font-weight: 600; }
  .text { color: var(--quiet); overflow-wrap: anywhere; }
  .trouble .what { color: var(--state-offline); }
  img { display: block; width: 128px; height: 72px; border-radius: 4px; background: var(--picture-ground); object-fit: contain; }
  p { color: var(--quiet); font-size: var(--small); }
  @container (max-width: 560px) { li { grid-template-columns: minmax(0, 1fr) auto; } time { grid-column: 1 / -1; } img { width: 96px; height: 54px; } }
`);

const WORDS = {
  "stream-started": "Started",
  "stream-live": "Live",
  "stream-stalled": "Stalled",
  "stream-offline": "Offline",
  "stream-restarted": "Connected anew",
  "stream-ended": "Ended",
  "stream-stopped": "Stopped",
  "plugin-failed": "Plugin failed",
  "plugin-recovered": "Plugin recovered",
  "plugin-reloaded": "Plugin loaded anew",
  "plugin-refused": "Plugin refused",
};
const TROUBLE = /^(stream-(stalled|offline)|plugin-(failed|refused))$/;
/** What is told once a second is drawn elsewhere. */
const DRAWN = /-update$/;
const KINDS = { all: ["Everything", () => true], state: ["States", ({ kind }) => kind.startsWith("stream-")], plugin: ["Plugins", ({ plugin }) => plugin] };

class Log extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<label class="kinds">Show <select>${Object.entries(KINDS).map(([key, [word]]) => `<option value="${key}">${word}</option>`).join("")}</select></label>
     <ol aria-label="Events, newest first"></ol><p hidden></p>`,
  );
  #events = new Map();
  #select = this.#root.querySelector("select");

  constructor() {
    super();
    this.#select.addEventListener("change", () => this.#fill());
  }

  /** What is remembered, as `GET /api/events` lists it; what came meanwhile stays. */
  show(events) {
    for (const event of events) this.#events.set(event.id, event);
    this.#fill();
  }

  /** One that happened now. */
  add(event) {
    if (event.id === undefined || DRAWN.test(event.kind)) return;
    this.#events.set(event.id, event);
    this.#fill();
  }

  #fill() {
    const all = [...this.#events.values()].sort((a, b) => b.id - a.id).slice(0, MOST);
    this.#events = new Map(all.map((event) => [event.id, event]));
    const wanted = all.filter(KINDS[this.#select.value][1]);
    const list = this.#root.querySelector("ol");
    const there = new Map([...list.children].map((item) => [item.dataset.id, item]));
    // What stands stays as it is, with its picture.
    list.replaceChildren(...wanted.map((event) => there.get(String(event.id)) ?? line(event)));
    const none = this.#root.querySelector("p");
    none.hidden = wanted.length > 0;
    none.textContent = "Nothing is remembered. Events appear here while they happen.";
  }
}

function line(event) {
  const { id, time, kind, plugin } = event;
  const item = document.createElement("li");
  item.dataset.id = id;
  item.classList.toggle("trouble", TROUBLE.test(kind));
  item.innerHTML = `<time></time><div><span class="what"></span> <span class="plugin"></span><div class="text"></div></div>`;
  const [when, said] = item.children;
  when.textContent = clock(time);
  when.dateTime = new Date(time).toISOString();
  said.children[0].textContent = WORDS[kind] ?? kind.replaceAll("-", " ").replace(/^./, (letter) => letter.toUpperCase());
  said.children[1].textContent = plugin ?? "";
  said.children[2].textContent = textOf(event);
  if (hasStill(event)) item.append(picture(event));
  return item;
}

/** The server says which events have a picture; one that does not is asked for those that plugins emit. */
function hasStill({ still, kind, plugin }) {
  return still ?? (Boolean(plugin) && !kind.startsWith("plugin-"));
}

/** Fetched when it comes in sight: most are never looked at. */
function picture({ id, kind, time }) {
  const link = Object.assign(document.createElement("a"), { href: `/api/events/${id}/still`, target: "_blank" });
  const image = Object.assign(document.createElement("img"), { width: 128, height: 72, alt: "" });
  link.setAttribute("aria-label", `Picture of ${kind.replaceAll("-", " ")} at ${clock(time)}`);
  wanted.set(image, link);
  sight.observe(image);
  link.append(image);
  return link;
}

const wanted = new WeakMap();
const sight = new IntersectionObserver((entries) => entries.filter(({ isIntersecting }) => isIntersecting).forEach(({ target }) => load(target)));

/** A picture that is forgotten meanwhile leaves its event without. */
async function load(image) {
  sight.unobserve(image);
  const link = wanted.get(image);
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) return link.remove();
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    image.src = URL.createObjectURL(await answer.blob());
  } catch {
    sight.observe(image);
  }
}

/** What an event says beside its kind, as people read it. */
function textOf({ data, annotations = [] }) {
  const found = annotations.length ? [count(annotations.length, "annotation")] : [];
  if (data === null || typeof data !== "object") return [data === undefined ? "" : String(data), ...found].filter(Boolean).join(" · ");
  const { reason, message, error, mistakes, uptime_ms: uptime, state, ...rest } = data;
  const words = [reason?.text ?? reason, message, error, mistakes && count(mistakes.length, "mistake"), uptime !== undefined && `after ${span(uptime)}`];
  const others = Object.entries(rest).map(([key, value]) => `${key.replaceAll("_", " ")} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return [...words, ...others, ...found].filter(Boolean).join(" · ");
}

customElements.define("fg-log", Log);
