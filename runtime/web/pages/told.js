// What the server's list says of a stream, in the page's words. Pure.
import { readReason } from "./message.js";
import { stateOf } from "./states.js";

/** `{ state, detail, reason }`: of a live stream its pictures may have a word of their own. */
export function judgementOf({ state: stream, pictures, ...told }) {
  const state = stateOf(stream);
  if (state !== "live") return { state, ...readReason(told) };
  const { condition = "fine", ...why } = pictures ?? {};
  if (condition === "fine") return { state, detail: "", reason: "" };
  const said = readReason(why);
  return { state: stateOf(condition), ...said, detail: said.detail || byPlugin(condition, why.plugin) };
}

function byPlugin(condition, plugin) {
  if (!plugin) return "";
  return condition === "gated" ? `Plugin \`${plugin}\` lets no picture through now` : `Plugin \`${plugin}\` failed, and no picture is shown without it`;
}
