// A stream's changes of state as stretches of time, and as a list in which attempts that come to the same are one. Pure.
import { readReason } from "./message.js";
import { stateOf } from "./states.js";

const PASSING_MS = 1_000;

/** `[{ state, from, to, text }]`, oldest first, from the first change that is remembered to `now`; `text` the reason, in the server's words. */
export function stretches(steps, now) {
  return steps.map(({ time, to, reason }, at) => ({
    state: stateOf(to),
    from: time,
    to: steps[at + 1]?.time ?? Math.max(now, time),
    text: readReason({ reason, detail: reason?.text }).detail,
  }));
}

/** Newest first: a camera that is tried again and again for the same reason is one entry, with the number of its attempts as `tries`. */
export function entries(all) {
  const found = [];
  all.forEach((stretch, place) => {
    // A connection that stands, or fails, at once is no step of its own.
    if (stretch.state === "connecting" && stretch.to - stretch.from < PASSING_MS && all[place + 1]) return;
    const tried = found.at(-1)?.state === "connecting" && found.at(-2)?.state === "offline";
    const before = found.at(tried ? -2 : -1);
    if (stretch.state === "offline" && before?.state === "offline" && before.text === stretch.text) {
      found.splice(tried ? -2 : -1, 2, { ...before, to: stretch.to, tries: (before.tries ?? 1) + 1 });
    } else {
      found.push({ ...stretch });
    }
  });
  return found.reverse();
}

/** How much of the time since `from` was spent in each state, `[state, milliseconds]`, most first. */
export function shares(all, from) {
  const sums = new Map();
  for (const { state, from: begun, to } of all) {
    const spent = to - Math.max(begun, from);
    if (spent > 0) sums.set(state, (sums.get(state) ?? 0) + spent);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}
