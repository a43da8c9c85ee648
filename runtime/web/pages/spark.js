// A line of the last five minutes, one value a second, its worst value marked.
import { sheet, shadow } from "./sheet.js";

/** Values kept and drawn. */
export const SPAN = 300;

const style = sheet(`
  :host { display: block; height: 36px; }
  svg { width: 100%; height: 100%; overflow: visible; }
  polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-linejoin: round; }
  line { stroke: var(--line); }
  .alone { fill: var(--accent); }
  .worst { fill: var(--state-stalled); stroke: var(--raised); stroke-width: 2; }
`);
const SVG = "http://www.w3.org/2000/svg";

class Spark extends HTMLElement {
  #svg = shadow(this, [style], `<svg role="img"></svg>`).querySelector("svg");

  /**
   * Draws `values`, oldest first, with `undefined` where nobody looked; `worst` is the position of the marked one, `label` what is read
   * out, `span` how many values are the whole width.
   */
  draw(values, worst, label, span = SPAN) {
    const { clientWidth: width, clientHeight: height } = this;
    if (!width) return;
    const top = Math.max(0, ...values.filter((value) => value !== undefined)) || 1;
    const x = (position) => (width * (span - values.length + position)) / (span - 1);
    const y = (value) => height - 4 - (value / top) * (height - 8);
    const drawn = [node("line", { x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 })];
    for (const run of runs(values)) {
      // A line needs two points.
      if (run.length === 1) drawn.push(node("circle", { class: "alone", cx: x(run[0]), cy: y(values[run[0]]), r: 2 }));
      else drawn.push(node("polyline", { points: run.map((at) => `${x(at).toFixed(1)},${y(values[at]).toFixed(1)}`).join(" ") }));
    }
    if (worst >= 0) drawn.push(node("circle", { class: "worst", cx: x(worst), cy: y(values[worst]), r: 4 }));
    this.#svg.setAttribute("aria-label", label);
    this.#svg.replaceChildren(...drawn);
  }
}

/** The positions that follow each other without a gap. */
function runs(values) {
  const found = [[]];
  values.forEach((value, at) => (value === undefined ? found.push([]) : found.at(-1).push(at)));
  return found.filter((run) => run.length > 0);
}

function node(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

customElements.define("fg-spark", Spark);
