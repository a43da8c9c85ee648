// Draws stills onto one canvas, newest first when behind. It runs in the worker of the page, or on the page where canvases cannot be handed over.

/** `report` is called for each picture: `{ width, height }` when it was drawn, `{ damaged: true }` when it could not be decoded. */
export class Painter {
  #canvas;
  #context;
  #report;
  #next;
  #busy = false;

  constructor(canvas, report) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#report = report;
  }

  /** Takes one complete still. One that still waits is dropped for it: two stills in memory are the bound. */
  push(still) {
    this.#next = still;
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#next) {
      const still = this.#next;
      this.#next = undefined;
      this.#report(await this.#draw(still));
    }
    this.#busy = false;
  }

  async #draw(still) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(new Blob([still]));
    } catch {
      return { damaged: true };
    }
    const { width, height } = bitmap;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height };
  }
}
