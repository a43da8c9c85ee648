// One stream as a player watches it: which output, whether it gets on, and the next one when it does not. It draws nothing and has no buttons.
import { Condition } from "./condition.js";
import { Hls, canPlayHls } from "./player-hls.js";
import { Mjpeg, Still } from "./player-images.js";
import { Mp4, canPlayMp4 } from "./player-mp4.js";
import { Stills } from "./player-stills.js";
import { tick } from "./ticker.js";

/** In the order in which they are tried: what makes it, whether this browser can, and how a problem document's `outputs` name it. */
const OUTPUTS = {
  mp4: { make: Mp4, can: canPlayMp4, named: /format=mp4/ },
  hls: { make: Hls, can: canPlayHls, named: /\/hls\// },
  stills: { make: Stills, can: () => true, named: /format=(jpeg|webp)/ },
  mjpeg: { make: Mjpeg, can: () => true, named: /\/mjpeg\// },
  still: { make: Still, can: () => true, named: /\/still\// },
};
/** What `output` may ask for beside their names. */
const GROUPS = { video: ["mp4", "hls"] };
/** When no output works, the first is tried again after so long. */
const ANEW_AFTER_MS = 10_000;

const NAMES = Object.keys(OUTPUTS);

/**
 * Fires `change` (the judgement is another), `first` (detail: milliseconds from the beginning to the first picture), `video` (the video has another
 * source: play it), `message`, `trouble` (detail: why it begins anew).
 */
export class Session extends EventTarget {
  judgement = { state: "paused", detail: "" };
  /** What works, or is tried, now. */
  output;

  #surface;
  #condition = new Condition();
  #asked;
  #refused = new Set();
  #began = 0;
  #pictured = false;
  #untick;
  #timer;
  #life;

  constructor(surface) {
    super();
    this.#surface = surface;
    surface.addEventListener("picture", ({ detail }) => this.#picture(detail));
    surface.addEventListener("damaged", () => this.output && this.#tell((now) => this.#condition.damaged(now)));
  }

  /** Watches: `{ addresses, wanted, variant, stills, width, every }`; `wanted` is "auto", "video" or an output's name, `stills` the query of stills. */
  begin(asked) {
    this.end();
    this.#asked = asked;
    this.#refused.clear();
    this.#began = performance.now();
    this.#pictured = false;
    this.#untick = tick((now) => this.#judge(now));
    this.#tryNext("this browser plays none of what is asked for");
  }

  /** Ends it, in this state; the picture stays. */
  end(judgement = { state: "paused", detail: "" }) {
    clearTimeout(this.#timer);
    this.#untick?.();
    this.#untick = undefined;
    this.#release();
    this.#show(judgement);
  }

  /** The stream is another: the picture of the last one, and when it came, count no longer. */
  forget() {
    this.#condition = new Condition(this.#asked?.every);
    this.#surface.clear();
  }

  /** The judgement as the page around is told it. */
  get standing() {
    const { state, reason, detail, age, retryAt } = this.judgement;
    const retryIn = retryAt === undefined ? null : Math.max(0, Math.round(retryAt - performance.now()));
    return { state, reason: reason || null, detail, age: age ?? null, retryIn, output: this.output?.name ?? null };
  }

  get running() {
    return this.#untick !== undefined;
  }

  /** Connects at once if it waits for a better time. */
  hurry() {
    this.output?.hurry();
  }

  #tryNext(why, reason = "not-available") {
    const { wanted, every } = this.#asked;
    const order = GROUPS[wanted] ?? (NAMES.includes(wanted) ? [wanted] : NAMES);
    const name = order.find((each) => !this.#refused.has(each) && OUTPUTS[each].can());
    if (every) this.#condition = new Condition(every);
    if (name) this.#start(new OUTPUTS[name].make({ ...this.#asked, surface: this.#surface }));
    else this.#giveUp(why, reason);
  }

  #start(output) {
    this.output = output;
    this.#life = new AbortController();
    const on = (type, listener) => output.addEventListener(type, listener, { signal: this.#life.signal });
    on("open", () => this.#tell((now) => this.#condition.opened(now)));
    on("down", ({ detail }) => this.#tell(() => this.#condition.down(detail)));
    on("begin", () => this.dispatchEvent(new Event("video")));
    on("trouble", ({ detail }) => this.dispatchEvent(new CustomEvent("trouble", { detail })));
    on("unable", ({ detail }) => this.#unable(output, detail));
    on("message", ({ detail }) => {
      if (detail.type === "status") this.#tell((now) => this.#condition.status(detail, now));
      this.dispatchEvent(new CustomEvent("message", { detail }));
    });
    this.#tell((now) => this.#condition.connecting(now));
    output.start();
  }

  #release() {
    this.#life?.abort();
    if (!this.output) return;
    this.#surface.hold();
    this.output.stop();
    this.output = undefined;
  }

  #unable(output, { why, outputs, reason }) {
    this.#refused.add(output.name);
    // What cannot be played in fragments cannot be in segments.
    if (reason === "codec") GROUPS.video.forEach((name) => this.#refused.add(name));
    // The server knows better than trying.
    if (outputs?.length) {
      for (const name of NAMES) if (!outputs.some((each) => OUTPUTS[name].named.test(each))) this.#refused.add(name);
    }
    this.#release();
    this.dispatchEvent(new CustomEvent("trouble", { detail: `${output.name}: ${why}` }));
    this.#tryNext(why, reason);
  }

  #giveUp(why, reason) {
    this.#tell((now) => {
      this.#condition.down({ code: 4406, problem: { kind: reason, detail: why.charAt(0).toUpperCase() + why.slice(1) }, retryAt: now + ANEW_AFTER_MS });
    });
    this.#timer = setTimeout(() => {
      this.#refused.clear();
      this.#tryNext(why);
    }, ANEW_AFTER_MS);
  }

  #picture(time) {
    if (!this.output) return;
    // What was on its way when the stream went is shown, and proves nothing.
    if (time === undefined || time >= this.output.fresh) this.#tell((now) => this.#condition.picture(now));
    if (this.#pictured) return;
    this.#pictured = true;
    this.dispatchEvent(new CustomEvent("first", { detail: performance.now() - this.#began }));
  }

  #tell(what) {
    const now = performance.now();
    what(now);
    this.#judge(now);
  }

  #judge(now) {
    if (!this.running) return;
    if (this.output && this.#condition.isDead(now)) {
      this.#condition.connecting(now);
      this.output.renew();
    }
    this.#show(this.#condition.judge(now));
  }

  #show(judgement) {
    const { state, detail } = this.judgement;
    this.judgement = judgement;
    this.dispatchEvent(new Event("judged"));
    if (judgement.state !== state || judgement.detail !== detail) this.dispatchEvent(new Event("change"));
  }
}
