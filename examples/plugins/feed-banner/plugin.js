// A banner from a JSON feed: one instance fetches it from time to time, another draws it into each picture.
import { TextStyle, fill, text } from 'framegate:plugin/drawing@0.1.0';
import { Request } from 'framegate:plugin/http@0.1.0';
import { get, set } from 'framegate:plugin/state@0.1.0';
import { banner } from './banner.js';
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

/** Where the words are kept, for the instance that draws. */
const KEY = 'banner';

export const ticker = {
  /** Throws what goes wrong, as text; the banner that was there stays. */
  tick() {
    let response;
    try {
      response = new Request('GET', options.url).send();
    } catch (error) {
      throw JSON.stringify(error.payload ?? String(error));
    }
    if (response.status() !== 200) throw `the answer's status is ${response.status()}`;
    const words = banner(new TextDecoder().decode(response.body()), options.field);
    set(KEY, new TextEncoder().encode(words));
  },
};

/** What is drawn, looked up once a second: a call to the host is cheap, a new text style is not. */
let shown = { second: -1n, height: 0, words: '', style: undefined, size: undefined };

export const processor = {
  process(picture) {
    const { width, height } = picture.size();
    const second = picture.presentationTime() / 1_000_000_000n;
    if (second !== shown.second || height !== shown.height) shown = look(second, height);
    if (shown.words === '') return 'keep';
    const band = shown.size.height + 8;
    fill(picture, { x: 0, y: height - band, width, height: band }, { red: 0, green: 0, blue: 0, alpha: 176 });
    const x = Math.max(8, Math.floor((width - shown.size.width) / 2));
    text(picture, { x, y: height - band + 4 }, shown.words, shown.style);
    return 'keep';
  },
};

function look(second, height) {
  const kept = get(KEY);
  const words = kept ? new TextDecoder().decode(kept) : options.fallback;
  let { style } = shown;
  if (height !== shown.height) {
    style = new TextStyle(Math.floor(height / 16), { red: 255, green: 255, blue: 255, alpha: 255 });
  }
  return { second, height, words, style, size: style.measure(words) };
}
