// The stream that was looked at last in this tab, so that the grid can go on from its tile.
const KEPT = "visited";

/** Keeps the name. */
export function visit(stream) {
  try {
    sessionStorage.setItem(KEPT, stream);
  } catch {
    // Without storage the grid begins at its beginning.
  }
}

/** The name, once. */
export function visited() {
  try {
    const stream = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return stream ?? undefined;
  } catch {
    return undefined;
  }
}
