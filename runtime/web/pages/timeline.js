// What state a stream was in, when and why: a strip of the last hour or so, and the changes one by one.
import "./chip.js";
import { looks } from "./looks.js";
import { sheet, shadow } from "./sheet.js";
import { STATES } from "./states.js";
import { entries, shares, stretches } from "./steps.js";
import { clock, share, span } from "./units.js";

const SVG = "http://www.w3.org/2000/svg";
/** What is drawn: as much as is remembered, but no less and no more than this. */
const LEAST_MS = 10 * 60_000;
const MOST_MS = 24 * 3_600_000;
/** Lists are read, and what is far back is seldom looked for. */
const LISTED = 60;

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  svg { width: 100%; height: 32px; border-radius: 4px; background: var(--lifted); }
  rect { fill: var(--state); }
  .axis, .legend { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; color: var(--quiet); font-size: var(--small); }
  .legend { justify-content: flex-start; margin: 8px 0 12px; }
  .legend span { display: inline-flex; gap: 6px; }
  ol { margin: 0; padding: 0; list-style: none; }
  li { display: grid; grid-template-columns: 124px 184px minmax(0, 1fr); gap: 4px 12px; align-items: center; padding: 8px 0; border-top: 1px solid var(--line); }
  .long { white-space: nowrap; }
  time, .long { color: var(--quiet); font-size: var(--small); }
  .state { display: flex; align-items: center; gap: 8px; }
  .text { overflow-wrap: anywhere; font-size: var(--small); }
  p { color: var(--quiet); font-size: var(--small); }
  @container (max-width: 560px) { li { grid-template-columns: minmax(0, 1fr) auto; } .text { grid-column: 1 / -1; } .text:empty { display: none; } }
`);

/** How high a state stands in the strip, since colour alone says nothing to many: what is well is low, what somebody must see to is 32. */
const HEIGHTS = { live: 12, gated: 16, idle: 4, disabled: 4, connecting: 20 };

class Timeline extends HTMLElement {
  #root = shadow(
    this,
    [looks, style],
    `<svg role="img" preserveAspectRatio="none" viewBox="0 0 1000 32"></svg><div class="axis"><span class="begin"></span><span>now</span></div>
     <div class="legend"></div><ol aria-label="Changes of state, newest first"></ol><p hidden></p>`,
  );

  /** What `GET /api/streams/{name}/timeline` says. */
  show({ steps }, now = Date.now()) {
    const all = stretches(steps, now);
    const from = Math.max(now - MOST_MS, Math.min(all[0]?.from ?? now, now - LEAST_MS));
    const listed = entries(all);
    this.#draw(listed.toReversed(), from, now);
    this.#root.querySelector("ol").replaceChildren(...listed.slice(0, LISTED).map((entry, at) => item(entry, at === 0, now)));
    const more = this.#root.querySelector("p");
    more.hidden = listed.length > 0 && listed.length <= LISTED;
    more.textContent = listed.length ? `${listed.length - LISTED} older changes are not listed.` : "Nothing happened yet: the stream was not wanted since Framegate runs.";
  }

  #draw(all, from, now) {
    const x = (time) => (1000 * (Math.max(time, from) - from)) / (now - from);
    const seen = all.filter(({ to }) => to > from);
    const rects = seen.map(({ state, from: begun, to, text }) => {
      const rect = document.createElementNS(SVG, "rect");
      const height = HEIGHTS[state] ?? 32;
      const wide = Math.max(x(to) - x(begun), 1);
      for (const [key, value] of Object.entries({ x: x(begun), y: 32 - height, width: wide, height })) rect.setAttribute(key, value);
      rect.dataset.look = STATES[state].look;
      const title = document.createElementNS(SVG, "title");
      title.textContent = [`${STATES[state].word}, ${clock(begun, now)}, for ${span(to - begun)}`, text].filter(Boolean).join(": ");
      rect.append(title);
      return rect;
    });
    const parts = shares(all, from);
    const whole = parts.reduce((sum, [, spent]) => sum + spent, 0);
    const svg = this.#root.querySelector("svg");
    svg.replaceChildren(...rects);
    svg.setAttribute("aria-label", `States since ${clock(from, now)}: ${parts.map(([state, spent]) => `${STATES[state].word} ${share(spent / whole)}`).join(", ") || "nothing yet"}`);
    this.#root.querySelector(".begin").textContent = clock(from, now);
    this.#root.querySelector(".legend").replaceChildren(
      ...parts.map(([state, spent]) => {
        const part = document.createElement("span");
        part.append(chip(state), share(spent / whole));
        return part;
      }),
    );
  }
}

function item({ state, from, to, text, tries }, runs, now) {
  const line = document.createElement("li");
  line.innerHTML = `<time></time><span class="state"></span><span class="text"></span>`;
  const [time, place, said] = line.children;
  time.textContent = clock(from, now);
  time.dateTime = new Date(from).toISOString();
  const long = Object.assign(document.createElement("span"), { className: "long", textContent: runs ? "" : span(to - from) });
  place.append(chip(state), long);
  said.textContent = [text, tries > 1 && `tried ${tries} times`].filter(Boolean).join("; ");
  return line;
}

function chip(state) {
  const made = document.createElement("fg-chip");
  made.setAttribute("state", state);
  return made;
}

customElements.define("fg-timeline", Timeline);
