// A small line of the last five minutes on a canvas: cheap enough for a hundred of them, where `fg-spark` is for a few large ones.
import { sheet, shadow } from "./sheet.js";
import { SPAN } from "./spark.js";

const style = sheet(`
  :host { display: block; height: 24px; min-width: 0; }
  :host { border-bottom: 1px solid var(--line); }
  canvas { display: block; width: 100%; height: 100%; color: var(--accent); }
  i { display: none; color: var(--state-stalled); }
`);

const light = matchMedia("(prefers-color-scheme: light)");
/** Both colours as they are now: to ask for them costs more than to draw. */
let colours;
const forget = () => (colours = undefined);
light.addEventListener("change", forget);
new MutationObserver(forget).observe(document.documentElement, { attributeFilter: ["data-theme"] });

const sizes = new ResizeObserver((entries) => entries.forEach(({ target, contentRect }) => target.resize(contentRect)));

class Trace extends HTMLElement {
  #root = shadow(this, [style], `<canvas aria-hidden="true"></canvas><i></i>`);
  #canvas = this.#root.querySelector("canvas");
  #context = this.#canvas.getContext("2d");
  #drawn = [[], -1, SPAN];

  connectedCallback() {
    sizes.observe(this);
  }

  disconnectedCallback() {
    sizes.unobserve(this);
  }

  /** For its observer alone. */
  resize({ width, height }) {
    const scale = Math.min(devicePixelRatio, 2);
    Object.assign(this.#canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    this.draw(...this.#drawn);
  }

  /**
   * Draws `values`, oldest first, with `undefined` where there is none; `worst` is the place of the marked one,
   * `span` how many values are the whole width.
   */
  draw(values, worst, span = SPAN) {
    this.#drawn = [values, worst, span];
    const { width, height } = this.#canvas;
    if (!width || !this.isConnected) return;
    const unit = height / 24;
    let top = 0;
    for (const value of values) if (value > top) top = value;
    top ||= 1;
    const x = (at) => ((width - 3 * unit) * (span - values.length + at)) / (span - 1) + 1.5 * unit;
    const y = (value) => height - 3 * unit - (value / top) * (height - 6 * unit);
    colours ??= [this.#canvas, this.#root.querySelector("i")].map((element) => getComputedStyle(element).color);
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.strokeStyle = colours[0];
    context.lineWidth = 1.4 * unit;
    context.lineJoin = context.lineCap = "round";
    context.beginPath();
    let pen = false;
    values.forEach((value, at) => {
      if (value === undefined) return (pen = false);
      // A line to where it is makes a value that is alone a dot.
      if (!pen) context.moveTo(x(at), y(value));
      context.lineTo(x(at), y(value));
      pen = true;
    });
    context.stroke();
    if (worst < 0) return;
    context.fillStyle = colours[1];
    context.beginPath();
    context.arc(x(worst), y(values[worst]), 2.5 * unit, 0, 2 * Math.PI);
    context.fill();
  }
}

customElements.define("fg-trace", Trace);
