// node page.mjs hls|hls-whole|native|element BASE STREAM SECONDS: see README.md.
import { readFile } from "node:fs/promises";
import { nodeModules, openBrowser } from "./browser.mjs";
import { openSite } from "./site.mjs";
import { complaints, course, round, tell } from "./verdict.mjs";

/** A player may settle for so long; what it does then is not judged. */
const SETTLING_MS = 8_000;
/** The first picture comes in so long: a camera of ten seconds' start, and a browser on a busy machine. */
const FIRST_LIMIT_MS = 30_000;
/** Of hls.js, not fatal, and of no consequence: it asks for what is not there yet, or holds on to what it has. */
const HARMLESS = /levelEmptyError/;
/** How far from live each may be, in seconds, and how much farther it may get. */
const KINDS = {
  hls: { distance: 1, grew: 0.2 },
  "hls-whole": { distance: 12, grew: 1.5 },
  native: { distance: 20, grew: 2 },
  element: { distance: 0.25, grew: 0.1 },
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
  if (kind === "element") await page.waitForFunction(() => document.querySelector("framegate-player")?.shadowRoot?.querySelector("video"));
  await page.evaluate(await readFile(new URL("watcher.js", import.meta.url), "utf8"));
  const began = await page.waitForFunction(() => window.seen.first !== null, { timeout: FIRST_LIMIT_MS }).then(() => true, () => false);
  if (began) await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  return page.evaluate(() => JSON.parse(JSON.stringify(window.seen)));
}

function address() {
  if (kind === "element") return `${site.base}/element.html?${new URLSearchParams({ base, stream })}`;
  const asked = { src: `${base}/hls/${stream}/index.m3u8` };
  if (kind === "hls-whole") asked.lowLatency = "0";
  if (kind === "native") asked.native = "1";
  return `${site.base}/hls.html?${new URLSearchParams(asked)}`;
}

function judge(seen) {
  const start = seen.samples[0]?.at ?? 0;
  const settled = seen.samples.filter(({ at }) => at - start >= SETTLING_MS);
  const [first, last] = [settled[0], settled.at(-1)];
  const distance = course(settled.map((sample) => sample.distance));
  const behind = course(settled.map((sample) => sample.behind));
  // Of pictures after it settled: the newest so many of all pauses.
  const pauses = seen.pauses.slice(-(last?.decoded - first?.decoded) || 0);
  const longest = pauses.length ? Math.max(...pauses) : Infinity;
  const stalls = seen.stalls.filter((at) => seen.began + at - start >= SETTLING_MS);
  const errors = seen.errors.filter((error) => !HARMLESS.test(error));
  const figures = {
    kind, browser: browserName, stream, first_ms: Math.round(seen.first ?? -1), seconds: round(((last?.at ?? 0) - start) / 1000),
    stalls: stalls.length, early_stalls: seen.stalls.length - stalls.length, discontinuities: seen.discontinuities, longest_pause: round(longest / 1000),
    frames: seen.frames, decoded: last?.decoded ?? 0, dropped: last?.dropped ?? 0, ranges: Math.max(0, ...settled.map(({ ranges }) => ranges)),
    distance, behind, states: kind === "element" ? seen.messages : undefined, stats: seen.stats, errors: seen.errors,
  };
  const played = last && (last.time - first.time) / ((last.at - first.at) / 1000);
  figures.speed = round(played ?? 0);
  const wrong = complaints([
    ["no picture came", seen.first === null],
    ["nothing was measured", !first],
    ["it stalled", stalls.length > 0],
    ["it went over a discontinuity", seen.discontinuities > 0],
    ["what is buffered has a hole", figures.ranges > 1],
    [`it is more than ${limits.distance} s from live`, !distance || distance.median > limits.distance],
    [`its distance grew by more than ${limits.grew} s`, !distance || distance.grew > limits.grew],
    ["it does not play at the camera's speed", !played || Math.abs(played - 1) > 0.03],
    ["errors", errors.length > 0],
  ]);
  return { figures, wrong };
}
