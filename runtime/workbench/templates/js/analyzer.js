// {{WHAT}}.
import { emit } from 'framegate:plugin/host@0.1.0';
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

/** The picture is looked at in this many cells. */
const GRID = { width: 32, height: 18 };
/** A cell moves when this share of it does, of 255: a quarter. */
const MOVING = 64;

/** Whether something moved in the last picture. */
let moved = false;

export const processor = {
  process(picture) {
    const cells = picture.motion(GRID, options.threshold);
    const area = moving(cells, picture.size());
    if (area) {
      const score = cells.reduce((most, share) => Math.max(most, share), 0) / 255;
      picture.annotate({ label: 'motion', score, area, track: undefined, attributes: [] });
      if (!moved) emit('motion-began', '{}');
    }
    moved = area !== undefined;
    return 'keep';
  },
};

/** The area round all cells that move, in pixels. */
function moving(cells, size) {
  let [left, top, right, bottom] = [GRID.width, GRID.height, 0, 0];
  cells.forEach((share, index) => {
    if (share < MOVING) return;
    const [x, y] = [index % GRID.width, Math.floor(index / GRID.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  });
  if (right === 0) return undefined;
  const [wide, high] = [size.width / GRID.width, size.height / GRID.height];
  return {
    x: Math.floor(left * wide),
    y: Math.floor(top * high),
    width: Math.floor((right - left) * wide),
    height: Math.floor((bottom - top) * high),
  };
}
