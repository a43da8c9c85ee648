// Stands in for the server, so that a page shows what it shall: `fetch` and `WebSocket` of this window are not the browser's own from here on.
import { WORDS, cameras, listed } from "./cameras.js";
import { film } from "./film.js";
import { answer } from "./manage.js";
import { still } from "./stills.js";

/** Between two pictures: fewer than a camera sends, and often enough to be live. */
const PERIOD_MS = 700;
/** After the last picture, so that it is drawn before anything is said about it. */
const DRAWN_MS = 900;

/** How the list of streams is answered: "list", "silence", "nothing" (there is no server) or "refusal". */
export const server = { answers: "list" };

const ownFetch = window.fetch.bind(window);

window.fetch = async (input, options) => {
  const { pathname, search } = new URL(input, location.href);
  const [, place, what, name] = pathname.split("/");
  if (place === "api" && what === "streams" && !name) return list();
  const managed = place === "api" && answer(pathname + search, options);
  if (managed) return managed;
  if (place === "still") return new Response(await still([640, 360]), { headers: { "Content-Type": "image/jpeg" } });
  // Asked by who cannot reach it.
  if (place === "healthz") throw new TypeError("Failed to fetch");
  return ownFetch(input, options);
};

function list() {
  if (server.answers === "silence") return new Promise(() => {});
  if (server.answers === "nothing") throw new TypeError("Failed to fetch");
  if (server.answers === "refusal") return Response.json(WORDS.refused.problem, { status: 403 });
  return Response.json({ streams: [...cameras.values()].map(listed) });
}

window.WebSocket = class extends EventTarget {
  binaryType = "blob";
  over = false;

  constructor(address) {
    super();
    const { pathname, searchParams } = new URL(address);
    if (pathname === "/api/events") return void tell(this);
    this.films = searchParams.get("format") === "mp4";
    serve(this, cameras.get(decodeURIComponent(pathname.split("/")[2])) ?? { state: "unknown" }, searchParams.has("stats"));
  }

  close() {
    this.over = true;
  }

  accept() {
    this.#fire(new Event("open"));
  }

  say(message) {
    this.#fire(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  push(data) {
    this.#fire(new MessageEvent("message", { data }));
  }

  end(code) {
    this.#fire(new CloseEvent("close", { code }));
    this.over = true;
  }

  #fire(event) {
    if (!this.over) this.dispatchEvent(event);
  }
};

async function serve(socket, camera, stats) {
  // Who made the socket must first have set its listeners.
  await pause(10);
  const { state, size, ladder, pictured = "never" } = camera;
  const { status, problem, code } = WORDS[state] ?? {};
  const first = camera.visits === 0;
  camera.visits += 1;
  if (state === "unreachable" && !(first && pictured === "before")) return socket.end(code);
  socket.accept();
  if (socket.films && ladder) socket.say({ type: "variants", ...ladder });
  socket.say({ type: "rendition", format: "jpeg", quality: 80, width: size?.[0] ?? null, fps: 5 });
  if (state === "live") return live(socket, camera, stats);
  if (state === "frozen") return live(socket, camera, stats, 2);
  if (state === "damaged") return socket.push(new Uint8Array([0xff, 0xd8, 0xff, 0x00]).buffer);
  if (first && pictured === "before") {
    await live(socket, camera, stats, 1);
    await pause(DRAWN_MS);
  }
  if (status) socket.say({ type: "status", reason: null, detail: null, ...status });
  if (pictured === "late") socket.push(await still(size));
  if (problem) socket.say({ type: "problem", problem });
  if (code) socket.end(code);
}

/** What is told of every live stream once a second. */
async function tell(socket) {
  await pause(10);
  socket.accept();
  for (let at = 0; !socket.over; at += 1) {
    for (const { name, state, rate } of cameras.values()) {
      if (state !== "live") continue;
      socket.say({ kind: "frame-update", stream: name, data: { rate: rate + Math.sin(at) } });
      socket.say({ kind: "bitrate-update", stream: name, data: { bitrate: 2_400_000 + 200_000 * Math.sin(at / 3) } });
    }
    await pause(1_000);
  }
}

async function live(socket, { size, viewers }, stats, pictures = Infinity) {
  socket.say({ type: "status", state: "live", reason: null, detail: null });
  if (socket.films) return film(socket, pictures);
  for (let at = 0; at < pictures && !socket.over; at += 1) {
    if (at) await pause(PERIOD_MS);
    socket.push(await still(size, at));
    if (stats) socket.say({ type: "stats", rate: 1.4, skipped: 0, skipped_total: 0, viewers, bytes_per_second: 20_000 });
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// The frames of a page share the browser's storage; what one keeps would be shown by the next.
for (const name of ["localStorage", "sessionStorage"]) {
  const kept = new Map();
  const value = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => kept.set(key, String(text)),
    removeItem: (key) => kept.delete(key),
  };
  Object.defineProperty(window, name, { value });
}

// In sight is what a frame shows, wherever on its page the frame is.
window.IntersectionObserver = class extends IntersectionObserver {
  constructor(callback, options) {
    super(callback, { root: document, ...options });
  }
};
