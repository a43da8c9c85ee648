// The plugins of a stream, in the order of its chain, and what is tried with their options.
import { ask, streamPath } from "./api.js";
import "./plugin.js";
import { record } from "./record.js";
import { sheet, shadow } from "./sheet.js";
import { undoable } from "./undo.js";

const style = sheet(`
  :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
  .all { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
  p { color: var(--quiet); font-size: var(--small); }
`);

const ELSEWHERE = "These options stand in streams.toml: they are changed there, and what is saved holds at once.";
const NOT_YOURS = "Who may control this stream can see and change the options.";

/** Fires `applied` (detail: `{ value, revision }`) when the stream is configured otherwise. */
class Plugins extends HTMLElement {
  #root = shadow(this, [style], `<div class="all"></div><p hidden>No plugin looks at this stream's pictures. Its settings are where one is added.</p>`);
  #place = this.#root.querySelector(".all");
  #told;
  #revision;
  #may = false;
  #tried = new Map();
  #costs = new Map();
  #about = new Map();

  /** What `GET /api/streams/{name}` says, its revision, and whether one may control it. */
  report(told, revision, may) {
    const links = [...(told.plugins ?? []), ...(told.services ?? [])];
    this.#measure(told.name, links);
    const fresh = links.map(({ name }) => name).join() !== [...this.#place.children].map((card) => card.dataset.name).join();
    [this.#told, this.#revision, this.#may] = [told, revision, may];
    this.#root.querySelector("p").hidden = links.length > 0;
    if (fresh) this.#place.replaceChildren(...links.map((link, at) => this.#card(link, at)));
    links.forEach((link, at) => this.#place.children[at].report(link, told.name, at));
    if (!fresh) links.forEach((link, at) => this.#options(this.#place.children[at], at));
  }

  #measure(stream, links) {
    const now = performance.now();
    let all = 0;
    links.forEach(({ name, cpu_us: cpu = 0 }, at) => {
      const before = this.#costs.get(at);
      this.#costs.set(at, { name, cpu, now });
      if (before?.name !== name || cpu < before.cpu || now <= before.now) return;
      const part = (cpu - before.cpu) / (now - before.now) / 10;
      record.put(stream, `link ${at}`, part);
      all += part;
    });
    if (links.length && all >= 0) record.put(stream, "cpu", all);
  }

  #card(link, at) {
    const card = document.createElement("fg-plugin");
    card.dataset.name = link.name;
    card.addEventListener("try", ({ detail }) => this.#try(card, at, detail));
    card.addEventListener("back", () => this.#back(card, at));
    card.addEventListener("keep", () => this.#keep(card, at));
    card.addEventListener("reloaded", () => (this.#about.delete(link.name), this.#describe(card, link.name)));
    this.#describe(card, link.name).then(() => this.#options(card, at));
    return card;
  }

  /** Asked once for each name: what a component is changes with a reload alone. */
  async #describe(card, name) {
    if (!this.#about.has(name)) this.#about.set(name, ask(`/api/plugins/${encodeURIComponent(name)}`).then(({ value }) => value, () => ({})));
    card.describe(await this.#about.get(name), this.#may);
  }

  #options(card, at) {
    const config = this.#told.config?.plugins?.[at];
    if (config) card.options(config.options ?? {});
    else card.options(undefined, this.#told.origin === "api" ? NOT_YOURS : ELSEWHERE);
  }

  async #try(card, at, options) {
    const { name, config } = this.#told;
    const before = this.#tried.get(at) ?? config.plugins[at].options ?? {};
    card.told({ before: this.#tried.get(at), text: "Trying\u00a0…" });
    try {
      await this.#apply(at, options);
    } catch (error) {
      const below = `plugins[${at}].options`;
      const mistakes = (error.mistakes ?? []).map((mistake) => ({ ...mistake, key: mistake.key.replace(below, "").replace(/^\./, "") }));
      const text = error.status === 412 ? "Somebody else changed this stream meanwhile: this is how it is now. Try again." : error.message;
      if (error.status === 412) this.dispatchEvent(new CustomEvent("applied", { detail: {} }));
      return card.told({ before: this.#tried.get(at), mistakes, text, wrong: true });
    }
    this.#tried.set(at, before);
    undoable({ text: `Options of ${card.dataset.name} on ${name} are tried`, stream: name, method: "PATCH", body: { plugins: this.#chain(at, before) } }, "quietly");
    card.told({ before, text: "Tried live: this is what is seen now, until you keep it or take it back." });
  }

  async #back(card, at) {
    try {
      await this.#apply(at, this.#tried.get(at));
      this.#tried.delete(at);
      undoable();
      card.options(this.#told.config?.plugins?.[at]?.options ?? {});
      card.told({ text: "It is as it was before." });
    } catch ({ message }) {
      card.told({ before: this.#tried.get(at), text: message, wrong: true });
    }
  }

  #keep(card, at) {
    const { name } = this.#told;
    undoable({ text: `Options of ${card.dataset.name} on ${name} were changed`, stream: name, method: "PATCH", body: { plugins: this.#chain(at, this.#tried.get(at)) } });
    this.#tried.delete(at);
    card.told({ text: "Kept." });
  }

  /** The chain with these options in one place. */
  #chain(at, options) {
    const chain = structuredClone(this.#told.config.plugins);
    chain[at].options = options;
    if (Object.keys(options).length === 0) delete chain[at].options;
    return chain;
  }

  async #apply(at, options) {
    const { name } = this.#told;
    const { value, revision } = await ask(streamPath(name), { method: "PATCH", body: { plugins: this.#chain(at, options) }, revision: this.#revision });
    [this.#told, this.#revision] = [value, revision];
    this.dispatchEvent(new CustomEvent("applied", { detail: { value, revision } }));
  }
}

customElements.define("fg-plugins", Plugins);
