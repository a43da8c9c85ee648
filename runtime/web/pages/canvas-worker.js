// The worker of a page: decodes and draws the stills of all its views.
// Messages: `{ id, canvas }` begins a view, `{ id, still }` draws, `{ id }` ends it.
import { Painter } from "./painter.js";

const painters = new Map();

addEventListener("message", ({ data: { id, canvas, still } }) => {
  if (canvas) painters.set(id, new Painter(canvas, (drawn) => postMessage({ id, drawn })));
  else if (still) painters.get(id)?.push(still);
  else painters.delete(id);
});

postMessage({ ready: true });
