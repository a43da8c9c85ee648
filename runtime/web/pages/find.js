// What the dashboard shows of its streams, and in which order: words to find, a state, an order. It also counts the states.
import "./chip.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { STATES } from "./states.js";

const style = sheet(`
  :host { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
  label { position: relative; display: flex; align-items: center; flex: 1 1 200px; max-width: 360px; color: var(--quiet); }
  label svg { position: absolute; left: 12px; pointer-events: none; }
  input {
    width: 100%; min-height: var(--target); padding: 0 12px 0 40px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--raised);
    color: var(--text); font: inherit;
  }
  .states { display: flex; flex-wrap: wrap; gap: 8px; }
  button { padding: 0 12px; font-size: var(--small); font-weight: 550; }
  button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
  .order { flex: none; max-width: none; gap: 8px; font-size: var(--small); }
`);

/** What is well stands behind what somebody must see to. */
const ORDER = [
  ...["offline", "unreachable", "failed", "stalled", "refused", "capacity", "unavailable", "unknown", "wrong"],
  ...["connecting", "gated", "live", "paused", "idle", "disabled"],
];

/** By the word in the address: its name, and which of two rows comes first. Rows of the same rank stand by name. */
const ORDERS = {
  name: ["Name", () => 0],
  state: ["State", (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)],
  rate: ["Rate", (a, b) => (a.told.rate ?? 0) - (b.told.rate ?? 0)],
  data: ["Data", (a, b) => (b.told.bitrate ?? 0) - (a.told.bitrate ?? 0)],
  viewers: ["Viewers", (a, b) => (b.told.viewers?.total ?? 0) - (a.told.viewers?.total ?? 0)],
  reconnects: ["Reconnects", (a, b) => (b.told.reconnects ?? 0) - (a.told.reconnects ?? 0)],
  cost: ["Plugins", (a, b) => (b.costs?.share ?? 0) - (a.costs?.share ?? 0)],
};

/** Fires `find` when something else is wanted; read `pick`. `value` is `{ q, state, sort }`, as in the page's address. */
class Find extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<label><span class="unseen">Find a stream</span>${iconText("search")}
     <input type="search" placeholder="Find a stream" autocomplete="off" spellcheck="false" enterkeyhint="search"></label>
     <label class="order">Order <select>${Object.entries(ORDERS).map(([key, [name]]) => `<option value="${key}">${name}</option>`).join("")}</select></label>
     <div class="states" role="group" aria-label="States"></div>`,
  );
  #input = this.#root.querySelector("input");
  #select = this.#root.querySelector("select");
  #states = this.#root.querySelector(".states");
  #state = "";

  constructor() {
    super();
    this.#input.addEventListener("input", () => this.#fire());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#select.addEventListener("change", () => this.#fire());
    this.#states.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      this.#state = this.#state === button.dataset.state ? "" : button.dataset.state;
      this.#press();
      this.#fire();
    });
  }

  get value() {
    return { q: this.#input.value.trim(), state: this.#state, sort: this.#select.value };
  }

  set value({ q = "", state = "", sort = "name" }) {
    this.#input.value = q;
    this.#state = Object.hasOwn(STATES, state) ? state : "";
    this.#select.value = Object.hasOwn(ORDERS, sort) ? sort : "name";
    this.#press();
  }

  /** The rows that are wanted, in their order. Words are found in names, addresses, codecs and plugins. */
  pick(rows) {
    const { q, state, sort } = this.value;
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => {
      const text = [row.told.name, row.told.source, row.told.codec, row.judgement.detail, ...(row.costs?.names ?? [])].join(" ").toLowerCase();
      return (!state || row.state === state) && words.every((word) => text.includes(word));
    };
    const byName = (a, b) => a.told.name.localeCompare(b.told.name, "en", { numeric: true });
    return rows.filter(fits).sort((a, b) => ORDERS[sort][1](a, b) || byName(a, b));
  }

  /** Counts the states of `rows`. */
  count(rows) {
    const counts = new Map();
    for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
    // What is chosen can be taken back also when nothing is in that state any more.
    if (this.#state && !counts.has(this.#state)) counts.set(this.#state, 0);
    for (const button of [...this.#states.children]) if (!counts.has(button.dataset.state)) button.remove();
    for (const state of ORDER) if (counts.has(state)) this.#chip(state).setAttribute("count", String(counts.get(state)));
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  #chip(state) {
    let button = this.#states.querySelector(`[data-state="${state}"]`);
    if (!button) {
      button = Object.assign(document.createElement("button"), { type: "button", innerHTML: `<fg-chip state="${state}"></fg-chip>` });
      button.dataset.state = state;
      const after = [...this.#states.children].find((other) => ORDER.indexOf(other.dataset.state) > ORDER.indexOf(state));
      this.#states.insertBefore(button, after ?? null);
      this.#press();
    }
    return button.firstChild;
  }

  #press() {
    for (const button of this.#states.children) button.setAttribute("aria-pressed", String(button.dataset.state === this.#state));
  }

  #key(event) {
    if (event.key === "Escape" && !this.#input.value) this.#input.blur();
    if (event.key === "Escape") [this.#input.value] = [""];
    if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      this.#fire(event.key === "Escape" ? "find" : "leave");
    }
  }

  #fire(type = "find") {
    this.dispatchEvent(new Event(type));
  }
}

customElements.define("fg-find", Find);
