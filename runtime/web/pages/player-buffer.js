// One MediaSource with its one SourceBuffer behind a video. It takes fragments and appends them in its own time, keeps a few seconds, and says when it
// is broken; it knows nothing of networks.
import { readFragment, readInit } from "./player-fragment.js";

/** Bytes that wait for the SourceBuffer. When there are more all of them are dropped, and the next key frame goes on. A group that is longer is not kept. */
const MOST_WAITING = 8 << 20;
/** What is appended at once: the burst that a late viewer is sent is one or two appends. */
const AT_ONCE = 1 << 20;
/** Seconds behind the picture that are kept, and how many more there are before anything is removed. */
const KEPT_S = 6;
const KEPT_MORE_S = 6;
/** A decode time that is so much earlier than the newest is another clock. */
const BACKWARDS_S = 0.5;

const Source = globalThis.MediaSource ?? globalThis.ManagedMediaSource;

/** Whether this browser has such a thing, and plays `mime` (any at all when it is left out). */
export function canBuffer(mime = 'video/mp4; codecs="avc1.42c01f"') {
  return Boolean(Source?.isTypeSupported(mime));
}

/**
 * Fires `append` when there is more to play, `broken` (detail: why, in words) when it must be made anew, `turned` (detail: the fragment that says so)
 * when the stream's clock went back: the same, but nothing is wrong.
 */
export class Buffer extends EventTarget {
  /** Fragments that were dropped because the queue was full, or the browser did not want any. */
  dropped = 0;
  /** Where the newest picture that was pushed begins, in seconds; that of the sound. */
  newest = { video: undefined, sound: undefined };
  /** The pictures since the newest key frame, for a buffer that takes this one's place. */
  group = [];

  #video;
  #source = new Source();
  #url = URL.createObjectURL(this.#source);
  #part;
  #tracks = new Map();
  #queue = [];
  #bytes = 0;
  #keys = [];
  #begun;
  #had = {};
  /** Where the newest picture of all begins; and the one before what follows is of another kind, until a key frame of that comes. */
  #last;
  #before;
  #awaitsKey = false;
  #cramped = false;
  #life = new AbortController();

  constructor(video) {
    super();
    this.#video = video;
    const { signal } = this.#life;
    this.#source.addEventListener("sourceopen", () => this.#drain(), { signal });
    // A ManagedMediaSource says itself when it wants more; only the newest pictures are of use by then.
    this.#source.addEventListener("startstreaming", () => this.#drain(), { signal });
    video.addEventListener("error", () => this.#break(video.error?.message || "the browser cannot decode this video"), { signal });
    // Without this an iPhone opens no ManagedMediaSource.
    video.disableRemotePlayback = true;
    video.src = this.#url;
  }

  /** What follows is `mime`, and begins with this init segment. */
  begin(mime, init) {
    this.#tracks = readInit(init);
    const goesOn = this.#begun?.mime === mime && same(this.#begun.init, init);
    // Who connects anew is sent the newest group of pictures once more, but none before it. What is there already is left out: a browser that plays
    // it would go on at the next key frame only.
    this.#had = goesOn ? this.newest : {};
    this.newest = { video: this.#keys.at(-1), sound: undefined };
    if (goesOn) return;
    this.#begun = { mime, init };
    this.#awaitsKey = true;
    this.#before = this.#last;
    this.#put({ mime, bytes: init });
  }

  /** One fragment. */
  push(bytes) {
    const read = readFragment(bytes, this.#tracks);
    if (!read) return this.#break("what the server sent is no fragment of mp4");
    const kind = read.video ? "video" : "sound";
    if (this.newest[kind] - read.start > BACKWARDS_S) return this.#fire("turned", bytes);
    if (read.start <= this.#had[kind]) return;
    // A key frame over pictures that a browser has read already is none to it: it would show nothing until the next one.
    if (read.key && read.start <= this.#before) return this.#fire("turned", bytes);
    this.newest[kind] = read.start;
    if (read.video) this.#keep(bytes, read);
    if (read.key) {
      this.#before = undefined;
      this.#awaitsKey = false;
      this.#keys.push(read.start);
      // While the browser wants nothing, one group of pictures is all that it may want later.
      if (this.#source.streaming === false) this.#drop();
    } else if (this.#awaitsKey) {
      this.dropped += 1;
      return;
    }
    this.#put({ bytes });
    if (this.#bytes <= MOST_WAITING) return;
    this.#drop();
    this.#awaitsKey = true;
  }

  /** `[[start, end], …]` in seconds. */
  get ranges() {
    const buffered = this.#part && this.#source.readyState === "open" ? this.#part.buffered : { length: 0 };
    return Array.from({ length: buffered.length }, (_, at) => [buffered.start(at), buffered.end(at)]);
  }

  /** Lets the video go. Nothing is fired afterwards. */
  close() {
    this.#life.abort();
    this.#queue = [];
    URL.revokeObjectURL(this.#url);
    if (this.#video.src !== this.#url) return;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #keep(bytes, { key, start }) {
    this.#last = start;
    if (key) this.group = [bytes];
    else if (this.group.length) this.group.push(bytes);
    if (this.group.reduce((sum, each) => sum + each.byteLength, 0) > MOST_WAITING) this.group = [];
  }

  #put(item) {
    this.#queue.push(item);
    this.#bytes += item.bytes.byteLength;
    this.#drain();
  }

  /** Init segments stay: what comes later cannot be read without them. */
  #drop() {
    const kept = this.#queue.filter(({ mime }) => mime);
    this.dropped += this.#queue.length - kept.length;
    this.#queue = kept;
    this.#bytes = kept.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  }

  #drain() {
    if (this.#life.signal.aborted || this.#source.readyState !== "open" || this.#part?.updating || this.#source.streaming === false) return;
    try {
      if (!this.#queue.length) this.#trim(KEPT_S + KEPT_MORE_S, KEPT_S);
      else this.#append();
    } catch (error) {
      if (error.name !== "QuotaExceededError") return this.#break(error.message);
      this.#makeRoom();
    }
  }

  #append() {
    const [first] = this.#queue;
    if (first.mime) this.#turnTo(first.mime);
    const taken = [];
    let bytes = 0;
    for (const item of this.#queue) {
      // The next kind of pictures is an append of its own.
      if (taken.length && (item.mime || bytes + item.bytes.byteLength > AT_ONCE)) break;
      taken.push(item.bytes);
      bytes += item.bytes.byteLength;
    }
    this.#part.appendBuffer(taken.length === 1 ? taken[0] : joined(taken, bytes));
    this.#queue.splice(0, taken.length);
    this.#bytes -= bytes;
    this.#cramped = false;
  }

  #turnTo(mime) {
    if (this.#part) {
      this.#part.changeType?.(mime);
      return;
    }
    this.#source.duration = Infinity;
    this.#part = this.#source.addSourceBuffer(mime);
    const { signal } = this.#life;
    this.#part.addEventListener("updateend", () => (this.#fire("append"), this.#drain()), { signal });
    this.#part.addEventListener("error", () => this.#break("the browser cannot read this video"), { signal });
  }

  /** Removes up to the last key frame that is `kept` seconds behind, if there are `most`: a group of pictures that is cut loses its end too. */
  #trim(most, kept) {
    const { currentTime } = this.#video;
    const [[start] = []] = this.ranges;
    if (start === undefined || currentTime - start < most) return false;
    const until = this.#keys.findLast((key) => key <= currentTime - kept);
    if (until === undefined || until - start < 0.1) return false;
    this.#keys = this.#keys.filter((key) => key >= until);
    this.#part.remove(0, until);
    return true;
  }

  #makeRoom() {
    // Once for each append: a browser that still has no room for it never will.
    if (this.#cramped || !this.#trim(0, 0.2)) this.#break("this browser has no room for the video");
    this.#cramped = true;
  }

  #break(why) {
    this.#fire("broken", why);
  }

  #fire(type, detail) {
    if (!this.#life.signal.aborted) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function same(one, other) {
  const [first, second] = [new Uint8Array(one), new Uint8Array(other)];
  return first.length === second.length && first.every((byte, at) => byte === second[at]);
}

function joined(parts, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return all;
}
