// Where stills are drawn: canvases handed to the one worker of the page, or drawn by the page itself where that is not possible.
import { Painter } from "./painter.js";

const reports = new Map();
let last = 0;

/** The worker once it has answered, or `undefined` in a browser that lacks module workers or 2D canvases in them. */
const worker = new Promise((resolve) => {
  if (!("transferControlToOffscreen" in HTMLCanvasElement.prototype)) {
    resolve(undefined);
    return;
  }
  const started = new Worker("/assets/canvas-worker.js", { type: "module", name: "stills" });
  started.addEventListener("error", () => resolve(undefined));
  started.addEventListener("message", ({ data }) => {
    if (data.ready) resolve(started);
    else reports.get(data.id)?.(data.drawn);
  });
});

/** One canvas with what draws on it. A canvas that was handed over is still read by `drawImage(canvas, …)`. */
export class Canvas {
  #id = ++last;
  #waiting;
  #closed = false;
  #draw;
  #end = () => {};

  /** `report` as of `Painter`. */
  constructor(canvas, report) {
    this.#draw = (still) => (this.#waiting = still);
    worker.then((far) => {
      if (this.#closed) return;
      if (far) this.#handOver(far, canvas, report);
      else this.#keep(new Painter(canvas, report));
      if (this.#waiting) this.#draw(this.#waiting);
      this.#waiting = undefined;
    });
  }

  /** Draws a still; its bytes are gone afterwards. */
  draw(still) {
    this.#draw(still);
  }

  /** Forgets the canvas. */
  close() {
    this.#closed = true;
    this.#end();
  }

  #handOver(far, canvas, report) {
    const id = this.#id;
    const surface = canvas.transferControlToOffscreen();
    reports.set(id, report);
    far.postMessage({ id, canvas: surface }, [surface]);
    this.#draw = (still) => far.postMessage({ id, still }, [still]);
    this.#end = () => {
      reports.delete(id);
      far.postMessage({ id });
    };
  }

  #keep(painter) {
    this.#draw = (still) => painter.push(still);
  }
}
