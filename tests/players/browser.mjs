// A browser without a window, by puppeteer-core: Chromium over DevTools, Firefox over WebDriver BiDi.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { skip } from "./verdict.mjs";

const CHROMIUM = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-extensions", "--autoplay-policy=no-user-gesture-required",
];
const FIREFOX = { "media.autoplay.default": 0, "app.update.enabled": false, "datareporting.policy.dataSubmissionEnabled": false };

/** Where `npm install` put what is needed. */
export function nodeModules(...packages) {
  const folder = process.env.FRAMEGATE_NODE_MODULES;
  if (!folder) skip("FRAMEGATE_NODE_MODULES names no folder");
  const missing = packages.find((name) => !existsSync(join(folder, name, "package.json")));
  if (missing) skip(`${folder} has no ${missing}`);
  return folder;
}

export function findProgram(name) {
  const found = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)).find(existsSync);
  return found ?? skip(`${name} is not installed`);
}

/** A page that is shown: `{ page, close }`. */
export async function openBrowser(name) {
  const require = createRequire(join(nodeModules("puppeteer-core"), "here.js"));
  const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
  const executablePath = findProgram(name);
  const userDataDir = mkdtempSync(join(tmpdir(), `framegate-${name}-`));
  const options = name === "firefox" ? { browser: "firefox", extraPrefsFirefox: FIREFOX } : { browser: "chrome", args: CHROMIUM };
  const browser = await puppeteer.launch({ executablePath, userDataDir, headless: true, ...options });
  const page = await browser.newPage();
  await page.setViewport({ width: 1024, height: 768 });
  const close = async () => {
    await browser.close().catch(() => {});
    rmSync(userDataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  return { page, close };
}
