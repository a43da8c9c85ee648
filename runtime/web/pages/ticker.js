// One timer for everything on the page that grows old.

const EVERY_MS = 250;
const listeners = new Set();
let timer;

/** Calls `listener` with `performance.now()` four times a second, until the returned function is called. */
export function tick(listener) {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((each) => each(performance.now())), EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}
