// hls.js goes from one variant of a ladder to another: as it is told to, and as the connection makes it.

/** Each property that changes the level, down and up. */
const TOLD = ["nextLevel", "nextLevel", "loadLevel", "loadLevel", "nextLevel", "nextLevel"];
/** Another size is shown so long behind the wish: what is buffered, a segment, and a busy machine. */
const TOLD_LIMIT_MS = 12_000;
/** What is seen of each before the next. */
const BETWEEN_MS = 2_000;
/** hls.js looks at some segments before it changes, and up it goes with care. */
const CHOSEN_LIMIT_MS = 30_000;
/** Bytes a second, between what the two variants of tests/tests/players.rs need. */
const NARROW = { download: 50_000, upload: 50_000, latency: 20 };

/** `[{ how, from, to, ms }]`: the widths before and behind each change; the same where none was seen. */
export async function switchLevels(page) {
  const switches = [];
  for (const how of TOLD) {
    switches.push(await page.evaluate(change, how, TOLD_LIMIT_MS));
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  return switches;
}

/** By bandwidth: down while the connection is narrow, and up again. */
export async function chooseLevels(page) {
  const switches = [];
  await page.evaluate(() => (window.hls.nextLevel = window.hls.levels.length - 1));
  await page.waitForFunction(() => document.querySelector("video").videoWidth === window.hls.levels.at(-1).width, { timeout: TOLD_LIMIT_MS });
  await page.evaluate(() => (window.hls.nextLevel = -1));
  await page.emulateNetworkConditions(NARROW);
  switches.push(await page.evaluate(change, "narrow", CHOSEN_LIMIT_MS));
  await page.emulateNetworkConditions(null);
  switches.push(await page.evaluate(change, "wide", CHOSEN_LIMIT_MS));
  return switches;
}

/** In the page: what came of a wish, or of waiting. */
async function change(how, limit) {
  const { hls } = window;
  const video = document.querySelector("video");
  const [from, began] = [video.videoWidth, performance.now()];
  if (how in hls) hls[how] = hls.levels.findIndex(({ width }) => width !== from);
  while (video.videoWidth === from && performance.now() - began < limit) await new Promise((resolve) => setTimeout(resolve, 50));
  return { how, from, to: video.videoWidth, ms: Math.round(performance.now() - began), estimate: Math.round(hls.bandwidthEstimate) };
}
