// One plugin of a stream: how it is, what it costs, its last fault in its own words, and its options, which can be tried before they are kept.
import { ask } from "./api.js";
import { HEALTH } from "./costs.js";
import "./difference.js";
import "./form.js";
import { iconText } from "./icons.js";
import { looks } from "./looks.js";
import { same } from "./patch.js";
import { record, worstOf } from "./record.js";
import { sheet, shadow } from "./sheet.js";
import { toast } from "./toast.js";
import "./trace.js";
import { bytes, cost, count, share } from "./units.js";

const style = sheet(`
  :host { display: block; padding: 12px 16px; border: 1px solid var(--line); border-radius: var(--radius); }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
  h3 { margin: 0; font-size: var(--body); font-weight: 650; overflow-wrap: anywhere; }
  .health { display: inline-flex; align-items: center; gap: 5px; color: var(--state); font-size: var(--small); font-weight: 550; }
  .about { flex: 1 1 220px; }
  .figures { display: grid; grid-template-columns: minmax(80px, 240px) auto; align-items: end; gap: 4px 12px; margin-top: 4px; font-size: var(--small); }
  .about, .facts { color: var(--quiet); font-size: var(--small); }
  .facts { grid-column: 1 / -1; }
  .fault { margin-top: 8px; padding: 8px 12px; border-left: 3px solid var(--state-failed); background: var(--ground); }
  .fault pre { margin: 4px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  .fault p { font-size: var(--small); font-weight: 550; }
  summary { display: flex; align-items: center; gap: 8px; min-height: var(--target); color: var(--quiet); cursor: pointer; list-style: none; font-size: var(--small); }
  summary::-webkit-details-marker { display: none; }
  .where { color: var(--quiet); font-size: var(--small); }
  details[open] > summary svg { transform: rotate(90deg); }
  .options { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
  .buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
  .said { color: var(--quiet); font-size: var(--small); }
  .said.wrong { color: var(--state-refused); font-weight: 550; }
  .try { border-color: var(--accent); }
  button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
`);

/**
 * Fires `try` (detail: options), `back` (to what was before the first try) and `keep`; `reloaded` when its code was loaded anew. Whoever hears them answers
 * by `told`.
 */
class Plugin extends HTMLElement {
  #root = shadow(
    this,
    [looks, style],
    `<header><h3></h3><span class="health"></span><span class="about"></span>
     <button type="button" class="reload">${iconText("again", 16)}<span>Reload</span></button></header>
     <div class="figures"><fg-trace></fg-trace><span class="cost"></span><span class="facts"></span></div>
     <div class="fault" hidden><p></p><pre></pre></div>
     <details><summary>${iconText("forward", 16)}Options</summary><div class="options"><p class="where"></p><fg-form></fg-form><fg-difference></fg-difference>
     <div class="buttons"><button type="button" class="try" disabled>Try live</button><button type="button" class="keep" hidden>Keep</button>
     <button type="button" class="back" hidden>${iconText("undo", 16)}Undo</button><span class="said" role="status"></span></div></div></details>`,
  );
  #form = this.#root.querySelector("fg-form");
  #name = "";
  #schema;
  #options;
  #before;

  constructor() {
    super();
    const on = (selector, action) => this.#root.querySelector(selector).addEventListener("click", action);
    on(".reload", ({ currentTarget }) => this.#reload(currentTarget));
    on(".try", () => this.dispatchEvent(new CustomEvent("try", { detail: this.#form.value })));
    on(".back", () => this.dispatchEvent(new Event("back")));
    on(".keep", () => this.dispatchEvent(new Event("keep")));
    this.#form.addEventListener("input", () => this.#changed());
  }

  /** How it is, `link` as `GET /api/streams/{name}` lists it; `stream` and `at` say where it stands. */
  report(link, stream, at) {
    this.#name = link.name;
    const { word, look, icon } = HEALTH[link.health] ?? HEALTH.idle;
    this.#text("h3", link.name);
    const health = this.#root.querySelector(".health");
    if (health.dataset.look !== look) {
      health.dataset.look = look;
      health.innerHTML = `${iconText(icon, 16)}${word}`;
    }
    const mean = link.calls ? (link.took?.mean_us ?? link.cpu_us / link.calls) : undefined;
    const part = record.newest(stream, `link ${at}`);
    this.#text(".cost", [mean === undefined ? "no picture yet" : `${cost(mean)} a picture`, part !== undefined && `${share(part / 100)} CPU`].filter(Boolean).join(" · "));
    const values = record.values(stream, `link ${at}`);
    this.#root.querySelector("fg-trace").draw(values, worstOf(values, (a, b) => a > b), record.span());
    const { p99_us: slow } = link.took ?? {};
    const facts = [link.role, slow && `${cost(slow)} at worst`, link.gated && `${count(link.gated, "picture")} kept back`, link.restarts && count(link.restarts, "restart"), link.memory && bytes(link.memory)];
    this.#text(".facts", facts.filter(Boolean).join(" · "));
    const faults = Object.entries(link.faults ?? {}).map(([kind, many]) => `${kind} ${many}×`);
    this.#root.querySelector(".fault").hidden = !link.last_fault && faults.length === 0;
    this.#text(".fault p", `What went wrong last${faults.length ? `, of ${faults.join(", ")}` : ""}`);
    this.#text(".fault pre", link.last_fault ?? "it said nothing of it");
  }

  /** What `GET /api/plugins/{name}` says of it, and whether it may be reloaded. */
  describe({ description = "", version, options }, may) {
    this.#schema = options ?? undefined;
    this.#text(".about", [version, description].filter(Boolean).join(" · "));
    this.#root.querySelector(".reload").hidden = !may;
  }

  /** The options that are in force, or why they cannot be changed here. What somebody writes now stays. */
  options(options, told) {
    const why = told ?? (this.#schema ? "" : "This plugin does not tell what options it has: they are written in the stream's settings.");
    this.#text(".where", why);
    for (const selector of ["fg-form", "fg-difference", ".buttons"]) this.#root.querySelector(selector).hidden = Boolean(why);
    if (why) return;
    const before = this.#options;
    // A form that stands is left alone: somebody may be about to write.
    if (before && same(before, options)) return;
    const written = before && !same(this.#form.value, before);
    this.#options = options;
    if (!written) this.#form.show(this.#schema, options);
    this.#changed();
  }

  /** What became of a try: `before` are the options to go back to while one is tried, `mistakes` why it was none. */
  told({ before, mistakes = [], text = "", wrong = false }) {
    this.#before = before;
    this.#form.mark(mistakes, wrong);
    this.#say(text, wrong);
    this.#changed();
  }

  #changed() {
    if (this.#options === undefined) return;
    const many = this.#root.querySelector("fg-difference").show(this.#before ?? this.#options, this.#form.value);
    const other = !same(this.#form.value, this.#options);
    this.#root.querySelector(".try").disabled = !other || this.#form.mistakes.length > 0;
    this.#root.querySelector("fg-difference").hidden = many === 0;
    for (const name of ["keep", "back"]) this.#root.querySelector(`.${name}`).hidden = this.#before === undefined;
  }

  async #reload(button) {
    button.disabled = true;
    this.#text(".reload span", "Reloading\u00a0…");
    try {
      const { value } = await ask(`/api/plugins/${encodeURIComponent(this.#name)}/reload`, { method: "POST" });
      toast(`${this.#name} was loaded anew${value?.changed === false ? ": its bytes are the same" : ""}`);
      this.dispatchEvent(new Event("reloaded"));
    } catch ({ message }) {
      toast(message);
    }
    button.disabled = false;
    this.#text(".reload span", "Reload");
  }

  #say(text, wrong) {
    this.#text(".said", text);
    this.#root.querySelector(".said").classList.toggle("wrong", wrong);
  }

  #text(selector, text) {
    const place = this.#root.querySelector(selector);
    if (place.textContent !== text) place.textContent = text;
  }
}

customElements.define("fg-plugin", Plugin);
