// A person at a page: what is seen of it, shadow trees included, and what is done with mouse and keyboard.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const LIMIT_MS = Number(process.env.FRAMEGATE_LIMIT_MS ?? 20_000);

/** Told by the browser of every answer that is a refusal: some are what is looked at. */
const REFUSALS = /Failed to load resource|status of 4\d\d/;

export class Hand {
  constructor(page, { base, out, browser }) {
    Object.assign(this, { page, base, out, browser, complaints: [], shots: 0 });
    mkdirSync(out, { recursive: true });
    // A page that is left with something written asks first.
    page.on("dialog", (dialog) => dialog.accept());
    page.on("pageerror", ({ message }) => this.complaints.push(message));
    page.on("console", (message) => message.type() === "error" && !REFUSALS.test(message.text()) && this.complaints.push(message.text()));
  }

  async open(path) {
    await this.page.goto(this.base + path, { waitUntil: "domcontentloaded" });
  }

  /** The elements that a selector finds in all trees, in sight, with `text` in them; as a function for the page. */
  static seen(selector, text) {
    const found = [];
    // What stands before a blank may be above the root of a shadow tree, or be its host.
    const parts = selector.split(/(?<!>) (?!>)/);
    const above = (element) => element.parentElement ?? element.getRootNode().host;
    const fits = (element) => {
      if (!element.matches(parts.at(-1))) return false;
      let at = parts.length - 2;
      for (let one = above(element); one && at >= 0; one = above(one)) if (one.matches(parts[at])) at -= 1;
      return at < 0;
    };
    const walk = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (fits(element) && element.checkVisibility?.({ visibilityProperty: true }) !== false) {
          const words = (node) => (node.nodeType === 3 ? node.data : [...(node.shadowRoot ?? node).childNodes].map(words).join(" "));
          const said = `${words(element)} ${element.ariaLabel ?? ""}`.replace(/\s+/g, " ");
          if (!text || said.toLowerCase().includes(text.toLowerCase())) found.push(element);
        }
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(document);
    return found;
  }

  /** The first of them, once there is one. */
  async find(selector, text = "") {
    const source = `(${Hand.seen.toString().replace("seen(", "function seen(")})(${JSON.stringify(selector)}, ${JSON.stringify(text)})`;
    const until = Date.now() + LIMIT_MS;
    for (;;) {
      // A page that is on its way to another one answers nothing.
      const handle = await this.page.evaluateHandle(`${source}[0]`).catch(() => undefined);
      const element = handle?.asElement();
      if (element) return element;
      if (Date.now() > until) throw new Error(`nothing like ${selector}${text && ` with ${JSON.stringify(text)}`} is seen at ${this.page.url()}`);
      await sleep(100);
    }
  }

  /** Waits until an element is in the same place in two frames: behind a change of the window's size it is clicked past otherwise. */
  static still(one) {
    const place = () => JSON.stringify(one.getBoundingClientRect());
    return new Promise((done) => {
      let last = place();
      const look = () => (place() === last ? done() : ((last = place()), requestAnimationFrame(look)));
      requestAnimationFrame(look);
    });
  }

  async count(selector, text = "") {
    return this.page.evaluate(`(${Hand.seen.toString().replace("seen(", "function seen(")})(${JSON.stringify(selector)}, ${JSON.stringify(text)}).length`);
  }

  /** Waits until so many are seen; `undefined` is any number but none. */
  async expect(selector, text = "", many = undefined) {
    const until = Date.now() + LIMIT_MS;
    let count;
    while (Date.now() < until) {
      count = await this.count(selector, text).catch(() => undefined);
      if (many === undefined ? count > 0 : count === many) return;
      await sleep(100);
    }
    throw new Error(`${count} of ${selector}${text && ` with ${JSON.stringify(text)}`} are seen at ${this.page.url()}, not ${many ?? "some"}`);
  }

  async click(selector, text) {
    const element = await this.find(selector, text);
    await element.evaluate((one) => one.scrollIntoView({ block: "center" }));
    await element.evaluate(Hand.still);
    await element.click();
  }

  /** Writes in place of what stands there. */
  async write(selector, words) {
    const element = await this.find(selector);
    await element.evaluate((one) => (one.scrollIntoView({ block: "center" }), one.focus(), one.select?.()));
    if (words === "") await this.page.keyboard.press("Delete");
    else await this.page.keyboard.type(words);
  }

  async choose(selector, value) {
    const element = await this.find(selector);
    await element.evaluate((one, wanted) => ((one.value = wanted), one.dispatchEvent(new Event("change", { bubbles: true, composed: true }))), value);
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Waits until the page's address is this. */
  async at(path) {
    await this.until(() => Promise.resolve(this.page.url() === this.base + path), `the address ${path}, not ${this.page.url()}`);
  }

  async until(asks, what) {
    const until = Date.now() + LIMIT_MS;
    while (!(await asks())) {
      if (Date.now() > until) throw new Error(`waited for ${what}`);
      await sleep(100);
    }
  }

  /** What the API says. */
  async api(path, options = {}) {
    const answer = await fetch(this.base + path, { ...options, headers: { Accept: "application/json", "Content-Type": "application/json", ...options.headers } });
    return answer.status === 204 ? undefined : answer.json();
  }

  /** Keeps what the page looks like, in a window of this width. */
  async shot(name, { width = 1280, height = 800, theme } = {}) {
    await this.page.setViewport({ width, height });
    if (theme) await this.page.evaluate((wanted) => (document.documentElement.dataset.theme = wanted), theme);
    await sleep(400);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) this.complaints.push(`${name}: the page is ${wide} px wider than its window of ${width}`);
    await this.page.screenshot({ path: join(this.out, `dashboard-${this.browser}-${name}.png`) });
    this.shots += 1;
  }

  /** The same in every size and both themes. */
  async looks(name) {
    for (const [width, height] of [[360, 760], [768, 1024], [1920, 1080]]) {
      for (const theme of ["dark", "light"]) await this.shot(`${name}-${width}-${theme}`, { width, height, theme });
    }
    await this.page.setViewport({ width: 1280, height: 800 });
  }
}
