// Tells a screen reader what changed, politely and in few words: changes within a second are one sentence, and what passes by is not told.
import { STATES } from "./states.js";

/** A state must hold for so long before it is told. */
const SETTLE_MS = 1_500;
/** More names than this in one sentence are only counted. */
const NAMED = 3;

const region = document.createElement("div");
region.setAttribute("role", "status");
region.setAttribute("aria-live", "polite");
region.className = "announcer";
const sheet = new CSSStyleSheet();
sheet.replaceSync(
  ".announcer { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }",
);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
document.body.append(region);

/** Says `text`. */
export function announce(text) {
  region.textContent = text;
}

/**
 * Watches `source` for `change` and tells how the states of what `things` returns differ from the last time. Each has `state` and the attribute
 * `stream`.
 */
export function announceStates(source, things) {
  const told = new Map();
  let timer;
  source.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => tell(told, things()), SETTLE_MS);
  });
}

function tell(told, things) {
  const news = new Map();
  for (const thing of things) {
    const stream = thing.getAttribute("stream");
    const { state } = thing;
    if (state === "connecting" || state === "paused" || told.get(stream) === state) continue;
    // Nobody needs to hear that all is well when the page has just opened.
    if (told.has(stream) || state !== "live") news.set(state, [...(news.get(state) ?? []), stream]);
    told.set(stream, state);
  }
  const sentences = [...news].map(
    ([state, names]) => `${names.length > NAMED ? `${names.length} streams` : names.join(", ")}: ${STATES[state].word}.`,
  );
  if (sentences.length) announce(sentences.join(" "));
}
