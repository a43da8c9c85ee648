// <framegate-player>: one stream of a Framegate server in any page. What it takes, fires and lets be styled stands in docs/player.md.
import { download } from "./download.js";
import { bindKeys } from "./keys.js";
import { Addresses } from "./player-address.js";
import { Controls } from "./player-controls.js";
import { Face } from "./player-face.js";
import { Meter } from "./player-meter.js";
import { Screen } from "./player-screen.js";
import { Session } from "./player-session.js";
import { Sight } from "./player-sight.js";
import { takeSnapshot } from "./player-snapshot.js";
import { Sound } from "./player-sound.js";
import { Surface } from "./player-surface.js";

const STATS_MS = 1_000;
const THUMBNAIL_S = 5;
const THUMBNAIL_PX = 480;

class Player extends HTMLElement {
  static observedAttributes = ["src", "stream", "output", "stills", "muted", "controls", "thumbnail"];

  #face = new Face(this);
  #surface = new Surface(this.#face.video, this.#face.canvas);
  #session = new Session(this.#surface);
  #sound = new Sound(this.#face.video);
  #controls = new Controls(this.#face.stage);
  #screen = new Screen(this.#face.stage, this.#face.video);
  #meter = new Meter();
  #sight = new Sight(this, () => this.#sync());
  /** Why nothing is played: `undefined`, "viewer" or "autoplay". */
  #paused;
  #variant;
  #plays = "";
  #hasSound = false;
  #timer;
  #life;

  constructor() {
    super();
    const { video, stage } = this.#face;
    this.#session.addEventListener("judged", () => this.#judged());
    this.#session.addEventListener("change", () => this.#fire("state", this.#session.standing));
    this.#session.addEventListener("first", ({ detail }) => this.#fire("playing", { after: detail, output: this.output }));
    this.#session.addEventListener("trouble", ({ detail }) => this.#fire("error", { message: detail, output: this.output }));
    this.#session.addEventListener("message", ({ detail }) => (this.#read(detail), this.#fire("message", detail)));
    this.#session.addEventListener("video", () => this.#sound.play());
    this.#sound.addEventListener("change", () => this.#show());
    this.#sound.addEventListener("blocked", () => this.#pause("autoplay"));
    this.#screen.addEventListener("change", () => this.#show());
    // By a media key, or in the window of picture in picture.
    video.addEventListener("pause", () => video.readyState && !video.error && !video.ended && !document.hidden && this.#session.running && this.pause());
    this.#controls.addEventListener("do", ({ detail }) => this.#actions[detail]());
    this.#controls.addEventListener("quality", ({ detail }) => (this.variant = detail));
    stage.addEventListener("hurry", (event) => (event.stopPropagation(), this.#session.hurry()));
  }

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { full, sound, snapshot } = this.#actions;
    const keys = { f: full, m: sound, s: snapshot };
    if (this.#isKeyed("page")) bindKeys(keys, signal);
    else if (!this.#isKeyed("false")) bindKeys({ ...keys, "?": () => this.#controls.help() }, signal, this);
    this.#screen.watch(signal);
    this.#paused ??= this.getAttribute("autoplay") === "false" ? "viewer" : undefined;
    this.#timer = setInterval(() => this.#session.running && this.#fire("stats", this.#meter.read(performance.now(), this.#session, this.#surface)), STATS_MS);
    this.#sight.open();
    this.#sync();
  }

  disconnectedCallback() {
    this.#life.abort();
    clearInterval(this.#timer);
    this.#sight.close();
    this.#session.end();
    this.#plays = "";
  }

  attributeChangedCallback(name, _, value) {
    if (name === "muted") this.#sound.set(value === "false");
    if (name === "stream") this.#variant = undefined;
    this.#face.name(this.stream);
    if (this.isConnected) this.#sync();
    this.#show();
  }

  /** Goes on, at what is live now; what waits for its next attempt makes it. */
  play() {
    this.#paused = undefined;
    if (this.#session.judgement.retryAt !== undefined) this.#session.hurry();
    this.#sync();
  }

  /** Stops, and fetches nothing; the picture stays. */
  pause() {
    this.#pause("viewer");
  }

  /** Saves the picture that is shown, unless the event `framegate-snapshot` is cancelled. Returns it as a PNG, or `undefined` when there is none. */
  async snapshot() {
    try {
      const taken = await takeSnapshot(this.#surface, this.stream);
      if (this.#fire("snapshot", taken)) {
        download(taken.blob, taken.name);
        this.#face.say(`Saved ${taken.name}`);
      }
      return taken.blob;
    } catch ({ message }) {
      this.#face.say(`No snapshot: ${message}`);
      this.#fire("error", { message: `snapshot: ${message}`, output: this.output });
      return undefined;
    }
  }

  get stream() {
    return this.getAttribute("stream") ?? "";
  }

  set stream(name) {
    this.setAttribute("stream", name);
  }

  /** One of the words in docs/player.md. */
  get state() {
    return this.#session.judgement.state;
  }

  /** "mp4", "hls", "stills", "mjpeg", "still", or `null` when nothing is played. */
  get output() {
    return this.#session.output?.name ?? null;
  }

  /** Seconds between the picture that is shown and the end of what has arrived; `null` where that is not known. */
  get latency() {
    return this.#session.output?.latency ?? null;
  }

  get muted() {
    return !this.#sound.on;
  }

  set muted(muted) {
    this.#sound.set(!muted);
  }

  /** The name of what was chosen of a ladder; `null` leaves it to the server. */
  get variant() {
    return this.#variant ?? null;
  }

  set variant(name) {
    this.#variant = name ?? undefined;
    if (this.isConnected) this.#sync();
  }

  #actions = {
    play: () => (this.#paused ? this.play() : this.pause()),
    sound: () => (this.#isAudible ? this.#sound.set(!this.#sound.on || this.#sound.refused) : this.#face.say("There is no sound")),
    snapshot: () => this.snapshot(),
    pip: () => this.#screen.togglePart().catch(({ message }) => this.#face.say(message)),
    full: () => this.#screen.toggle(),
    help: () => this.#controls.help(),
  };

  get #every() {
    if (!this.hasAttribute("thumbnail")) return undefined;
    return Math.max(1, Number(this.getAttribute("thumbnail")) || THUMBNAIL_S) * 1_000;
  }

  get #isAudible() {
    return this.#hasSound && this.#session.output?.sound === true;
  }

  /** `keys` is read when the player comes into a page. */
  #isKeyed(value) {
    return this.getAttribute("keys") === value;
  }

  /** Makes what is played what should be. */
  #sync() {
    const wanted = this.stream && !this.#paused && (this.#sight.seen || (this.#session.running && this.#screen.isApart));
    if (!wanted) {
      if (this.#session.running || this.#paused) this.#session.end({ state: "paused", detail: "", reason: this.#paused });
      return;
    }
    const asked = {
      addresses: new Addresses({ src: this.getAttribute("src"), stream: this.stream, module: import.meta.url, page: document.baseURI }),
      wanted: this.#every ? "still" : (this.getAttribute("output") ?? "auto"),
      variant: this.#variant,
      stills: Object.fromEntries(new URLSearchParams(this.getAttribute("stills") ?? "")),
      every: this.#every,
      width: this.#every && THUMBNAIL_PX,
    };
    const place = asked.addresses.socket();
    const plays = JSON.stringify([place, asked.wanted, asked.variant, asked.stills, asked.every]);
    if (this.#session.running && plays === this.#plays) return;
    if (JSON.parse(this.#plays || "[]")[0] !== place) this.#forget();
    this.#plays = plays;
    this.#session.begin(asked);
  }

  #forget() {
    this.#session.forget();
    this.#hasSound = false;
    this.#controls.offer([]);
  }

  #pause(why) {
    this.#paused = why;
    this.#sync();
    this.#show();
  }

  #read(message) {
    if (message.type === "variants") this.#controls.offer(message.variants ?? [], message.current);
    if (message.type === "video") this.#hasSound = Boolean(message.sound);
    this.#show();
  }

  #judged() {
    this.#face.show(this.#session.judgement, this.#surface);
    this.#show();
  }

  /** What the buttons say. */
  #show() {
    const { output } = this.#session;
    this.#face.rest(this.#paused !== undefined, this.#sound.refused);
    this.#controls.show({
      state: this.state,
      pictured: this.#surface.size !== undefined,
      playing: !this.#paused,
      audible: this.#sound.on && !this.#sound.refused,
      hasSound: this.#isAudible,
      isVideo: output?.name === "mp4" || output?.name === "hls",
      full: this.#screen.isFull,
      keyed: !this.#isKeyed("page") && !this.#isKeyed("false"),
    });
    this.#face.stage.classList.toggle("bare", this.getAttribute("controls") === "false" || this.#every !== undefined);
  }

  #fire(type, detail) {
    return this.dispatchEvent(new CustomEvent(`framegate-${type}`, { detail, bubbles: true, composed: true, cancelable: type === "snapshot" }));
  }
}

// A page that embeds players of two servers has both servers' modules.
customElements.get("framegate-player") ?? customElements.define("framegate-player", Player);
