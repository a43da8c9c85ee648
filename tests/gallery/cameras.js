// The streams of a server that is not there: what each is asked to be, and the server's words for it.

export const WIDE = [640, 360];
export const TALL = [270, 480];
export const SQUARISH = [480, 360];

/** As the server tells one. */
export const LADDER = {
  variants: [
    { name: "720p", width: 1280, height: 720, bits_per_second: 2_500_000 },
    { name: "360p", width: 640, height: 360, bits_per_second: 640_000 },
    { name: "as it comes", width: null, height: null, bits_per_second: null },
  ],
  current: "360p",
};

/** Longer than any place that shows a name. */
export const LONG_NAME = "warehouse-north-loading-dock-camera-above-the-second-gate-facing-the-street";

/** By the page's word for a state: a message of type `status`, or a problem and the code that the socket is closed with. */
export const WORDS = {
  live: { status: { state: "live" } },
  connecting: { status: { state: "connecting" } },
  gated: {
    status: { state: "gated", reason: "plugin", detail: "plugin `motion` lets no picture through now", plugin: "motion" },
  },
  stalled: { status: { state: "stalled", reason: "no-media", detail: "the camera sent nothing for 10s", retry_in_ms: 4_000 } },
  offline: {
    status: { state: "offline", reason: "unreachable", detail: "192.168.1.20:554: connection refused", retry_in_ms: 24_000 },
  },
  capacity: {
    code: 4503,
    problem: { type: "/problems/stream-full", status: 503, detail: "all 4 places for viewers of this stream are taken", retry_after: 10 },
  },
  refused: {
    code: 4403,
    problem: {
      type: "/problems/refused",
      status: 403,
      detail: 'only this machine is let in; `access = "open"` under `[server]` would let everybody in',
    },
  },
  failed: {
    status: { state: "withheld", reason: "plugin", detail: "plugin `blur` failed, and no picture is shown without it", plugin: "blur" },
  },
  unavailable: { status: { state: "not-available", reason: "codec", detail: "the camera sends H.265, which is not decoded" } },
  unknown: {
    code: 4404,
    problem: { type: "/problems/unknown-stream", status: 404, detail: "no stream named `lobby` is configured" },
  },
  wrong: {
    code: 4400,
    problem: { type: "/problems/bad-parameter", status: 400, detail: "`quality` is a whole number from 10 to 100" },
  },
  unreachable: { code: 1006 },
  disabled: { status: { state: "disabled", reason: "stopped", detail: "stopped by an operator" } },
  idle: {},
  paused: {},
};

/** The states that a connection can bring a view into, without "live". */
export const TROUBLES = Object.keys(WORDS).filter((state) => !["live", "idle", "paused"].includes(state));

/** How the list tells what it has other words for. */
const LISTED = {
  gated: { state: "live", pictures: { condition: "gated", plugin: "motion" } },
  failed: { state: "live", pictures: { condition: "withheld", plugin: "blur" } },
  unavailable: { state: "live", pictures: { condition: "not-available", detail: "the camera sends H.265" } },
  offline: { state: "back-off" },
  ...Object.fromEntries(
    ["capacity", "refused", "unknown", "wrong", "unreachable", "paused", "frozen", "damaged"].map((state) => [state, { state: "live" }]),
  ),
};

/** By name, in the order in which they were made. */
export const cameras = new Map();

/**
 * Makes a stream and returns its name. `state` is a key of `WORDS`; "frozen", which stops without a word; or "damaged", whose pictures are none.
 * `pictured` is "before" when pictures came until now, "late" when the server hands out an old one, "never" when there is none.
 */
export function camera(name, state, { size = WIDE, pictured = "never", viewers = 1, rate = 15, maxViewers = null, ladder } = {}) {
  cameras.set(name, { name, state, size, pictured, viewers, rate, maxViewers, ladder, visits: 0 });
  return name;
}

/** Whether pictures come from one. */
export function brings(name) {
  const { state, pictured } = cameras.get(name);
  return state === "live" || state === "frozen" || pictured !== "never";
}

/** What `GET /api/streams` says about one. */
export function listed({ name, state, size: [width, height], viewers, rate, maxViewers }) {
  return {
    name,
    state,
    reason: WORDS[state]?.status?.reason ?? null,
    detail: WORDS[state]?.status?.detail ?? null,
    pictures: { condition: "fine" },
    codec: "H.264",
    size: { width, height },
    rate,
    viewers: { websocket: viewers, mjpeg: 0, total: viewers },
    max_viewers: maxViewers,
    ...LISTED[state],
  };
}

/** A judgement as a view makes it of these words; `more` is added to it. */
export function judged(state, more = {}) {
  const { status, problem } = WORDS[state];
  const { detail = "", reason = "" } = status ?? problem ?? {};
  return { state, reason, detail: detail.charAt(0).toUpperCase() + detail.slice(1), ...more };
}
