// node click.mjs BASE FILE OUT: a person who looks at everything on the dashboard and tries it. FILE is the server's streams.toml, OUT takes pictures.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser } from "../players/browser.mjs";
import { tell } from "../players/verdict.mjs";
import { Hand } from "./hand.mjs";

const [base, file, out] = process.argv.slice(2);
if (!out) {
  console.error("usage: node click.mjs BASE FILE OUT");
  process.exit(2);
}
const browser = process.env.BROWSER ?? "chromium";
const only = process.env.ONLY;
const { page, close } = await openBrowser(browser);
const hand = new Hand(page, { base, out, browser });
const ADDED = `added-${browser}`;

const steps = {
  async "all streams are rows, live, with why one is not"() {
    await hand.open("/dashboard");
    await hand.expect("fg-row", "lobby");
    await hand.expect("fg-row", "Live");
    await hand.expect("fg-row", "Connection refused");
    await hand.expect("fg-row", "640 × 360");
    await hand.until(async () => (await page.evaluate(drawn)) >= 2, "lines that are drawn");
    await hand.expect("fg-totals", "CPU");
  },
  async "streams are found, by words and by state, and it stands in the address"() {
    await hand.press("/");
    await page.keyboard.type("lob");
    await hand.expect("fg-row", "", 1);
    await hand.at("/dashboard?q=lob");
    await hand.press("Escape");
    await hand.expect("fg-row", "gate");
    await hand.press("Escape");
    await hand.click("fg-find button", "offline");
    await hand.expect("fg-row", "", 1);
    await hand.at("/dashboard?state=offline");
    await hand.expect(".mosaic[href='/?streams=gate']");
    await hand.click("fg-find button", "offline");
    await hand.choose("fg-find select", "viewers");
    await hand.at("/dashboard?sort=viewers");
    await hand.choose("fg-find select", "name");
  },
  async "keys go from row to row, and tell themselves"() {
    await page.evaluate(() => document.activeElement?.blur());
    await hand.press("?");
    await hand.expect("dialog[open]", "find a stream");
    await hand.press("Escape");
    await hand.expect("dialog[open]", "", 0);
    await hand.press("ArrowDown", "ArrowDown", "ArrowUp", "Home");
    const focused = await page.evaluate(deepest);
    if (!focused.startsWith("gate")) throw new Error(`the first row has not the focus, but ${focused}`);
    await hand.shot("rows");
    await hand.looks("rows");
  },
  async "every mistake of a refused file is told, until it is mended"() {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, `${text}\n[streams.broken]\nsource = "rtps://10.0.0.9/a"\nmax_viewers = 0\n`);
    await hand.expect("fg-mistakes", "rtps");
    await hand.expect("fg-mistakes", "max_viewers");
    await hand.shot("refused");
    await hand.shot("refused-phone", { width: 360, height: 760 });
    writeFileSync(file, text);
    await hand.expect("fg-mistakes", "", 0);
    await page.setViewport({ width: 1280, height: 800 });
  },
  async "Enter opens a stream, and Escape leads back"() {
    await hand.open("/dashboard");
    await hand.expect("fg-row", "lobby");
    await hand.press("/");
    await page.keyboard.type("lobby");
    await hand.press("Enter", "Enter");
    await hand.at("/dashboard/lobby");
    await hand.expect("fg-standing", "Live");
    await hand.expect("fg-feed", "H.264");
    await hand.expect("fg-timeline li", "Live");
    await hand.press("Escape");
    await hand.at("/dashboard");
    await page.goBack();
    await hand.at("/dashboard/lobby");
  },
  async "each tab is a place"() {
    await hand.click("fg-tabs a", "Events");
    await hand.at("/dashboard/lobby?tab=events");
    await hand.expect("fg-log li", "Live");
    await hand.shot("events");
    await hand.press("ArrowRight");
    await hand.at("/dashboard/lobby?tab=plugins");
    await hand.expect("fg-plugin", "clock");
    await hand.expect("fg-plugin", "a picture");
    await hand.click("fg-plugin .reload");
    await hand.expect("fg-toast", "loaded anew");
    await hand.click("fg-tabs a", "Settings");
    await hand.expect("fg-editor", "stands in streams.toml");
    await page.goBack();
    await hand.at("/dashboard/lobby?tab=plugins");
    await hand.click("fg-tabs a", "Timeline");
    await hand.looks("stream");
  },
  async "a stream is stopped and started"() {
    await hand.open("/dashboard/lobby");
    await hand.click("fg-actions button", "Stop");
    await hand.expect("fg-standing", "Switched off");
    await hand.expect("fg-timeline li", "Switched off");
    await hand.shot("stopped");
    await hand.click("fg-actions button", "Restart");
    await hand.expect("fg-standing", "Live");
  },
  async "one that is offline says why, and what to do"() {
    await hand.open("/dashboard/gate");
    await hand.expect("fg-standing", "Connection refused");
    await hand.expect("fg-standing", "power");
    await hand.expect("fg-timeline li", "tried");
    await hand.shot("offline");
    await hand.shot("offline-phone", { width: 360, height: 760 });
    await page.setViewport({ width: 1280, height: 800 });
  },
  async "a plugin that failed says why, in its own words"() {
    await hand.open("/dashboard/till?tab=plugins");
    await hand.expect("fg-plugin .fault", "panicked");
    await hand.shot("fault");
    await hand.click("fg-tabs a", "Events");
    await hand.expect("fg-log li", "Plugin failed");
  },
  async "a stream is added, with the server's word beside each field"() {
    await hand.open("/dashboard");
    await hand.expect("fg-row", "lobby");
    await hand.press("n");
    await hand.at("/dashboard/new");
    await hand.write(".name input", "lobby");
    await hand.expect(".name", "already");
    await hand.write(".name input", ADDED);
    await hand.write("[name=source]", "rtps://10.0.0.7/a");
    await hand.expect("[data-path=source] > .mistake", "rtsp");
    await hand.shot("new-wrong");
    await hand.write("[name=source]", "test://?size=640x360&fps=15");
    await hand.expect("[data-path=source] > .mistake", "", 0);
    await hand.write("[name=max_viewers]", "many");
    await hand.expect("[data-path=max_viewers] > .mistake", "whole number");
    await hand.write("[name=max_viewers]", "9");
    await hand.click("[data-path=plugins] > button");
    await hand.write("[name='plugins[0].use']", "clok");
    await hand.expect(".mistake", "clock");
    await hand.write("[name='plugins[0].use']", "clock");
    await hand.press("Tab");
    await hand.expect("[name='plugins[0].options.position']");
    await hand.expect(".foot", "plugins");
    await hand.looks("new");
    await hand.click(".apply");
    await hand.at(`/dashboard/${ADDED}`);
    await hand.expect("fg-standing", "Live");
    await hand.expect("fg-undo", "was added");
  },
  async "settings are changed, and changed back"() {
    await hand.open(`/dashboard/${ADDED}?tab=settings`);
    await hand.write("[name=max_viewers]", "5");
    await hand.expect(".foot", "9");
    await hand.expect(".said", "would take it");
    await hand.shot("settings");
    await hand.click(".apply");
    await hand.until(async () => (await config()).max_viewers === 5, "max_viewers = 5");
    await hand.click("fg-undo button", "Undo");
    await hand.until(async () => (await config()).max_viewers === 9, "max_viewers = 9 again");
  },
  async "who was slower sees what the other changed, and goes on"() {
    await hand.open(`/dashboard/${ADDED}?tab=settings`);
    await hand.write("[name=max_viewers]", "6");
    await hand.expect(".said", "would take it");
    await hand.api(`/api/streams/${ADDED}`, { method: "PATCH", body: JSON.stringify({ close_after: "20s" }) });
    await hand.click(".apply");
    await hand.expect(".conflict", "20s");
    await hand.shot("conflict");
    await hand.click(".conflict button", "Go on");
    await hand.click(".apply");
    await hand.until(async () => (await config()).max_viewers === 6 && (await config()).close_after === "20s", "both changes");
  },
  async "options are tried live, taken back, and kept"() {
    await hand.open(`/dashboard/${ADDED}?tab=plugins`);
    await hand.click("fg-plugin summary");
    await hand.choose("fg-plugin [name=position]", "bottom");
    await hand.click("fg-plugin .try");
    await hand.expect("fg-plugin .said", "Tried live");
    await hand.until(async () => (await config()).plugins[0].options?.position === "bottom", "the option that is tried");
    await hand.shot("tried", { height: 1200 });
    await hand.click("fg-plugin .back");
    await hand.until(async () => (await config()).plugins[0].options?.position === undefined, "the option before");
    await hand.expect("fg-plugin .said", "as it was before");
    await hand.write("fg-plugin [name=size]", "9000");
    await hand.expect("fg-plugin .mistake", "from 6 to 512");
    await hand.write("fg-plugin [name=size]", "30");
    await hand.click("fg-plugin .try");
    await hand.expect("fg-plugin .said", "Tried live");
    await hand.click("fg-plugin .keep");
    await hand.expect("fg-undo", "were changed");
    await hand.looks("plugins");
  },
  async "who watches is seen, and a visit is ended"() {
    await hand.open(`/dashboard/${ADDED}?tab=viewers`);
    const aborted = new AbortController();
    // It reads what it is sent: an answer that nobody reads is given up by the collector of garbage, or holds its connection up.
    const watching = async () => {
      const answer = await fetch(`${base}/mjpeg/${ADDED}`, { signal: aborted.signal, headers: { "User-Agent": "wall-of-screens/1.0" } });
      for await (const _ of answer.body);
    };
    watching().catch(() => {});
    await hand.expect("fg-viewers li", "wall-of-screens");
    await hand.shot("viewers");
    await hand.shot("viewers-phone", { width: 360, height: 760 });
    await page.setViewport({ width: 1280, height: 800 });
    await hand.click("fg-viewers button[aria-label*='MJPEG']");
    await hand.expect("fg-viewers li", "wall-of-screens", 0);
    aborted.abort();
  },
  async "a stream is removed, once that is sure, and brought back"() {
    await hand.open(`/dashboard/${ADDED}`);
    await hand.click("fg-actions .remove");
    await hand.expect("dialog[open]", "Remove");
    await hand.shot("remove");
    await hand.press("Escape");
    await hand.expect("dialog[open]", "", 0);
    await hand.click("fg-actions .remove");
    await hand.click("dialog[open] .yes");
    await hand.at("/dashboard");
    await hand.expect("fg-undo", "was removed");
    await hand.expect("fg-row", ADDED, 0);
    await hand.shot("removed");
    await hand.click("fg-undo button", "Undo");
    await hand.at(`/dashboard/${ADDED}`);
    await hand.expect("fg-standing", "Live");
    await hand.api(`/api/streams/${ADDED}`, { method: "DELETE" });
  },
  async "a wall of some streams has an address"() {
    await hand.open("/?streams=lobby,yard");
    await hand.expect("fg-tile", "", 2);
    await hand.click("fg-menu a", "Dashboard");
    await hand.at("/dashboard");
    await hand.open("/watch/lobby");
    await hand.click("fg-menu a", "Dashboard");
    await hand.at("/dashboard/lobby");
    await hand.click("fg-menu a", "Pictures");
    await hand.at("/watch/lobby");
  },
  async "a stream that is not there is told to be none"() {
    await hand.open("/dashboard/nowhere");
    await hand.expect(".waiting", "nowhere");
    await hand.shot("nowhere");
  },
};

const config = async () => (await hand.api(`/api/streams/${ADDED}`)).config ?? {};

/** How many lines have something drawn. */
const drawn = `(() => { let many = 0; const walk = (root) => { for (const element of root.querySelectorAll("*")) {
  if (element.localName === "canvas" && element.getRootNode().host?.localName === "fg-trace" && element.width && element.getContext("2d").getImageData(0, 0, element.width, element.height).data.some((value) => value)) many += 1;
  if (element.shadowRoot) walk(element.shadowRoot); } }; walk(document); return many; })()`;

/** The name of what has the focus. */
const deepest = `(() => { let element = document.activeElement; while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement; return element?.ariaLabel ?? element?.localName ?? ""; })()`;

const wrong = [];
const took = {};
for (const [name, step] of Object.entries(steps)) {
  if (only && !name.includes(only)) continue;
  const begun = Date.now();
  try {
    await page.setViewport({ width: 1280, height: 800 });
    await step();
  } catch (error) {
    wrong.push(`${name}: ${error.message}`);
    await hand.shot(`wrong-${wrong.length}`).catch(() => {});
  }
  took[name] = Math.round((Date.now() - begun) / 100) / 10;
  if (hand.complaints.length) wrong.push(...hand.complaints.splice(0).map((said) => `${name}: the page said ${said}`));
}
await sleep(100);
await close();
tell({ browser, steps: Object.keys(took).length, shots: hand.shots, took }, wrong);
