// How the fields of a form look.
import { sheet } from "./sheet.js";

export const formStyle = sheet(`
  :host { display: block; container-type: inline-size; }
  fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
  .fields { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
  @container (min-width: 640px) {
    .fields { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px 24px; }
    .fields > :is(.group, .list, details, .json, [data-path="source"]) { grid-column: 1 / -1; }
  }
  .field { display: flex; flex-direction: column; gap: 4px; min-width: 0; }
  label, legend { padding: 0; font-size: var(--small); font-weight: 600; }
  small { color: var(--quiet); font-size: inherit; font-weight: 400; }
  input:not([type="checkbox"]), textarea, select {
    width: 100%; min-height: var(--target); padding: 8px 12px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--ground);
    color: var(--text); font: inherit;
  }
  textarea { resize: vertical; font-family: var(--mono); font-size: var(--small); }
  ::placeholder { color: var(--quiet); opacity: 0.8; }
  .words { color: var(--quiet); font-size: var(--small); line-height: 1.4; }
  .mistake { color: var(--state-refused); font-size: var(--small); font-weight: 550; overflow-wrap: anywhere; }
  p:empty { display: none; }
  .wrong > :is(input, textarea, select) { border-color: var(--state-refused) !important; }
  .switch { display: grid; grid-template-columns: var(--target) minmax(0, 1fr); column-gap: 4px; align-items: center; align-content: start; }
  .switch input { grid-row: 1; grid-column: 1; width: 20px; height: 20px; margin: 12px; accent-color: var(--accent); }
  .switch label { display: flex; align-items: center; min-height: var(--target); }
  .switch :is(.words, .mistake) { grid-column: 2; margin-top: -8px; }
  .group > .fields { margin-top: 4px; }
  .fields .group:has(> details) { padding: 0; border: 0; }
  .fields .group:not(li > *):not(:has(> details)) { padding: 12px 16px 16px; border: 1px solid var(--line); border-radius: var(--radius); }
  .fields .group:not(li > *) > legend { float: left; width: 100%; margin-bottom: 4px; font-size: var(--body); }
  ol { display: grid; gap: 12px; margin: 4px 0 8px; padding: 0; list-style: none; }
  ol:empty { display: none; }
  li { position: relative; padding: 12px 16px 16px; border: 1px solid var(--line); border-radius: var(--radius); }
  .tools { position: absolute; top: 0; right: 4px; display: flex; }
  .tools .back svg { transform: rotate(90deg); }
  .list > button { align-self: flex-start; }
  summary { display: flex; align-items: center; gap: 8px; min-height: var(--target); color: var(--quiet); cursor: pointer; list-style: none; font-size: var(--small); }
  summary::-webkit-details-marker { display: none; }
  summary svg { transition: transform 0.15s; }
  details[open] > summary svg { transform: rotate(90deg); }
  details[open] > summary { margin-bottom: 8px; }
  .unseen { float: none; }
  .rest { margin: 0; padding: 0; list-style: none; color: var(--state-refused); font-size: var(--small); font-weight: 550; }
  .rest li { padding: 4px 0; border: 0; overflow-wrap: anywhere; }
`);
