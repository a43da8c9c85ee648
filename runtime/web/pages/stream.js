// The page `/dashboard/{stream}`: how one stream is, what happened on it, its plugins, viewers and settings; and `/dashboard/new`, where one is added.
import { manageAddress, managedOf } from "./address.js";
import { announceStates } from "./announcer.js";
import { ask, streamPath, whole } from "./api.js";
import "./actions.js";
import "./editor.js";
import "./feed.js";
import "./framegate-player.js";
import { happenings } from "./happenings.js";
import "./heading.js";
import "./help.js";
import { bindKeys } from "./keys.js";
import "./log.js";
import "./menu.js";
import "./plugins.js";
import { presence } from "./presence.js";
import { record } from "./record.js";
import { may } from "./rights.js";
import { add, edit } from "./settings.js";
import { shadow } from "./sheet.js";
import "./standing.js";
import { STATES } from "./states.js";
import { streamStyle } from "./stream-style.js";
import "./tabs.js";
import "./theme-button.js";
import "./timeline.js";
import { judgementOf } from "./told.js";
import "./undo.js";
import { visit } from "./visited.js";
import "./viewers.js";

/** By the word in the address. */
const TABS = { timeline: "Timeline", events: "Events", plugins: "Plugins", viewers: "Viewers", settings: "Settings" };
/** What plugins cost and who watches is told by no event. */
const DETAIL_MS = 2_000;

class Stream extends HTMLElement {
  #root = shadow(
    this,
    [streamStyle],
    `<slot></slot><div class="page" hidden><framegate-player class="picture" src="/" keys="page"></framegate-player>
     <aside class="panel side" aria-label="How it is"><div class="about"><div class="deeds"><fg-standing></fg-standing><fg-actions></fg-actions></div>
     <fg-feed></fg-feed></div></aside>
     <div class="below"><fg-tabs></fg-tabs><section class="panel tab" role="tabpanel" tabindex="-1"></section></div></div>
     <div class="page alone" hidden><section class="panel"><h2>Add a stream</h2></section></div>`,
  );
  #stream = managedOf(location);
  #panels = Object.fromEntries(
    Object.entries({ timeline: "fg-timeline", events: "fg-log", plugins: "fg-plugins", viewers: "fg-viewers", settings: "fg-editor" }).map(([tab, name]) => [tab, document.createElement(name)]),
  );
  #tab;
  #told;
  #revision;
  #may;
  /** The revision that the form was made of. */
  #edited;
  #asking = false;
  #soon = {};
  #timers = [];
  #life;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const keys = { Escape: () => this.#leave(), "?": () => document.querySelector("fg-help").open(), e: () => this.#stream && this.#open("settings") };
    bindKeys(keys, signal);
    addEventListener("beforeunload", (event) => this.#panels.settings.dirty && event.preventDefault(), { signal });
    if (this.#stream === undefined) this.#add();
    else this.#begin(signal);
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#timers.forEach(clearInterval);
  }

  /** For who hears what changed. */
  get state() {
    return this.#told ? judgementOf(this.#told).state : "connecting";
  }

  #begin(signal) {
    const stream = this.#stream;
    visit(stream);
    this.setAttribute("stream", stream);
    document.title = `${stream} · Framegate`;
    document.querySelector("fg-heading").show(stream, "connecting");
    const part = (name) => this.#root.querySelector(name);
    part("fg-tabs").show(Object.entries(TABS).map(([key, word]) => ({ key, word, address: manageAddress(stream, key) })));
    part("fg-tabs").addEventListener("choose", ({ detail }) => this.#open(detail));
    part("fg-actions").addEventListener("edit", () => this.#open("settings"));
    part("fg-actions").addEventListener("acted", () => this.#ask());
    for (const tab of ["plugins", "settings"]) this.#panels[tab].addEventListener("applied", ({ detail }) => this.#applied(tab, detail));
    this.#panels.viewers.addEventListener("kicked", () => this.#askTab());
    addEventListener("popstate", () => this.#show(), { signal });
    document.addEventListener("undone", async () => (await this.#ask(), this.#edit()), { signal });
    record.begin();
    happenings.hear((event) => this.#hear(event), signal);
    happenings.addEventListener("open", () => (this.#ask(), this.#askTab()), { signal });
    announceStates(this, () => [this]);
    this.#timers = [setInterval(() => this.#ask(), DETAIL_MS), setInterval(() => this.#draw(), 1_000)];
    this.#ask();
    this.#show();
  }

  #hear(event) {
    const { kind } = event;
    if (kind === "frame-update" || kind === "bitrate-update") return record.hear(event);
    this.#panels.events.add(event);
    if (kind?.startsWith("stream-") || kind?.startsWith("plugin-")) this.#later("detail", () => this.#ask());
    if (kind?.startsWith("stream-")) this.#later("timeline", () => this.#tab === "timeline" && this.#askTab());
  }

  /** Events come in flocks. */
  #later(what, action) {
    clearTimeout(this.#soon[what]);
    this.#soon[what] = setTimeout(action, 200);
  }

  async #ask() {
    if (this.#asking || !presence.here) return;
    this.#asking = true;
    try {
      const { value, revision } = await ask(streamPath(this.#stream));
      this.#may ??= await may("control", this.#stream);
      this.#report(value, revision);
    } catch (error) {
      this.#wait(whole(error.message) + (error.status === 404 ? " Look at the dashboard for what there is." : " What is shown is how it was; the page keeps trying."));
    }
    this.#asking = false;
  }

  #report(told, revision) {
    const first = !this.#told;
    [this.#told, this.#revision] = [told, revision];
    this.replaceChildren();
    this.removeAttribute("lost");
    const page = this.#root.querySelector(".page");
    if (page.hidden) {
      page.hidden = false;
      this.#root.querySelector("framegate-player").setAttribute("stream", this.#stream);
    }
    const { state } = judgementOf(told);
    document.querySelector("fg-heading").show(this.#stream, state);
    document.title = `${state === "live" ? "" : `${STATES[state].word} · `}${this.#stream} · Framegate`;
    this.#root.querySelector("fg-standing").report(told);
    this.#root.querySelector("fg-actions").show(told, this.#may);
    this.#root.querySelector("fg-feed").report(told);
    this.#panels.plugins.report(told, revision, this.#may);
    this.#root.querySelector("fg-tabs").count("viewers", told.viewers?.total);
    this.#root.querySelector("fg-tabs").count("plugins", told.plugins?.length);
    // Who must log in first, and who asks for what is not there, is not told anything.
    if (first) happenings.begin(`stream=${encodeURIComponent(this.#stream)}`);
    if (first) this.#show();
    else if (this.#tab === "viewers") this.#askTab();
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  #draw() {
    if (!this.#told || document.hidden) return;
    this.#root.querySelector("fg-feed").draw(this.#stream);
    this.#root.querySelector("fg-standing").draw();
  }

  #wait(why) {
    this.setAttribute("lost", "");
    if (this.#told) {
      document.querySelector("fg-heading").show(this.#stream, "unreachable");
      this.#root.querySelector("fg-standing").lose();
    }
    const place = this.querySelector(":scope > .waiting") ?? document.createElement("p");
    Object.assign(place, { className: "waiting", textContent: why });
    this.append(place);
  }

  /** Another tab is another place: Back leads to the one before. */
  #open(tab) {
    if (tab !== this.#tab) history.pushState(null, "", manageAddress(this.#stream, tab));
    this.#show();
  }

  #show() {
    const asked = new URLSearchParams(location.search).get("tab");
    const tab = Object.hasOwn(TABS, asked) ? asked : "timeline";
    this.#root.querySelector("fg-tabs").value = tab;
    const panel = this.#root.querySelector(".tab");
    panel.setAttribute("aria-label", TABS[tab]);
    if (tab !== this.#tab) panel.replaceChildren(this.#panels[tab]);
    this.#tab = tab;
    this.#askTab();
  }

  async #askTab() {
    if (!this.#told) return;
    const ways = {
      timeline: async () => this.#panels.timeline.show((await ask(streamPath(this.#stream, "/timeline"))).value),
      events: async () => this.#panels.events.show((await ask(`/api/events?stream=${encodeURIComponent(this.#stream)}`)).value.events),
      viewers: async () => (this.#may ? this.#panels.viewers.show((await ask(streamPath(this.#stream, "/viewers"))).value) : this.#panels.viewers.refuse("Who may control this stream sees who watches it.")),
      // A form that stands is left alone: somebody may be about to write.
      settings: () => this.#panels.settings.dirty || this.#edited === (this.#revision ?? "none") || this.#edit(),
    };
    await ways[this.#tab]?.().catch?.(({ message }) => this.#tab === "viewers" && this.#panels.viewers.refuse(whole(message)));
  }

  async #edit() {
    if (this.#tab !== "settings") return;
    this.#edited = this.#revision ?? "none";
    const stands = await edit(this.#panels.settings, this.#told, this.#revision, this.#may);
    if (!stands) this.#edited = undefined;
  }

  async #add() {
    document.title = "Add a stream · Framegate";
    document.querySelector("fg-heading").show("Add a stream", "");
    this.replaceChildren();
    const place = this.#root.querySelector(".alone");
    place.hidden = false;
    const editor = this.#panels.settings;
    editor.addEventListener("applied", ({ detail }) => ((this.#panels.settings = {}), location.assign(detail.page)));
    place.querySelector("section").append(editor);
    await add(editor);
  }

  /** It is configured otherwise: by this page, so that nobody needs to look for it. */
  #applied(tab, { value, revision }) {
    if (value) this.#report(value, revision);
    else this.#ask();
    if (tab === "settings") this.#edit();
  }

  #leave() {
    location.assign("/dashboard");
  }
}

customElements.define("fg-stream", Stream);
