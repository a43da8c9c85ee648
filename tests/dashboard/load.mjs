// node load.mjs BASE SECONDS: what the dashboard costs the browser, Chromium's, while SECONDS pass: its main thread, and all of its processes.
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser } from "../players/browser.mjs";
import { round, tell } from "../players/verdict.mjs";
import { Hand } from "./hand.mjs";

/** Of one core. */
const MOST = 0.05;
/** What shares caches and cores with others takes longer for the same: it is measured again before it is called too much. */
const WINDOWS = 3;
/** A page loads, and its code is compiled. */
const SETTLING_MS = 10_000;
/** The kernel counts in hundredths of a second. */
const TICKS = 100;

const [base, seconds = "30"] = process.argv.slice(2);
if (!base) {
  console.error("usage: node load.mjs BASE SECONDS");
  process.exit(2);
}
const { page, close } = await openBrowser("chromium");
const hand = new Hand(page, { base, out: process.env.OUT ?? "out", browser: "chromium" });
await page.setViewport({ width: 1920, height: 1080 });
await hand.open("/dashboard");
const { streams } = await hand.api("/api/streams");
const live = streams.filter(({ state }) => state === "live").length;
await hand.expect("fg-row", "", streams.length);
await sleep(SETTLING_MS);

let figures;
for (let window = 1; window <= WINDOWS && !(figures?.processes.renderer <= MOST); window += 1) figures = { ...(await measure()), window };
await hand.shot("load", { width: 1920, height: 1080 });
await close();
const { renderer } = figures.processes;
// Time of the processor; `task` is by the clock.
tell(figures, renderer > MOST ? [`the page takes ${renderer} of a core, above ${MOST}, in each of ${WINDOWS} windows`] : []);

/** What is spent in a window of time. */
async function measure() {
  const before = { page: await page.metrics(), busy: busy() };
  const begun = Date.now();
  await sleep(1000 * Number(seconds));
  const passed = (Date.now() - begun) / 1000;
  const after = { page: await page.metrics(), busy: busy() };
  const part = (name) => round((after.page[name] - before.page[name]) / passed);
  const spent = Object.entries(after.busy).map(([kind, spent]) => [kind, round((spent - (before.busy[kind] ?? 0)) / passed)]);
  const { JSHeapUsedSize: heap } = after.page;
  return {
    streams: streams.length, live, seconds: round(passed), task: part("TaskDuration"), script: part("ScriptDuration"), layout: part("LayoutDuration"),
    style: part("RecalcStyleDuration"), processes: Object.fromEntries(spent), heap_mb: Math.round(heap / 1e6),
  };
}

/** Seconds of a processor that each kind of this browser's processes has had. */
function busy() {
  const all = {};
  const mine = String(page.browser().process()?.pid);
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, "utf8");
      const stat = readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1].split(" ");
      if (id !== mine && !isBelow(id, mine)) continue;
      const kind = words.match(/--type=([a-z-]+)/)?.[1] ?? "browser";
      all[kind] = (all[kind] ?? 0) + (Number(stat[11]) + Number(stat[12])) / TICKS;
    } catch {
      // It has ended.
    }
  }
  return all;
}

function isBelow(id, ancestor) {
  for (let at = id, depth = 0; depth < 6; depth += 1) {
    at = readFileSync(`/proc/${at}/stat`, "utf8").split(") ")[1].split(" ")[1];
    if (at === ancestor) return true;
    if (at === "0" || at === "1") return false;
  }
  return false;
}
