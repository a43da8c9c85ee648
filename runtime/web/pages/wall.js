// How many tiles stand beside each other: pure arithmetic on CSS pixels.

export const GAP = 8;
export const EDGE = 12;
/** Under a tile's picture stand its name and figures. */
const CAPTION = 36;
/** A grid picture is 480 wide; a tile much wider than that only shows its blocks. */
const WIDEST = 720;
/** Below this a tile is no longer read from where a guard sits; the wall scrolls instead. */
const NARROWEST = 208;
/** When a wall scrolls, its tiles are about this wide. */
const SCROLLED = 320;

/** `{ columns, width }` for `count` tiles in a space of `width` by `height`: the widest tiles that are all in sight, or a wall that scrolls. */
export function arrange(count, width, height) {
  const room = width - 2 * EDGE;
  const fitting = (columns) => Math.min(WIDEST, Math.floor((room - (columns - 1) * GAP) / columns));
  let best;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tall = Math.floor(((height - 2 * EDGE - (rows - 1) * GAP) / rows - CAPTION) * (16 / 9));
    const tile = Math.min(fitting(columns), tall);
    if (tile >= NARROWEST && tile > (best?.width ?? 0)) best = { columns, width: tile };
  }
  if (best) return best;
  const columns = Math.max(1, Math.min(count, Math.floor((room + GAP) / (SCROLLED + GAP))));
  return { columns, width: fitting(columns) };
}
