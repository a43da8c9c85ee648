// node page.mjs hls|hls-whole|native|element|levels|narrow BASE STREAM SECONDS: see README.md.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeModules, openBrowser } from "./browser.mjs";
import { chooseLevels, switchLevels } from "./levels.mjs";
import { openSite } from "./site.mjs";
import { complaints, course, round, tell, watchMachine } from "./verdict.mjs";

/** A player may settle for so long; what it does then is not judged. One that began late may make that good for so much longer. */
const SETTLING_MS = 8_000;
const CATCHING_UP_MS = 25_000;
/** The first picture comes in so long: a camera of ten seconds' start, and a browser on a busy machine. */
const FIRST_LIMIT_MS = 30_000;
/** hls.js says so too when the video stops: that is counted already. */
const COUNTED = /bufferStalledError|bufferNudgeOnStall/;
/** A browser that stops with so much in its buffer, which is some pictures, has no time to decode them: that is the machine's doing, not the stream's. */
const STARVED_S = 0.2;
/** It says that it waits also when the next picture comes in time: with so many seconds between two, nothing stopped. */
const UNSEEN_S = 0.15;
/** How far from live each may be, in seconds, and how much farther it may get; `during` is what is done in place of looking on. */
const KINDS = {
  hls: { distance: 1, grew: 0.2 },
  "hls-whole": { distance: 12, grew: 1.5 },
  // It does not say how far it may seek: by the clock alone.
  native: { distance: Infinity, grew: 0.2 },
  element: { distance: 0.25, grew: 0.1 },
  // Which variant of a ladder is shown. A change of it begins at the next segment, and one that nobody watched is made from then on.
  levels: { distance: 2.5, grew: 1, during: switchLevels },
  // It stops while the connection takes less than what it has chosen: what is asked is that it changes, both ways, and plays on.
  narrow: { distance: 20, grew: Infinity, during: chooseLevels, stops: true },
};

/** What there is to be watched. */
const READY = {
  hls: () => Boolean(window.hls),
  native: () => Boolean(document.querySelector("video").src),
  element: () => Boolean(document.querySelector("framegate-player")?.shadowRoot?.querySelector("video")),
};

const [kind, base, stream, seconds = "60"] = process.argv.slice(2);
const limits = KINDS[kind];
if (!limits || !stream) {
  console.error(`usage: node page.mjs ${Object.keys(KINDS).join("|")} BASE STREAM SECONDS`);
  process.exit(2);
}

const browserName = process.env.BROWSER ?? "chromium";
const modules = nodeModules("puppeteer-core", "hls.js");
const site = await openSite(modules);
const { page, close } = await openBrowser(browserName);
const machine = watchMachine();
let figures = { kind, browser: browserName, stream };
let wrong;
try {
  const seen = await play();
  ({ figures, wrong } = judge(seen));
} catch (error) {
  wrong = [String(error)];
} finally {
  await close();
  site.close();
}
tell(figures, wrong);

async function play() {
  await page.goto(address(), { waitUntil: "load" });
  if (kind === "element") await embed();
  await page.waitForFunction(READY[kind] ?? READY.hls);
  await page.evaluate(await readFile(new URL("watcher.js", import.meta.url), "utf8"));
  const began = await page.waitForFunction(() => window.seen.first !== null, { timeout: FIRST_LIMIT_MS }).then(() => true, () => false);
  if (began) await settle();
  const changes = began && limits.during ? await limits.during(page) : [];
  if (began) await sleep(Number(seconds) * 1000);
  return { changes, ...(await page.evaluate(() => JSON.parse(JSON.stringify(window.seen)))) };
}

/** `hls.html` plays a little faster or slower until it is where it wants to be (the element always does), and has Chromium's own player try again. */
async function settle() {
  await sleep(SETTLING_MS);
  const settled = (native) => {
    const video = document.querySelector("video");
    return native ? video.currentTime > 3 : !window.hls || video.playbackRate === 1;
  };
  await page.waitForFunction(settled, { timeout: CATCHING_UP_MS }, kind === "native").catch(() => {});
  await page.evaluate((native) => {
    window.seen.settled = performance.now();
    if (native) window.seen.early = window.seen.errors.splice(0);
  }, kind === "native");
}

/**
 * What docs/player.md says, in two lines. In a page of the server's own origin, with its Content Security Policy: a WebSocket of another one is refused
 * where `access` is not open.
 */
async function embed() {
  await page.evaluate((script, stream) => {
    document.open();
    document.write(`<!doctype html><title>A camera</title><script type="module" src="${script}"></script>`);
    document.write(`<framegate-player stream="${stream}" output="mp4" style="width: 640px"></framegate-player>`);
    document.close();
  }, `${base}/assets/framegate-player.js`, stream);
}

function address() {
  if (kind === "element") return `${base}/`;
  const asked = { src: `${base}/hls/${stream}/index.m3u8` };
  if (kind === "hls-whole" || kind === "narrow") asked.lowLatency = "0";
  if (kind === "native") asked.native = "1";
  return `${site.base}/hls.html?${new URLSearchParams(asked)}`;
}

function judge(seen) {
  const start = seen.samples[0]?.at ?? 0;
  const settled = seen.samples.filter(({ at }) => at >= seen.settled);
  const [first, last] = [settled[0], settled.at(-1)];
  const distance = course(settled.map((sample) => sample.distance));
  const behind = course(settled.map((sample) => sample.behind));
  // Of pictures after it settled: the newest so many of all pauses.
  const pauses = seen.pauses.slice(-(last?.decoded - first?.decoded) || 0);
  const longest = pauses.length ? Math.max(...pauses) : Infinity;
  const late = seen.stalls.filter(({ at }) => at >= seen.settled);
  const seenStalls = late.filter(({ pause }) => (pause ?? Infinity) > UNSEEN_S * 1000);
  const stalls = seenStalls.filter(({ ahead }) => ahead < STARVED_S);
  const errors = seen.errors.filter((error) => !COUNTED.test(error));
  const unchanged = seen.changes.filter(({ from, to }) => from === to);
  const figures = {
    kind, browser: browserName, stream, first_ms: Math.round(seen.first ?? -1), seconds: round(((last?.at ?? 0) - (first?.at ?? 0)) / 1000),
    settled: round((seen.settled - start) / 1000),
    stalls: stalls.length, early_stalls: seen.stalls.length - late.length,
    starved: seenStalls.length - stalls.length, ...machine(), discontinuities: seen.discontinuities, longest_pause: round(longest / 1000),
    frames: seen.frames, decoded: last?.decoded ?? 0, dropped: last?.dropped ?? 0, ranges: Math.max(0, ...settled.map(({ ranges }) => ranges)),
    distance, behind, changes: seen.changes, messages: seen.messages, stats: seen.stats, early_errors: seen.early, errors: seen.errors,
  };
  // Of the end, where it may stop: it goes on after that. Samples come twice a second.
  const [from] = limits.stops ? settled.slice(-2 * Number(seconds)) : settled;
  const played = last && (last.time - from.time) / ((last.at - from.at) / 1000);
  figures.speed = round(played ?? 0);
  const wrong = complaints([
    ["no picture came", seen.first === null],
    ["nothing was measured", !first],
    ["it stalled", stalls.length > 0 && !limits.stops],
    [`it did not change: ${unchanged.map(({ how }) => how)}`, unchanged.length > 0],
    ["it went over a discontinuity", seen.discontinuities > 0],
    ["what is buffered has a hole", figures.ranges > 1 && !limits.during],
    [`it is more than ${limits.distance} s from live`, !distance || distance.median > limits.distance],
    [`its distance grew by more than ${limits.grew} s`, !distance || distance.grew > limits.grew],
    ["it does not play at the camera's speed", !played || Math.abs(played - 1) > 0.03],
    ["errors", errors.length > 0 && !limits.stops],
  ]);
  return { figures, wrong };
}
