// The one table of states: how each looks, what it is called, and what to do about it. Everything that shows a state reads it here.

/** By the page's word for a state. `look` is one of the state colours; `advice` is what a person can do when the server said nothing better. */
export const STATES = {
  live: { word: "Live", look: "live", icon: "live", advice: "" },
  connecting: { word: "Connecting", look: "connecting", icon: "connecting", advice: "The first picture follows by itself." },
  gated: {
    word: "Gated",
    look: "gated",
    icon: "gated",
    advice: "A plugin holds the pictures back; the next one it lets through appears here.",
  },
  stalled: {
    word: "Stalled",
    look: "stalled",
    icon: "stalled",
    advice: "Framegate connects anew by itself. If it stays so, look at the camera and its network.",
  },
  offline: {
    word: "Offline",
    look: "offline",
    icon: "offline",
    advice: "Look at the camera's power, address and network. Framegate keeps trying.",
  },
  capacity: {
    word: "At capacity",
    look: "capacity",
    icon: "capacity",
    advice: "Close another viewer of this stream, or raise its max_viewers. A place is asked for again by itself.",
  },
  refused: { word: "Refused", look: "refused", icon: "refused", advice: "Ask who runs this server for the right to view this stream." },
  failed: {
    word: "Plugin failed",
    look: "failed",
    icon: "failed",
    advice: "Rather than an unfiltered picture there is none. The server's log names the plugin and what happened.",
  },
  unavailable: {
    word: "No pictures",
    look: "refused",
    icon: "offline",
    advice: "Pictures cannot be made from what this camera sends. Set the camera to H.264 or MJPEG.",
  },
  unknown: {
    word: "Not configured",
    look: "offline",
    icon: "unknown",
    advice: "Write a section for it in streams.toml and start Framegate again, or choose another stream.",
  },
  wrong: { word: "Not understood", look: "refused", icon: "unknown", advice: "Choose another format, quality, size or rate." },
  unreachable: {
    word: "No connection",
    look: "offline",
    icon: "plug",
    advice: "Look at this device's network and whether Framegate runs. The page keeps trying.",
  },
  disabled: { word: "Switched off", look: "quiet", icon: "quiet", advice: "This stream was stopped. Start it again to see it." },
  idle: {
    word: "Idle",
    look: "quiet",
    icon: "quiet",
    advice: "Nobody watches, so the camera is left alone. It is connected for the first viewer.",
  },
  paused: { word: "Paused", look: "quiet", icon: "stalled", advice: "Sixteen tiles play at once." },
};

/** The server's words that are not the page's. */
const SPOKEN = {
  "back-off": "offline",
  backoff: "offline",
  failed: "offline",
  withheld: "failed",
  "plugin-failed": "failed",
  "at-capacity": "capacity",
  full: "capacity",
  "not-available": "unavailable",
};

/** The page's word for what the server calls a stream's state; what it does not know is shown as connecting, never as live. */
export function stateOf(spoken) {
  const word = String(spoken ?? "")
    .toLowerCase()
    .replaceAll("_", "-");
  if (Object.hasOwn(SPOKEN, word)) return SPOKEN[word];
  return Object.hasOwn(STATES, word) ? word : "connecting";
}

/** WebSocket close codes of refusals: 4000 and the HTTP status. */
const CODES = { 4400: "wrong", 4401: "refused", 4403: "refused", 4404: "unknown", 4406: "unavailable", 4503: "capacity" };

/** The state that a close code stands for, or `undefined` when the connection was merely lost. A 404 may also be a camera that is not reached. */
export function stateOfClose(code, problem) {
  if (code === 4404 && problem?.kind === "stream-offline") return "offline";
  // A server that stops has no place either, but will have when it is back.
  if (code === 4503 && problem?.kind === "stopping") return undefined;
  return CODES[code];
}
