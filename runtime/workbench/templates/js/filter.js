// {{WHAT}}.
import { TextStyle, text } from 'framegate:plugin/drawing@0.1.0';
import { streamName } from 'framegate:plugin/host@0.1.0';
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

/** Made for a height of the picture, and kept: the host caches what it drew with it. */
let style;
let styleHeight;

export const processor = {
  process(picture) {
    const { height } = picture.size();
    if (styleHeight !== height) {
      // White with a dark contour: it can be read on anything.
      style = new TextStyle(Math.floor(height / 15), { red: 255, green: 255, blue: 255, alpha: 255 });
      style.setOutline(2, { red: 0, green: 0, blue: 0, alpha: 255 });
      styleHeight = height;
    }
    const margin = Math.floor(height / 30);
    text(picture, { x: margin, y: margin }, `${options.text} ${streamName()}`, style);
    return 'keep';
  },
};
