// How every dialog looks.
import { sheet } from "./sheet.js";

export const dialogStyle = sheet(`
  dialog {
    width: min(440px, calc(100vw - 32px)); max-height: calc(100dvh - 32px); padding: 8px 16px 16px; overflow: auto; border: 1px solid var(--line);
    border-radius: var(--radius); background: var(--raised); color: var(--text); box-shadow: var(--shadow); font-size: var(--body); line-height: 1.45;
  }
  dialog::backdrop { background: rgb(0 0 0 / 0.55); }
  dialog > * + * { margin-top: 8px; }
  header { display: flex; align-items: center; justify-content: space-between; gap: 8px; margin-right: -8px; }
  header h2 { min-width: 0; overflow-wrap: anywhere; }
  footer { display: flex; justify-content: flex-end; gap: 8px; padding-top: 8px; }
`);
