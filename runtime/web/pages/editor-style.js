// How the settings of a stream look.
import { sheet } from "./sheet.js";

export const editorStyle = sheet(`
  :host { display: block; }
  .all { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
  .why { color: var(--quiet); }
  .name { display: grid; gap: 4px; max-width: 400px; font-size: var(--small); font-weight: 600; }
  .name input { min-height: var(--target); padding: 0 12px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--ground); color: var(--text); font: 400 var(--body) var(--sans); }
  .name p { color: var(--quiet); font-weight: 400; }
  .name p.wrong { color: var(--state-refused); font-weight: 550; }
  .foot, .conflict { display: grid; gap: 12px; padding: 12px 16px 16px; border: 1px solid var(--line); border-radius: var(--radius); }
  /* In sight while it is written: what changes, and the way to have it so. */
  @media (min-width: 640px) and (min-height: 640px) {
    .foot { position: sticky; bottom: 8px; z-index: 1; max-height: 45dvh; overflow: auto; background: var(--raised); box-shadow: var(--shadow); }
  }
  .conflict { border-left: 3px solid var(--state-stalled); }
  h2 { font-size: var(--body); }
  .buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
  .apply { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 650; }
  .apply:hover { background: var(--accent); filter: brightness(1.08); }
  .apply:disabled { border-color: var(--line); background: transparent; color: var(--quiet); cursor: default; filter: none; }
  .said { color: var(--quiet); font-size: var(--small); }
  .said.wrong { color: var(--state-refused); font-weight: 550; }
`);
