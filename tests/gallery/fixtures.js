// What a server that is not there says beside its list of streams: one stream in full, its plugins, what happened, and the schemas of forms.
import { cameras, listed } from "./cameras.js";

/** The time at which everything here was told. */
export const NOW = Date.now();
const MINUTE = 60_000;

const TOOK = { count: 900, mean_us: 420, p50_us: 400, p99_us: 2_100 };

/** One plugin as a stream tells it. */
export function link(name, more = {}) {
  return {
    name, role: "filter", health: "ok", last_fault: null, calls: 900, took: TOOK, cpu_us: 378_000, gated: 0, uncovered: 0, faults: {}, restarts: 0,
    recycled: 0, memory: 1_179_648, ...more,
  };
}

export const FAULT = "guest trapped: wasm `unreachable` instruction executed\npanicked at src/lib.rs:41:9:\nindex out of bounds: the len is 3 but the index is 7";

export const FAILING = link("people-counter", {
  role: "analyzer", health: "failed", last_fault: FAULT, faults: { trap: 5, deadline: 2 }, restarts: 4, calls: 12,
});

/** What `GET /api/streams/{name}` says of a camera of `cameras.js`, made by the API if `config` says how. */
export function detailed(name, { config, plugins = [link("clock")], ...more } = {}) {
  return {
    ...listed(cameras.get(name)),
    origin: config ? "api" : "file", held: null, since: NOW - 7 * MINUTE, source: "rtsp://192.168.1.20/stream1", transport: "tcp",
    reconnects: 2, failures: 1, lost: 14, config, plugins, services: [], measure: { whole: TOOK }, kept_bytes: 81_920, ...more,
  };
}

export const CONFIG = {
  source: "rtsp://192.168.1.20/stream1",
  username: "viewer",
  password: "***",
  max_viewers: 8,
  plugins: [{ use: "clock", options: { position: "top-left" } }],
};

/** Of the plugin `clock`. */
export const OPTIONS = {
  type: "object",
  additionalProperties: false,
  properties: {
    text: { type: "string", default: "{stream} {date} {time}", description: "{stream}, {date}, {time}, or a strftime pattern in braces" },
    position: { enum: ["top-left", "top", "top-right", "bottom-left", "bottom", "bottom-right"], default: "top-left" },
    size: { type: "integer", minimum: 6, maximum: 512, description: "height of a line in pixels; by the picture's height if not written" },
    color: { type: "string", pattern: "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$", default: "#ffffff" },
  },
};

/** Every kind of key that a form knows. */
export const SCHEMA = {
  type: "object",
  required: ["source"],
  properties: {
    source: { type: "string", pattern: "^(push$|(rtsp|http|test)://)", examples: ["rtsp://10.0.0.4/stream1", "push"], description: "Where the media comes from: `rtsp://…`, `push` or `test://`." },
    username: { type: "string", description: "User name of the camera." },
    password: { type: "string", description: "Password of the camera." },
    on_demand: { type: "boolean", default: true, description: "The camera is connected only while somebody watches." },
    max_viewers: { type: "integer", minimum: 1, maximum: 1_000_000, description: "The most viewers at once; the next one is told that it is full." },
    plugins: {
      type: "array",
      description: "The plugins that every picture goes through, in this order.",
      items: {
        type: "object",
        required: ["use"],
        properties: {
          use: { type: "string", examples: ["clock", "motion-gate"], description: "A name of `[plugins.…]`, or of one that comes with Framegate." },
          options: { type: "object", description: "What the plugin is told; each plugin has its own words." },
          always: { type: "boolean", default: false, description: "Make pictures for this plugin also when nobody watches." },
        },
      },
    },
    transport: { enum: ["auto", "tcp", "udp"], default: "auto", description: "How RTP comes." },
    close_after: { type: "string", default: "15s", pattern: "^([0-9]+(us|ms|s|m|h))+$", description: "How long the camera stays connected when the last viewer has left." },
    kinds: { type: "array", items: { type: "string" }, description: "The events that it is told." },
    headers: { type: "object", additionalProperties: { type: "string" }, description: "What is sent beside." },
    stills: { type: "object", description: "What a viewer of stills gets who asks for nothing else.", properties: { quality: { type: "integer", minimum: 1, maximum: 100, default: 80 }, policy: { anyOf: [{ type: "string" }, { type: "object" }], description: "The plugin that chooses." } } },
  },
};

export const REFUSED = { kind: "unreachable", text: "cannot reach 192.168.1.20:554: connection refused (os error 111)" };

/** A camera that was there, went, was tried for a while, and came back. */
export function steps() {
  const all = [{ from: "idle", to: "connecting", time: NOW - 58 * MINUTE }, { from: "connecting", to: "live", time: NOW - 58 * MINUTE + 400 }];
  all.push({ from: "live", to: "stalled", time: NOW - 21 * MINUTE, reason: { kind: "no-media", text: "the camera sent nothing for 5s" } });
  for (let at = 0; at < 30; at += 1) {
    const time = NOW - 20 * MINUTE + at * 30_000;
    all.push({ from: "back-off", to: "connecting", time, reason: REFUSED }, { from: "connecting", to: "back-off", time: time + 800, reason: REFUSED });
  }
  all.push({ from: "back-off", to: "connecting", time: NOW - 5 * MINUTE }, { from: "connecting", to: "live", time: NOW - 5 * MINUTE + 1_900 });
  return all;
}

/** What happened, as `GET /api/events` lists it. */
export function events() {
  const kinds = [
    ["stream-started", {}, {}],
    ["stream-live", { codec: "H.264", size: "640x360", transport: "tcp" }, {}],
    ["gate-opened", { pts_ms: 400 }, { plugin: "motion-gate", still: true }],
    ["people-counted", { people: 3, zone: "door" }, { plugin: "people-counter", still: true, annotations: [{}, {}, {}] }],
    ["plugin-failed", { kind: "trap", message: FAULT, health: "failed" }, { plugin: "people-counter" }],
    ["stream-offline", { reason: REFUSED }, {}],
    ["stream-stopped", { uptime_ms: 1_934_000, error: "an operator stopped this stream" }, {}],
  ];
  return kinds.map(([kind, data, more], at) => ({ id: 1_000 + at, time: NOW - (kinds.length - at) * 70_000, kind, stream: "lobby", data, ...more }));
}

export const VIEWERS = [
  { id: 1, stream: "lobby", output: "websocket", address: "192.168.1.31", agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", since: NOW - 4 * MINUTE },
  { id: 2, stream: "lobby", output: "hls", address: "2001:db8:85a3::8a2e:370:7334", agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1", since: NOW - 90 * MINUTE },
  { id: 3, stream: "lobby", output: "mjpeg", address: "10.0.0.9", agent: null, since: NOW - 8_000 },
];

/** Each time it is asked more has been counted. */
export function stats() {
  const seconds = performance.now() / 1000;
  return {
    uptime: 273_000, memory: 340_000_000, cpu_seconds: 61_000 + 0.234 * seconds, streams: { live: 12, "back-off": 2, idle: 5 },
    viewers: { websocket: 20, mjpeg: 1, hls: 10, total: 31 }, rate: 188, bitrate: 42_500_000, received: 9e9, sent: 3e9 + 14_750_000 * seconds,
  };
}

export const MISTAKES = [
  'streams.toml:6:13: `streams.lobby.on_demand`: must be true or false, got "no"',
  'streams.toml:21:10: `streams.gate.source`: scheme must be rtsp, push, file or test, got "rtps://10.0.0.9/a" (did you mean `rtsp://`?)',
  "streams.toml:22:15: `streams.gate.max_viewers`: must be a whole number from 1 to 1000000, got 0",
];

/** Five minutes of a figure about `mean`, never quite the same. */
export function course(mean, length = 300) {
  return Array.from({ length }, (_, at) => mean * (1 + 0.06 * Math.sin(at * 1.7) + 0.05 * Math.sin(at / 9)));
}
