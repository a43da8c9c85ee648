// A camera for `player-server.mjs`: ffmpeg's test picture and tone as the fragments that `/ws/{stream}?format=mp4` sends, and as stills.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";

/** The sound of a feed, as ffmpeg makes it and as a page reads it. */
const SOUNDS = {
  aac: { codec: "mp4a.40.2", made: ["-c:a", "aac", "-b:a", "64k"] },
  opus: { codec: "opus", made: ["-c:a", "libopus", "-b:a", "48k", "-strict", "-2"] },
  flac: { codec: "flac", made: ["-c:a", "flac", "-strict", "-2"] },
};

/**
 * Fires `init` when its parameters change, `fragment` for `{ bytes, key }`, and `still`. It runs until `stop`. The clock goes on over a change of
 * parameters, as that of a stream does.
 */
export class Feed extends EventEmitter {
  init;
  /** The fragments since the newest key frame: what a late viewer gets at once. */
  group = [];
  #options;
  #running = [];
  #began = Date.now();
  #offset = 0n;

  constructor(options) {
    super();
    this.setMaxListeners(0);
    this.#options = { size: "640x360", rate: 30, gop: 60, codec: "libx264", level: "42c01f", sound: "aac", ...options };
    this.#run();
  }

  get mime() {
    const { codec, level, sound } = this.#options;
    const picture = codec === "libx265" ? "hvc1.1.6.L93.B0" : `avc1.${level}`;
    return `video/mp4; codecs="${sound ? `${picture}, ${SOUNDS[sound].codec}` : picture}"`;
  }

  get video() {
    const [width, height] = this.#options.size.split("x").map(Number);
    return { type: "video", mime: this.mime, width, height, sound: Boolean(this.#options.sound) };
  }

  /** The camera sends something else from here on. */
  change(options) {
    this.stop();
    this.#options = { ...this.#options, ...options };
    this.#offset = BigInt(Date.now() - this.#began);
    this.group = [];
    this.#run();
  }

  stop() {
    for (const each of this.#running.splice(0)) each.kill("SIGKILL");
  }

  #run() {
    const { size, rate, gop, codec, sound } = this.#options;
    const picture = ["-re", "-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}`];
    const tone = sound ? ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"] : [];
    const coded = ["-c:v", codec, "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", codec === "libx264" ? "baseline" : "main"];
    const form = ["-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_every_frame", "-video_track_timescale", "90000"];
    const quiet = ["-hide_banner", "-loglevel", "error"];
    const flags = ["-flush_packets", "1", "-max_interleave_delta", "100000"];
    const made = sound ? SOUNDS[sound].made : [];
    this.#read([...quiet, ...picture, ...tone, ...coded, "-pix_fmt", "yuv420p", "-g", gop, ...made, ...form, ...flags, "-"], new Boxes(this));
    this.#read([...quiet, ...picture, "-r", "5", "-c:v", "mjpeg", "-q:v", "6", "-f", "image2pipe", "-"], new Stills(this));
  }

  #read(words, reader) {
    const process = spawn("ffmpeg", words.map(String), { stdio: ["ignore", "pipe", "inherit"] });
    this.#running.push(process);
    process.stdout.on("data", (bytes) => this.#running.includes(process) && reader.push(bytes));
  }

  /** For its readers alone. */
  begin(init) {
    this.init = init;
    this.emit("init");
  }

  /** For its readers alone: `offset` of the decode time and the timescale of its track. */
  take(bytes, track, timed) {
    const scale = track === 1 ? 90_000n : 48_000n;
    bytes.writeBigUInt64BE(bytes.readBigUInt64BE(timed) + (this.#offset * scale) / 1000n, timed);
    // ffmpeg gives a sample that depends on nothing flags of its own.
    const key = track === 1 && (bytes.readUInt32BE(bytes.indexOf("trun") + 4) & 4) !== 0;
    if (key) this.group = [];
    const fragment = { bytes, key, track };
    if (key || this.group.length) this.group.push(fragment);
    this.emit("fragment", fragment);
  }
}

/** Takes ffmpeg's stream of boxes apart. */
class Boxes {
  #feed;
  #rest = Buffer.alloc(0);
  #held = [];

  constructor(feed) {
    this.#feed = feed;
  }

  push(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 8 && this.#rest.length >= this.#rest.readUInt32BE(0)) {
      const length = this.#rest.readUInt32BE(0);
      this.#box(this.#rest.toString("latin1", 4, 8), this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
  }

  #box(kind, bytes) {
    this.#held.push(bytes);
    if (kind === "moov") this.#feed.begin(Buffer.concat(this.#held.splice(0)));
    if (kind !== "mdat") return;
    const whole = Buffer.concat(this.#held.splice(0));
    const track = whole.readUInt32BE(whole.indexOf("tfhd") + 8);
    this.#feed.take(whole, track, whole.indexOf("tfdt") + 8);
  }
}

const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** Takes ffmpeg's stream of JPEGs apart. */
class Stills {
  #feed;
  #rest = Buffer.alloc(0);

  constructor(feed) {
    this.#feed = feed;
  }

  push(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#end(); end > 0; end = this.#end()) {
      this.#feed.still = this.#rest.subarray(0, end);
      this.#feed.emit("still", this.#feed.still);
      this.#rest = this.#rest.subarray(end);
    }
  }

  #end() {
    const at = this.#rest.indexOf(END_OF_IMAGE);
    return at < 0 ? 0 : at + 2;
  }
}
