// The page `/watch/{stream}`: one stream, what may be chosen of it, its figures and addresses. Everything chosen stands in the page's address.
import { choicesOf, streamOf, watchAddress } from "./address.js";
import "./addresses.js";
import "./choices.js";
import "./figures.js";
import "./framegate-player.js";
import "./heading.js";
import "./help.js";
import { iconText } from "./icons.js";
import { bindKeys } from "./keys.js";
import "./menu.js";
import { sheet, shadow } from "./sheet.js";
import { saveSnapshot } from "./snapshot.js";
import "./spark.js";
import { STATES } from "./states.js";
import { streams } from "./streams.js";
import "./theme-button.js";
import { visit } from "./visited.js";

const style = sheet(`
  :host { display: block; }
  /* The picture is as wide as lets it, the head and the neighbours all be in sight. */
  :host { --fit: calc((100dvh - 48px - 24px - 56px) * 16 / 9 + 24px); }
  .page { display: grid; gap: 12px; width: min(100%, max(320px, var(--fit))); margin: 0 auto; padding: 12px; }
  .near { display: flex; justify-content: space-between; align-self: start; gap: 8px; min-height: var(--target); }
  .near a { min-width: 0; padding: 0 16px 0 8px; }
  .near a + a { padding: 0 8px 0 16px; }
  .near span { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  aside { display: grid; gap: 12px; align-content: start; min-width: 0; }
  .panel { padding: 12px 16px; border-radius: var(--radius); background: var(--raised); }
  h2 { margin-bottom: 8px; font-size: var(--body); }
  @media (min-width: 1100px) {
    .page { grid-template-columns: minmax(0, 1fr) 360px; grid-template-rows: auto 1fr; width: min(100%, calc(var(--fit) + 372px)); }
    aside { grid-row: 1 / 3; grid-column: 2; }
  }
  @media (max-width: 480px) {
    .page { padding: 0 0 12px; }
    .near { padding: 0 12px; }
    .panel { border-radius: 0; }
    framegate-player { --framegate-radius: 0; }
  }
`);

/** What a player is asked for, by the format that is chosen; what is not here is the name of an output. */
const OUTPUTS = { webp: "stills", jpeg: "stills" };
/** Whoever chooses one of these, and no format, wants stills. */
const OF_STILLS = ["quality", "width", "fps"];

class Watch extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<div class="page"><framegate-player src="/" keys="page"></framegate-player>
     <nav class="near" aria-label="Other streams">
     <a class="button" rel="prev" hidden>${iconText("back")}<span></span></a>
     <a class="button" rel="next" hidden><span></span>${iconText("forward")}</a></nav>
     <aside><section class="panel"><h2>Watch as</h2><fg-choices></fg-choices></section>
     <section class="panel"><h2>As it arrives here</h2><fg-figures></fg-figures></section>
     <section class="panel"><fg-addresses></fg-addresses></section></aside></div>`,
  );
  #stream = streamOf(location);
  #player = this.#root.querySelector("framegate-player");
  #choices = this.#root.querySelector("fg-choices");
  #figures = this.#root.querySelector("fg-figures");
  #names = streams.remembered;
  #begun = false;
  #life;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    if (!this.#begun) this.#begin();
    streams.addEventListener("change", ({ detail }) => this.#report(detail), { signal });
    streams.begin();
    const keys = {
      Escape: () => this.#back(),
      ArrowLeft: () => this.#go("prev"),
      ArrowRight: () => this.#go("next"),
      "?": () => document.querySelector("fg-help").open(),
    };
    bindKeys(keys, signal);
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /** Not in a constructor: what is in the shadow tree becomes elements of the page with this one. */
  #begin() {
    this.#begun = true;
    this.replaceChildren();
    visit(this.#stream);
    this.#show("connecting");
    this.#player.addEventListener("framegate-state", ({ detail }) => this.#state(detail));
    this.#player.addEventListener("framegate-message", ({ detail }) => detail.type === "variants" && this.#offer(detail));
    this.#player.addEventListener("framegate-snapshot", (event) => this.#save(event));
    this.#player.setAttribute("stream", this.#stream);
    this.#choices.value = choicesOf(location.search);
    this.#choices.addEventListener("choose", () => this.#choose());
    this.#play();
    this.#figures.watch(this.#player);
    this.#root.querySelector("fg-addresses").show(this.#stream);
    this.#showNear();
  }

  #choose() {
    this.#keep();
    this.#play();
  }

  #keep() {
    history.replaceState(null, "", watchAddress(this.#stream, this.#choices.value));
    this.#showNear();
  }

  #play() {
    const { format, variant, ...stills } = this.#choices.value;
    const ofStills = OF_STILLS.some((name) => name in stills);
    this.#player.setAttribute("output", OUTPUTS[format] ?? format ?? (ofStills ? "stills" : "auto"));
    this.#player.setAttribute("stills", new URLSearchParams(OUTPUTS[format] ? { format, ...stills } : stills));
    this.#player.variant = variant ?? null;
  }

  #state({ state, output }) {
    this.#show(state);
    if (output) this.#choices.play(output === "mp4" || output === "hls" ? "video" : "stills");
  }

  /** The player's own bar has the choice of a ladder too. */
  #offer({ variants, current }) {
    this.#choices.offer(variants, current);
    const chosen = this.#player.variant ?? "";
    if (chosen === (this.#choices.value.variant ?? "")) return;
    this.#choices.value = { ...this.#choices.value, variant: chosen };
    this.#keep();
  }

  #report(list) {
    this.#names = list.map((stream) => stream.name);
    this.#showNear();
    const told = list.find((stream) => stream.name === this.#stream);
    if (told) this.#figures.report(told);
    if (this.#player.state === "unreachable") this.#player.play();
  }

  #show(state) {
    document.querySelector("fg-heading").show(this.#stream, state);
    document.title = `${state === "live" ? "" : `${STATES[state].word} · `}${this.#stream} · Framegate`;
  }

  /** Of video what is seen is what there is; a still may be small. */
  #save(event) {
    if (["mp4", "hls"].includes(this.#player.output)) return;
    event.preventDefault();
    saveSnapshot(this.#stream, event.detail.blob);
  }

  /** The neighbours in the grid's order, round at its ends, watched in the same way; a ladder's names are this stream's own. */
  #showNear() {
    const now = this.#names.indexOf(this.#stream);
    const { variant, ...choices } = this.#choices.value;
    for (const [rel, by] of Object.entries({ prev: -1, next: 1 })) {
      const link = this.#near(rel);
      const name = now < 0 ? this.#names[0] : this.#names.at((now + by) % this.#names.length);
      link.hidden = name === undefined || name === this.#stream;
      link.href = watchAddress(name ?? this.#stream, choices);
      link.querySelector("span").textContent = link.title = name ?? "";
    }
  }

  #go(rel) {
    const link = this.#near(rel);
    if (!link.hidden) link.click();
  }

  #near(rel) {
    return this.#root.querySelector(`[rel=${rel}]`);
  }

  #back() {
    const from = document.referrer && new URL(document.referrer);
    if (from && from.origin === location.origin && from.pathname === "/" && history.length > 1) history.back();
    else location.assign("/");
  }
}

customElements.define("fg-watch", Watch);
