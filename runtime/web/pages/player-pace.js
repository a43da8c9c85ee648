// How near to live a video plays: a little faster or slower, and a jump when it is far behind. Pure: times are passed in, in seconds.

/** The least that lies in the buffer between two fragments, to begin with and ever. Chromium ran dry of sound now and then with 0.07 on a busy machine. */
const RESERVE_S = 0.12;
const LEAST_RESERVE_S = 0.1;
const MOST_RESERVE_S = 3;
/** A reserve that ran dry grows so much, and so much at least. A browser that ran dry of sound waits for a third of a second. */
const GROWTH = 1.5;
const GROWTH_S = 0.05;
/** One of which less than so much was left was nearly dry: it grows by so much, once in the time that is looked at. */
const NEARLY_DRY = 0.4;
const CARE_S = 0.02;
/** It shrinks by so much of itself in each second, once nothing ran dry, or nearly, for so long. */
const SHRINKING = 0.005;
const CALM_S = 15;
/** Farther behind than this is not made good by playing faster. */
const FAR_S = 1.5;
/** In the first second there is no picture yet that a jump would interrupt: the burst that a late viewer is sent may come in pieces. */
const FAR_AT_FIRST_S = 0.35;
const FIRST_S = 1;
/** An end of a range that is as near as this is reached. */
const EDGE_S = 0.1;
/** The reserve is the least of so long; a sound that comes in lumps has its lump in there. */
const WINDOW_S = 1;
/** So much after it ran dry is enough to know how long that took. */
const RECOVERED_S = 0.04;
/** Whoever waited longer than this waited for the camera, not for the network's jitter: no reserve helps against that. */
const OUTAGE_S = 2;
const SLOWEST = 0.97;
const FASTEST = 1.1;
/** What differs by less from the wanted reserve is left alone. */
const SLACK_S = 0.025;
/** A second too much is played off at 1.1, a tenth at 1.04. */
const EAGERNESS = 0.4;

export class Pace {
  /** Seconds that should never be missing from the buffer. */
  reserve = RESERVE_S;
  /** How often it ran dry. */
  stalls = 0;
  #seen = [];
  #dry;
  #calm = 0;
  #begun = -Infinity;
  #last = 0;

  /** The video stopped for want of data. */
  ranDry(now) {
    this.#dry ??= now;
  }

  /** There is another source: nothing of it is shown yet. */
  begun(now) {
    this.#begun = now;
    this.jumped(now);
  }

  /** What was measured before a jump says nothing about after it. */
  jumped(now) {
    this.#seen = [];
    this.#dry = undefined;
    this.#calm = now;
  }

  /**
   * What to do at `now`, with the video at `time` and the buffered `ranges`, `[[start, end], …]`: `{ rate }`, or `{ rate: 1, jump }` with the time
   * to jump to.
   */
  judge(now, time, ranges) {
    const newest = ranges.at(-1);
    if (!newest) return { rate: 1 };
    const [start, end] = newest;
    const ahead = end - time;
    const jump = Math.max(start, end - this.reserve - EDGE_S / 2);
    const here = ranges.find(([from, to]) => time >= from - EDGE_S && time < to);
    const far = now - this.#begun < FIRST_S ? FAR_AT_FIRST_S : FAR_S;
    const stranded = time < start && (!here || here[1] - time < EDGE_S);
    if (stranded || ahead > this.reserve + far || ahead < -1) return { rate: 1, jump };
    this.#recover(now, ahead);
    this.#shrink(now);
    this.#seen.push([now, ahead]);
    while (this.#seen[0][0] < now - WINDOW_S) this.#seen.shift();
    const least = Math.min(...this.#seen.map(([, each]) => each));
    if (least < this.reserve * NEARLY_DRY && now - this.#calm > WINDOW_S) {
      this.reserve = Math.min(this.reserve + CARE_S, MOST_RESERVE_S);
      this.#calm = now;
    }
    const excess = least - this.reserve;
    const rate = Math.abs(excess) < SLACK_S ? 1 : Math.min(Math.max(1 + excess * EAGERNESS, SLOWEST), FASTEST);
    // In steps: each change costs the browser something, and sound is stretched anew.
    return { rate: Math.round(rate * 100) / 100 };
  }

  #recover(now, ahead) {
    if (this.#dry === undefined || ahead < RECOVERED_S) return;
    if (now - this.#dry < OUTAGE_S) {
      this.stalls += 1;
      this.reserve = Math.min(Math.max(this.reserve * GROWTH, this.reserve + GROWTH_S), MOST_RESERVE_S);
    }
    this.jumped(now);
  }

  #shrink(now) {
    const passed = Math.min(now - this.#last, WINDOW_S);
    this.#last = now;
    if (now - this.#calm < CALM_S || passed <= 0) return;
    this.reserve = Math.max(LEAST_RESERVE_S, this.reserve * (1 - SHRINKING * passed));
  }
}
