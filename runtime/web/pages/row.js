// One stream of the dashboard: its state with the reason, what comes drawn over five minutes, what it is, who watches, and how its plugins are.
import { manageAddress } from "./address.js";
import "./chip.js";
import { HEALTH } from "./costs.js";
import { iconText } from "./icons.js";
import { looks } from "./looks.js";
import { record, worstOf } from "./record.js";
import { sheet, shadow } from "./sheet.js";
import { judgementOf } from "./told.js";
import "./trace.js";
import { bits, cost, count, rate, share, size } from "./units.js";

/** How the cells stand beside each other where there is room, and with them the captions above. */
export const COLUMNS = "minmax(170px, 2fr) minmax(150px, 1.2fr) minmax(150px, 1.2fr) 96px 64px 84px minmax(120px, 1.1fr)";

const style = sheet(`
  /* What is out of sight is neither laid out nor painted, and keeps its room. */
  :host { position: relative; display: block; container-type: inline-size; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 60px; }
  :host(:hover) { background: var(--lifted); }
  /* The whole row is the link. */
  a { position: absolute; inset: 0; z-index: 1; outline-offset: -2px !important; }
  .cells { display: grid; grid-template-columns: ${COLUMNS}; align-items: center; gap: 0 16px; min-height: 60px; padding: 4px 16px; font-size: var(--small); }
  .cells > * { min-width: 0; }
  .name { font-size: var(--body); font-weight: 600; }
  .name, .why, .plugins, .size, .codec, .cost { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .about { display: flex; gap: 8px; min-width: 0; }
  .why, .codec, .cost, .label { color: var(--quiet); }
  .figure { display: grid; grid-template-columns: minmax(0, 1fr) 76px; align-items: center; gap: 8px; text-align: end; }
  .plugins { display: flex; align-items: center; gap: 6px; }
  .plugins span:last-child { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
  .plugins svg { color: var(--state); }
  .many { text-align: end; }
  .label { display: none; }
  .bad { color: var(--state-stalled); font-weight: 550; }
  @container (max-width: 900px) and (min-width: 560px) {
    :host { contain-intrinsic-size: auto 96px; }
    .cells { grid-template-columns: minmax(0, 2fr) minmax(0, 1.2fr) minmax(0, 1.2fr) 88px; gap: 8px 16px; padding: 8px 16px; }
    .health { display: flex; grid-column: 1; grid-row: 2; gap: 12px; }
    .health .plugins { flex: none; max-width: 60%; }
    .many { display: flex; gap: 8px; grid-row: 2; text-align: start; }
    .label { display: inline; }
  }
  @container (max-width: 559px) {
    :host { contain-intrinsic-size: auto 168px; }
    .cells { grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 8px 12px; padding: 10px 16px; }
    .who, .health { grid-column: 1 / -1; }
    .figure { grid-column: span 3; }
    .picture, .many { grid-column: span 2; }
    .many { text-align: start; }
    .label { display: block; }
    .health { display: flex; gap: 12px; }
    .health .plugins { flex: none; max-width: 60%; }
    .health:not(:has(svg)) { display: none; }
  }
`);

/** Attributes: `stream`. What it shows comes through `report`, `plugins` and `draw`. */
class Row extends HTMLElement {
  static observedAttributes = ["stream"];

  #root = shadow(
    this,
    [looks, style],
    `<a></a><div class="cells">
     <div class="who"><div class="name"></div><div class="about"><fg-chip state="connecting"></fg-chip><span class="why"></span></div></div>
     <div class="figure" data-figure="rate"><fg-trace></fg-trace><span class="now">–</span></div>
     <div class="figure" data-figure="bits"><fg-trace></fg-trace><span class="now">–</span></div>
     <div class="picture"><div class="size">–</div><div class="codec"></div></div>
     <div class="many"><span class="label">Viewers</span><span class="viewers">–</span></div>
     <div class="many"><span class="label">Reconnects</span><span class="reconnects">–</span></div>
     <div class="health"><div class="plugins">–</div><div class="cost"></div></div></div>`,
  );
  #parts = Object.fromEntries(
    ["name", "why", "size", "codec", "viewers", "reconnects", "plugins", "cost"].map((name) => [name, this.#root.querySelector(`.${name}`)]),
  );
  #figures = Object.fromEntries([...this.#root.querySelectorAll(".figure")].map((figure) => [figure.dataset.figure, figure]));
  #chip = this.#root.querySelector("fg-chip");
  /** What was told of it last. */
  told = {};
  judgement = { state: "connecting", detail: "" };
  costs;

  connectedCallback() {
    this.setAttribute("role", "listitem");
  }

  attributeChangedCallback(_, __, stream) {
    this.#parts.name.textContent = this.#parts.name.title = stream;
    const link = this.#root.querySelector("a");
    link.href = manageAddress(stream);
    link.setAttribute("aria-label", stream);
  }

  get state() {
    return this.judgement.state;
  }

  /** Nobody tells how it is any more. */
  lose() {
    this.#judge({ state: "unreachable", detail: "" });
    this.told = { ...this.told, state: "unknown" };
  }

  /** What `GET /api/streams` says about it. */
  report(told) {
    this.told = told;
    this.#judge(judgementOf(told));
    const { state } = this;
    set(this.#parts.size, told.size ? size(told.size) : "–");
    set(this.#parts.codec, told.codec ?? "", true);
    const { viewers, max_viewers: most } = told;
    set(this.#parts.viewers, most ? `${viewers?.total ?? 0} of ${most}` : String(viewers?.total ?? 0));
    set(this.#parts.reconnects, String(told.reconnects ?? 0));
    this.#parts.reconnects.classList.toggle("bad", told.reconnects > 0 && state !== "live");
    const words = [this.state, count(viewers?.total ?? 0, "viewer"), count(told.reconnects ?? 0, "reconnect")];
    const link = this.#root.querySelector("a");
    const label = `${told.name}: ${words.join(", ")}`;
    if (link.ariaLabel !== label) link.ariaLabel = label;
  }

  #judge(judgement) {
    this.judgement = judgement;
    const { state, detail } = judgement;
    if (this.#chip.getAttribute("state") !== state) this.#chip.setAttribute("state", state);
    set(this.#parts.why, detail, true);
  }

  /** How its plugins are, as `Costs` tells them; nothing of a stream without. */
  plugins(costs) {
    this.costs = costs;
    const { word, look, icon } = HEALTH[costs?.health] ?? HEALTH.idle;
    const names = costs?.names.join(", ") ?? "";
    const key = `${names} ${look}`;
    if (this.#parts.plugins.dataset.key !== key) {
      Object.assign(this.#parts.plugins.dataset, { key, look });
      this.#parts.plugins.title = costs ? `${names}: ${word}` : "";
      this.#parts.plugins.innerHTML = costs ? `${iconText(icon, 16)}<span class="unseen"></span><span></span>` : "";
      const [said, shown] = this.#parts.plugins.querySelectorAll("span");
      if (costs) [said.textContent, shown.textContent] = [`${word}: `, names];
    }
    const each = costs?.each === undefined ? "" : `${cost(costs.each)} each`;
    const part = costs?.share === undefined || costs.share < 0.0005 ? "" : `${share(costs.share)} CPU`;
    set(this.#parts.cost, costs?.fault || [each, part].filter(Boolean).join(" · "), true);
  }

  /** The lines up to the second `now`; only for one that is in sight. */
  draw(now) {
    const stream = this.getAttribute("stream");
    const live = this.told.state === "live";
    for (const [measure, figure] of Object.entries(this.#figures)) {
      const values = record.values(stream, measure, now);
      figure.firstChild.draw(values, worstOf(values, measure === "rate" ? (a, b) => a < b : (a, b) => a > b), record.span(now));
      const newest = live ? (record.newest(stream, measure, now) ?? (measure === "rate" ? this.told.rate : this.told.bitrate)) : undefined;
      set(figure.lastChild, newest === undefined ? "–" : measure === "rate" ? rate(newest) : bits(newest));
    }
  }

  focus() {
    this.#root.querySelector("a").focus();
  }
}

function set(element, text, titled = false) {
  if (element.textContent === text) return;
  element.textContent = text;
  if (titled) element.title = text;
}

customElements.define("fg-row", Row);
