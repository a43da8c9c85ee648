// Stands in for a Framegate that makes video, for the player and whoever works on it: `node tests/gallery/player-server.mjs [port]`, ffmpeg beside it.
// It speaks `/ws/{stream}` (mp4 and jpeg), `/mjpeg/`, `/still/`, and does what `GET /do/{stream}/{what}` says, one of `orders`. Every answer may be
// read from any origin.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Feed } from "./player-feed.mjs";

const PORT = Number(process.argv[2] ?? 8099);
const FOLDERS = { assets: "../../runtime/web/pages/", gallery: "./", pages: "../../examples/pages/" };
const TYPES = { ".js": "text/javascript", ".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml", ".mp4": "video/mp4" };
const POLICY = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'";

/** What the streams are; each begins with its first viewer. */
const STREAMS = {
  lobby: {},
  quiet: { sound: null },
  opus: { sound: "opus" },
  flac: { sound: "flac" },
  tall: { size: "360x640" },
  hevc: { codec: "libx265" },
  ladder: { size: "1280x720" },
  stills: { without: ["mp4"] },
};
const LADDER = [
  { name: "720p", width: 1280, height: 720, bits_per_second: 2_000_000 },
  { name: "360p", width: 640, height: 360, bits_per_second: 600_000 },
];

const streams = new Map();

function streamOf(name) {
  if (!Object.hasOwn(STREAMS, name)) return undefined;
  if (!streams.has(name)) {
    streams.set(name, { name, feed: new Feed(STREAMS[name]), viewers: new Set(), standing: { state: "live" }, full: false, frozen: false, jitter: 0 });
  }
  return streams.get(name);
}

/** One WebSocket, as much of RFC 6455 as a server needs that is not sent anything. */
class Socket {
  constructor(request, raw) {
    this.raw = raw;
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    raw.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    raw.setNoDelay(true);
    raw.on("error", () => {});
    // Whatever a page says is a close, or of no interest.
    raw.on("data", (bytes) => (bytes[0] & 0xf) === 8 && raw.end());
  }

  say(message) {
    this.#frame(1, Buffer.from(JSON.stringify(message)));
  }

  push(bytes) {
    this.#frame(2, bytes);
  }

  end(code) {
    this.#frame(8, Buffer.from([code >> 8, code & 255]));
    this.raw.end();
  }

  #frame(opcode, payload) {
    const { length } = payload;
    const head = length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.alloc(length < 65536 ? 4 : 10);
    if (length >= 126) {
      head[0] = 0x80 | opcode;
      head[1] = length < 65536 ? 126 : 127;
      if (length < 65536) head.writeUInt16BE(length, 2);
      else head.writeBigUInt64BE(BigInt(length), 2);
    }
    if (this.raw.writable) this.raw.write(Buffer.concat([head, payload]));
  }
}

const problem = (kind, status, detail, more) => ({ type: `/problems/${kind}`, title: kind, status, detail, ...more });

function watch(request, raw) {
  const url = new URL(request.url, "http://double");
  const socket = new Socket(request, raw);
  const refuse = (why) => (socket.say({ type: "problem", problem: why }), socket.end(4000 + why.status));
  const name = decodeURIComponent(url.pathname.split("/")[2] ?? "");
  const stream = streamOf(name);
  const mp4 = url.searchParams.get("format") === "mp4";
  if (name === "refused") return refuse(problem("refused", 403, "only this machine is let in"));
  if (!stream) return refuse(problem("unknown-stream", 404, `no stream named \`${name}\` is configured`));
  if (stream.full) return refuse(problem("stream-full", 503, "all 2 places for viewers of this stream are taken", { retry_after: 2 }));
  if (mp4 && STREAMS[name].without?.includes("mp4"))
    return refuse(problem("not-available", 406, "no video of this camera", { outputs: [`/ws/${name}?format=jpeg`, `/mjpeg/${name}`] }));
  const viewer = { socket, mp4, sound: url.searchParams.get("sound") !== "0", begun: false, late: [] };
  stream.viewers.add(viewer);
  const gone = mp4 ? video(stream, viewer) : stills(stream, viewer);
  raw.on("close", () => (stream.viewers.delete(viewer), gone()));
  socket.say({ type: "status", reason: null, detail: null, ...stream.standing });
  if (mp4 && name === "ladder") socket.say({ type: "variants", variants: LADDER, current: url.searchParams.get("variant") ?? "720p" });
}

function video(stream, viewer) {
  const { feed } = stream;
  const begin = () => {
    const mime = viewer.sound ? feed.mime : feed.mime.replace(/, [^"]+"/, '"');
    viewer.socket.say({ ...feed.video, mime, sound: feed.video.sound && viewer.sound });
    viewer.socket.push(viewer.sound || !feed.video.sound ? feed.init : withoutSound(feed.init));
    viewer.begun = false;
  };
  const push = ({ bytes, key, track }) => {
    if (stream.frozen || stream.standing.state === "offline") return void (viewer.begun = false);
    if (!viewer.begun && !key) return;
    if (track !== 1 && !viewer.sound) return;
    viewer.begun = true;
    viewer.late.push(bytes);
    // In lumps, and in order: what waits goes with whatever goes first.
    setTimeout(() => viewer.late.splice(0).forEach((each) => viewer.socket.push(each)), Math.random() * stream.jitter);
  };
  setImmediate(() => {
    if (feed.init) begin();
    if (feed.init) feed.group.forEach(push);
    feed.on("init", begin);
    feed.on("fragment", push);
  });
  return () => (feed.off("init", begin), feed.off("fragment", push));
}

/** An init segment whose second track is hidden from whoever reads it. */
function withoutSound(init) {
  const copy = Buffer.from(init);
  const second = copy.indexOf("trak", copy.indexOf("trak") + 4);
  copy.write("free", second, "latin1");
  copy.write("free", copy.indexOf("trex", copy.indexOf("trex") + 4), "latin1");
  return copy;
}

function stills({ feed, ...stream }, { socket }) {
  socket.say({ type: "rendition", format: "jpeg", quality: 80, width: null, fps: 5 });
  const push = (bytes) => streams.get(stream.name).frozen || socket.push(bytes);
  if (feed.still) push(feed.still);
  feed.on("still", push);
  return () => feed.off("still", push);
}

const orders = {
  cut: (stream) => [...stream.viewers].forEach(({ socket }) => socket.raw.destroy()),
  freeze: (stream) => (stream.frozen = true),
  thaw: (stream) => (stream.frozen = false),
  full: (stream) => ((stream.full = true), orders.cut(stream)),
  free: (stream) => (stream.full = false),
  gap: (stream) => ((stream.frozen = true), setTimeout(() => (stream.frozen = false), 3_000)),
  change: (stream) => stream.feed.change({ size: "1280x720" }),
  restart: (stream) => (stream.feed.stop(), streams.delete(stream.name), orders.cut(stream)),
  damage: (stream) => [...stream.viewers].forEach(({ socket }) => socket.push(Buffer.from("000000086d6f6f66ffffffff6d646174", "hex"))),
  jitter: (stream) => (stream.jitter = 250),
  smooth: (stream) => (stream.jitter = 0),
  offline: (stream) => stand(stream, { state: "offline", reason: "unreachable", detail: "10.0.0.4:554: connection refused", retry_in_ms: 4000 }),
  live: (stream) => stand(stream, { state: "live" }),
  gated: (stream) => stand(stream, { state: "gated", reason: "plugin", detail: "plugin `motion` lets no picture through now", plugin: "motion" }),
  withheld: (stream) => stand(stream, { state: "withheld", reason: "plugin", detail: "plugin `blur` failed", plugin: "blur" }),
};

function stand(stream, standing) {
  stream.standing = standing;
  for (const { socket } of stream.viewers) socket.say({ type: "status", reason: null, detail: null, ...standing });
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://double");
  const [, place, name = "", what] = pathname.split("/").map(decodeURIComponent);
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Cache-Control", "no-store");
  const stream = ["do", "mjpeg", "still"].includes(place) && streamOf(name.replace(/\.jpg$/, ""));
  if (place === "do" && stream && orders[what]) return orders[what](stream), response.end("done\n");
  if (stream && place === "mjpeg") return moving(stream, response);
  if (stream && place === "still") return one(stream, response);
  if (place === "healthz") return response.end("ok");
  const file = FOLDERS[place] && fileURLToPath(new URL(FOLDERS[place] + name, import.meta.url));
  const bytes = file && (await readFile(file).catch(() => undefined));
  const type = bytes ? TYPES[extname(name)] ?? "application/octet-stream" : "application/problem+json";
  response.writeHead(bytes ? 200 : 404, { "Content-Type": type, ...(place === "pages" && { "Content-Security-Policy": POLICY }) });
  response.end(bytes ?? JSON.stringify(problem("unknown-stream", 404, "nothing there")));
});

function moving({ feed }, response) {
  response.writeHead(200, { "Content-Type": "multipart/x-mixed-replace; boundary=frame" });
  const push = (bytes) => {
    response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`);
    response.write(bytes);
    response.write("\r\n");
  };
  feed.on("still", push);
  response.on("close", () => feed.off("still", push));
}

function one({ feed, standing }, response) {
  const send = (bytes) => (response.writeHead(200, { "Content-Type": "image/jpeg" }), response.end(bytes));
  if (standing.state === "offline") return (response.writeHead(404), response.end(JSON.stringify(problem("stream-offline", 404, standing.detail))));
  if (feed.still) send(feed.still);
  else feed.once("still", send);
}

server.on("upgrade", watch);
server.listen(PORT, () => console.log(`http://127.0.0.1:${PORT}/gallery/player.html`));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => ([...streams.values()].forEach(({ feed }) => feed.stop()), process.exit()));
