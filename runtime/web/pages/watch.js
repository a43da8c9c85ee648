// The page `/watch/{stream}`: one stream, what may be chosen of it, its figures and addresses. Everything chosen stands in the page's address.
import { choicesOf, streamOf, watchAddress } from "./address.js";
import "./addresses.js";
import { announceStates } from "./announcer.js";
import "./choices.js";
import "./figures.js";
import "./heading.js";
import "./help.js";
import { iconText } from "./icons.js";
import { bindKeys } from "./keys.js";
import { sheet, shadow } from "./sheet.js";
import { saveSnapshot } from "./snapshot.js";
import "./spark.js";
import "./stage.js";
import { STATES } from "./states.js";
import { streams } from "./streams.js";
import "./theme-button.js";
import { visit } from "./visited.js";

const style = sheet(`
  :host { display: block; }
  /* The picture is as wide as lets it, the head and the tools all be in sight. */
  :host { --fit: calc((100dvh - 48px - 24px - 56px) * 16 / 9 + 24px); }
  .page { display: grid; gap: 12px; width: min(100%, max(320px, var(--fit))); margin: 0 auto; padding: 12px; }
  .tools { display: flex; flex-wrap: wrap; align-self: start; gap: 8px; }
  .tools .last { margin-left: auto; }
  aside { display: grid; gap: 12px; align-content: start; min-width: 0; }
  .panel { padding: 12px 16px; border-radius: var(--radius); background: var(--raised); }
  h2 { margin-bottom: 8px; font-size: var(--body); }
  @media (min-width: 1100px) {
    .page { grid-template-columns: minmax(0, 1fr) 360px; grid-template-rows: auto 1fr; width: min(100%, calc(var(--fit) + 372px)); }
    aside { grid-row: 1 / 3; grid-column: 2; }
  }
  @media (max-width: 480px) {
    .page { padding: 0 0 12px; }
    .tools { padding: 0 12px; }
    .tools .last { margin-left: 0; }
    .panel { border-radius: 0; }
    .tools button span { display: none; }
    .tools button.button { flex: 1; }
  }
`);

class Watch extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<div class="page"><fg-stage></fg-stage>
     <div class="tools">
     <button type="button" class="button" data-does="before" aria-label="The stream before" title="The stream before">${iconText("back")}</button>
     <button type="button" class="button" data-does="after" aria-label="The stream after" title="The stream after">${iconText("forward")}</button>
     <button type="button" class="button last" data-does="snapshot" aria-label="Save a snapshot">${iconText("snapshot")}<span>Snapshot</span></button>
     <button type="button" class="button" data-does="full" aria-label="Full screen">${iconText("full")}<span>Full screen</span></button></div>
     <aside><section class="panel"><h2>Watch as</h2><fg-choices></fg-choices></section>
     <section class="panel"><h2>As it arrives here</h2><fg-figures></fg-figures></section>
     <section class="panel"><fg-addresses></fg-addresses></section></aside></div>`,
  );
  #stream = streamOf(location);
  #stage = this.#root.querySelector("fg-stage");
  #choices = this.#root.querySelector("fg-choices");
  #figures = this.#root.querySelector("fg-figures");
  #names = streams.remembered;
  #actions = {
    before: () => this.#go(-1),
    after: () => this.#go(1),
    snapshot: () => this.#snapshot(),
    full: () => this.#stage.fill(),
  };
  #begun = false;
  #life;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    if (!this.#begun) this.#begin();
    streams.addEventListener("change", ({ detail }) => this.#report(detail), { signal });
    streams.begin();
    const { before, after, snapshot, full } = this.#actions;
    const keys = {
      Escape: () => this.#stage.leave() || this.#back(),
      ArrowLeft: before,
      ArrowRight: after,
      f: full,
      s: snapshot,
      "?": () => document.querySelector("fg-help").open(),
    };
    bindKeys(keys, signal);
    this.#show();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /** Not in a constructor: what is in the shadow tree becomes elements of the page with this one. */
  #begin() {
    this.#begun = true;
    this.replaceChildren();
    visit(this.#stream);
    const { view } = this.#stage;
    view.addEventListener("change", () => this.#show());
    this.#choices.value = choicesOf(location.search);
    this.#choices.addEventListener("choose", () => this.#choose());
    this.#stage.addEventListener("snapshot", () => this.#snapshot());
    this.#stage.setAttribute("query", this.#query());
    this.#stage.setAttribute("stream", this.#stream);
    this.#figures.watch(view);
    this.#root.querySelector("fg-addresses").show(this.#stream);
    announceStates(view, () => [{ state: view.judgement.state, getAttribute: () => this.#stream }]);
    for (const [name, action] of Object.entries(this.#actions)) {
      this.#root.querySelector(`[data-does=${name}]`).addEventListener("click", action);
    }
  }

  #choose() {
    history.replaceState(null, "", watchAddress(this.#stream, this.#choices.value));
    this.#stage.setAttribute("query", this.#query());
  }

  #query() {
    return new URLSearchParams({ ...this.#choices.value, stats: "1" }).toString();
  }

  #report(list) {
    this.#names = list.map((stream) => stream.name);
    const told = list.find((stream) => stream.name === this.#stream);
    if (told) this.#figures.report(told);
    if (this.#stage.view.judgement.state === "unreachable") this.#stage.view.hurry();
  }

  #show() {
    const { state } = this.#stage.view.judgement;
    document.querySelector("fg-heading").show(this.#stream, state);
    document.title = `${state === "live" ? "" : `${STATES[state].word} · `}${this.#stream} · Framegate`;
  }

  #snapshot() {
    saveSnapshot(this.#stream, this.#stage.view);
  }

  /** The neighbour in the grid's order, round at its ends, watched in the same way. */
  #go(by) {
    const names = this.#names;
    const now = names.indexOf(this.#stream);
    const next = now < 0 ? names[0] : names[(now + by + names.length) % names.length];
    if (next !== undefined && next !== this.#stream) location.assign(watchAddress(next, this.#choices.value));
  }

  #back() {
    const from = document.referrer && new URL(document.referrer);
    if (from && from.origin === location.origin && from.pathname === "/" && history.length > 1) history.back();
    else location.assign("/");
  }
}

customElements.define("fg-watch", Watch);
