// The colours of the states, as a stylesheet for every element that shows one.
import { sheet } from "./sheet.js";
import { STATES } from "./states.js";

/** Sets `--state` on whatever carries `data-look`. */
export const looks = sheet(
  [...new Set(Object.values(STATES).map((state) => state.look))]
    .map((look) => `[data-look="${look}"], :host([data-look="${look}"]) { --state: var(--state-${look}); }`)
    .join("\n"),
);
