// The output `mp4`: fragments over a WebSocket, played through a SourceBuffer, near to live.
import { Connection } from "./connection.js";
import { Buffer, canBuffer } from "./player-buffer.js";
import { Pace } from "./player-pace.js";
import { Reach } from "./player-reach.js";

const LONGEST_DELAY_MS = 10_000;
const JUDGED_EVERY_MS = 100;
/** Video that breaks so often in so long is not for this browser. */
const MOST_BREAKS = 3;
const BREAKS_WITHIN_MS = 30_000;
/** A picture that is so far ahead of what can be played waits for a sound that does not come. */
const SOUND_LAG_S = 3;
/** So is the first picture after an outage, until its sound is there: that comes within so long. */
const SOUND_AWAITED_S = 1;
/** A video that begins, or has jumped, waits for its first pictures: that is no want of data. */
const SETTLING_S = 0.7;

export const canPlayMp4 = () => canBuffer();

/**
 * Fires `open`, `message`, `down` as a connection does; `unable` (detail: `{ why, outputs, reason }`, with those that work if the server named them)
 * when another output should be tried; `begin` when the video has a new source; `trouble` (detail: why) when that broke.
 */
export class Mp4 extends EventTarget {
  name = "mp4";
  bytes = 0;
  skipped = 0;
  sound = false;
  /** The media time from which pictures are of the stream as it stands: what was on its way when it went is no proof of life. */
  fresh = -Infinity;

  #addresses;
  #surface;
  #variant;
  #silent = false;
  #lacking;
  #connection;
  #buffer;
  #next;
  #init;
  #pace = new Pace();
  #settled = 0;
  #timer;
  #breaks = [];
  #reach;
  #dropped = 0;
  #life = new AbortController();

  constructor({ addresses, surface, variant }) {
    super();
    this.#addresses = addresses;
    this.#surface = surface;
    this.#variant = variant;
    this.#reach = new Reach(addresses);
  }

  start() {
    const { signal } = this.#life;
    const { video } = this.#surface;
    video.addEventListener("waiting", () => video.seeking || seconds() < this.#settled || this.#pace.ranDry(seconds()), { signal });
    this.#surface.watch();
    this.#timer = setInterval(() => this.#keepUp(), JUDGED_EVERY_MS);
    this.#connect();
  }

  stop() {
    this.#life.abort();
    clearInterval(this.#timer);
    this.#connection?.close();
    this.#buffer?.close();
    this.#buffer = undefined;
    this.#surface.video.playbackRate = 1;
  }

  hurry() {
    this.#connection.open();
  }

  /** A connection that is believed dead. */
  renew() {
    this.#connection.renew();
  }

  /** Seconds between the picture that is shown and the end of what has arrived; `undefined` while there is none. */
  get latency() {
    const end = this.#buffer?.ranges.at(-1)?.[1];
    return end === undefined ? undefined : Math.max(0, end - this.#surface.video.currentTime);
  }

  get figures() {
    const { stalls, reserve } = this.#pace;
    return { rate: this.#surface.video.playbackRate, stalls, reserve, skipped: this.skipped, left: this.#dropped + (this.#buffer?.dropped ?? 0) };
  }

  #connect() {
    this.#connection?.close();
    const query = { format: "mp4", variant: this.#variant, sound: this.#silent ? "0" : undefined };
    const connection = new Connection(this.#addresses.socket(query), { longest: LONGEST_DELAY_MS });
    this.#connection = connection;
    connection.addEventListener("open", () => (this.#reach.opened(), this.#fire("open")));
    connection.addEventListener("still", ({ detail }) => this.#take(detail));
    connection.addEventListener("message", ({ detail }) => this.#read(detail));
    connection.addEventListener("down", ({ detail }) => this.#down(detail));
    connection.open();
  }

  #read(message) {
    if (message.type === "video") this.#next = message;
    if (message.type === "skipped") this.skipped += Number(message.units) || 0;
    if (message.type === "status") this.#prove(message.state === "live");
    this.#fire("message", message);
  }

  #take(bytes) {
    this.bytes += bytes.byteLength;
    // Before it is there: what is left now is the least.
    this.#keepUp();
    if (!this.#next) return this.#buffer?.push(bytes);
    const { mime, sound } = this.#next;
    this.#next = undefined;
    if (!canBuffer(mime)) return this.#refuse(mime);
    // A SourceBuffer has the tracks that it began with: where sound comes or goes another goes on, from the key frame before.
    const group = this.#buffer && this.sound !== Boolean(sound) ? this.#buffer.group : [];
    if (this.#buffer && this.sound !== Boolean(sound)) this.#renewBuffer();
    this.sound = Boolean(sound);
    this.#init = { mime, bytes };
    this.#buffer ??= this.#make();
    this.#buffer.begin(mime, bytes);
    group.forEach((each) => this.#buffer.push(each));
  }

  /** What has arrived by now is proof of life, or is none. */
  #prove(live) {
    this.fresh = live ? -Infinity : (this.#buffer?.newest.video ?? -Infinity) + 0.01;
  }

  /** Without its sound it may be playable yet. */
  #refuse(mime) {
    const [picture] = mime.match(/codecs="?([^",]+)/)?.slice(1) ?? [];
    if (!this.#silent && picture && canBuffer(`video/mp4; codecs="${picture}"`)) this.#withoutSound();
    else this.#unable(`this browser does not play ${mime}`, undefined, "codec");
  }

  #withoutSound() {
    this.#silent = true;
    this.#renewBuffer();
    this.#connect();
  }

  #make() {
    const buffer = new Buffer(this.#surface.video);
    buffer.addEventListener("append", () => this.#keepUp());
    buffer.addEventListener("broken", ({ detail }) => this.#broke(detail));
    buffer.addEventListener("turned", ({ detail }) => this.#turn(detail));
    this.#settled = seconds() + SETTLING_S;
    this.#pace.begun(seconds());
    this.#fire("begin");
    return buffer;
  }

  #renewBuffer() {
    if (!this.#buffer) return;
    this.#surface.hold();
    this.#dropped += this.#buffer.dropped;
    this.#buffer.close();
    this.#buffer = undefined;
    this.#surface.watch();
  }

  #turn(bytes) {
    this.#renewBuffer();
    this.#buffer = this.#make();
    this.#buffer.begin(this.#init.mime, this.#init.bytes);
    this.#buffer.push(bytes);
  }

  #broke(why) {
    const now = performance.now();
    this.#breaks = [...this.#breaks.filter((at) => at > now - BREAKS_WITHIN_MS), now];
    this.#fire("trouble", why);
    this.#renewBuffer();
    if (this.#breaks.length >= MOST_BREAKS) this.#unable(why);
    else this.#connection.renew();
  }

  async #down(detail) {
    const { code, problem } = detail;
    if (code === 4406 || code === 4400 || this.#reach.isForeign(detail)) return this.#unable(problem?.detail, problem?.outputs);
    this.#prove(false);
    this.#fire("down", detail);
    if (await this.#reach.isKeptBack(detail)) this.#unable("no WebSocket reaches the server", undefined, "kept-back");
  }

  #unable(why = "this stream has no video", outputs = undefined, reason = "not-available") {
    this.#connection.close();
    this.#fire("unable", { why, outputs, reason });
  }

  #keepUp() {
    const { video } = this.#surface;
    const ranges = this.#buffer?.ranges ?? [];
    if (video.seeking || !ranges.length) return;
    if (this.#lacksSound(ranges)) return this.#withoutSound();
    const { rate, jump } = this.#pace.judge(seconds(), video.currentTime, ranges);
    if (jump !== undefined && Math.abs(jump - video.currentTime) > 0.01) {
      this.#pace.jumped(seconds());
      this.#settled = seconds() + SETTLING_S;
      video.currentTime = jump;
    }
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  #lacksSound(ranges) {
    if (!this.sound || this.#silent) return false;
    const { video: picture } = this.#buffer.newest;
    const lacks = picture - ranges.at(-1)[1] > SOUND_LAG_S && this.#surface.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.#lacking = lacks ? (this.#lacking ?? seconds()) : undefined;
    return lacks && seconds() - this.#lacking > SOUND_AWAITED_S;
  }

  #fire(type, detail) {
    if (!this.#life.signal.aborted) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function seconds() {
  return performance.now() / 1000;
}
