// How a player's end is told: one line for programs, and an exit status for tests.
import { availableParallelism, loadavg } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** More than so many want each processor, or who only waits for a timer is late by so many seconds: what stopped may not have had its turn. */
const BUSY = { load: 1.5, lag: 0.15 };

export function skip(why) {
  console.log(JSON.stringify({ skipped: why }));
  process.exit(0);
}

/** `wrong`: what was not well, in words. */
export function tell(figures, wrong) {
  console.log(JSON.stringify({ well: wrong.length === 0, ...figures, wrong }));
  process.exit(wrong.length ? 1 : 0);
}

/** From now until it is called: whether the machine had time for a player, so that one may be played again where it had none. */
export function watchMachine() {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return () => {
    const figures = { load: round(loadavg()[0] / availableParallelism()), lag: round(delay.max / 1e9) };
    return { ...figures, busy: Object.keys(BUSY).some((name) => figures[name] > BUSY[name]) };
  };
}

/** What of `[says, is]` is so. */
export function complaints(cases) {
  return cases.filter(([, is]) => is).map(([says]) => says);
}

/** First, median and last of what was measured, and how much it grew in a minute: by the medians of the two halves. */
export function course(values) {
  const numbers = values.filter(Number.isFinite);
  if (numbers.length < 4) return null;
  const half = Math.floor(numbers.length / 2);
  const [early, late] = [median(numbers.slice(0, half)), median(numbers.slice(half))];
  return { start: round(numbers[0]), median: round(median(numbers)), end: round(numbers.at(-1)), most: round(Math.max(...numbers)), grew: round(late - early) };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function round(value) {
  return Math.round(value * 1000) / 1000;
}
