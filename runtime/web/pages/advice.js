// What a person can do about a state: by the server's word for the reason where that says more than the state.
import { STATES } from "./states.js";

const BY_REASON = {
  unreachable: "Look at the camera's power, its cable, and the address in streams.toml. Framegate keeps trying.",
  "timed-out": "Look at the camera's load and its network. Framegate keeps trying.",
  unauthorized: "Correct `username` and `password` of this stream in streams.toml.",
  forbidden: "Give the user in streams.toml the right to watch, on the camera itself.",
  "not-found": "Correct the path in `source`: the camera's manual names it, and ONVIF tools show it.",
  unusable: "Set the camera to H.264 or MJPEG.",
  "no-key-frame": "Set a shorter key frame interval on the camera: two seconds are usual.",
  "nothing-pushed": "Send a picture to this stream's /ingest address: it appears here at once.",
  file: "Look at the path in `source`: mp4 or Annex B, with H.264.",
  damaged: "Each new one is tried. If it stays so, choose another format or another browser.",
  "kept-back": "Let the proxy on the way pass WebSockets on, or take another output.",
  stopped: "Start the stream again to see it.",
};

/** For a judgement of `Condition`. */
export function adviceOn({ state, reason }) {
  return (state !== "live" && Object.hasOwn(BY_REASON, reason ?? "") && BY_REASON[reason]) || STATES[state].advice;
}
