// How the page of one stream looks.
import { sheet } from "./sheet.js";

export const streamStyle = sheet(`
  :host { display: block; }
  .page { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; max-width: 1600px; margin: 0 auto; padding: 12px; }
  .panel { min-width: 0; padding: 12px 16px; border-radius: var(--radius); background: var(--raised); }
  
  .tab { padding: 16px; }
  .below { display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; min-width: 0; }
  fg-tabs { margin-bottom: 12px; }
  h2 { margin-bottom: 12px; }
  @media (min-width: 900px) {
    .page:not(.alone) { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
    .below { grid-column: 1 / -1; }
    .picture { align-self: start; }
  }
  .side { container-type: inline-size; }
  .about { display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; gap: 16px; }
  @container (min-width: 560px) { .about { grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 16px 24px; } }
  .deeds { display: grid; align-content: start; gap: 16px; }
  /* What is shown is old. */
  :host([lost]) :is(.about, .tab) { opacity: 0.5; }
  .alone { max-width: 960px; grid-template-columns: minmax(0, 1fr); }
  @media (max-width: 480px) { .page { padding: 0 0 12px; } .panel, .tab { border-radius: 0; } fg-tabs { padding: 0 4px; } framegate-player { --framegate-radius: 0; } }
`);
