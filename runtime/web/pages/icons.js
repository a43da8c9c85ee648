// The drawings of buttons and states: 20 by 20, drawn with the colour of the text round them.

const PATHS = {
  live: `<circle cx="10" cy="10" r="5" fill="currentColor" stroke="none"/>`,
  connecting: `<path d="M3 10a7 7 0 0 1 12-4.9M17 10a7 7 0 0 1-12 4.9"/><path d="M15.5 2v3.5H12M4.5 18v-3.5H8"/>`,
  gated: `<path d="M3 3v14M17 3v14M3 7h14M3 13h14M7.7 7v6M12.3 7v6"/>`,
  stalled: `<path d="M7 4v12M13 4v12" stroke-width="2.6"/>`,
  offline: `<path d="M2.5 2.5l15 15"/><path d="M6.5 5H11a2 2 0 0 1 2 2v4.5M13 13.5V13a2 2 0 0 1-2 2H4.5a2 2 0 0 1-2-2V7a2 2 0 0 1 1-1.7M13 9l4.5-2.5v7L15.5 12.4"/>`,
  capacity: `<circle cx="7" cy="7" r="2.6"/><path d="M2 16c0-3 2-5 5-5s5 2 5 5M13 4.6a2.6 2.6 0 0 1 0 4.8M15 11.8c1.9.7 3 2.3 3 4.2"/>`,
  refused: `<rect x="4" y="9" width="12" height="8" rx="2"/><path d="M7 9V6.5a3 3 0 0 1 6 0V9"/>`,
  failed: `<path d="M10 2.8L18 17H2z" stroke-linejoin="round"/><path d="M10 8v4M10 14.5v.1"/>`,
  unknown: `<circle cx="10" cy="10" r="7.5"/><path d="M7.8 7.8c.2-1.2 1-1.9 2.2-1.9s2.2.8 2.2 1.9c0 1.6-2.2 1.7-2.2 3.5M10 14v.1"/>`,
  quiet: `<circle cx="10" cy="10" r="5"/>`,
  plug: `<path d="M7 2.5v4M13 2.5v4M5 6.5h10v3a5 5 0 0 1-10 0zM10 14.5v3"/>`,
  eye: `<path d="M1.8 10S4.8 4.8 10 4.8 18.2 10 18.2 10 15.2 15.2 10 15.2 1.8 10 1.8 10z"/><circle cx="10" cy="10" r="2.3"/>`,
  back: `<path d="M12.5 4l-6 6 6 6"/>`,
  forward: `<path d="M7.5 4l6 6-6 6"/>`,
  snapshot: `<path d="M2.5 6.5h3L7 4.5h6l1.5 2h3v9.5h-15z" stroke-linejoin="round"/><circle cx="10" cy="11" r="2.8"/>`,
  full: `<path d="M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5"/>`,
  unfull: `<path d="M7.5 3v4.5H3M17 7.5h-4.5V3M12.5 17v-4.5H17M3 12.5h4.5V17"/>`,
  sun: `<circle cx="10" cy="10" r="3.5"/><path d="M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4"/>`,
  moon: `<path d="M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z" stroke-linejoin="round"/>`,
  play: `<path d="M6 3.5v13l10.5-6.5z" fill="currentColor" stroke-linejoin="round"/>`,
  sound: `<path d="M3 7.5v5h3l4 3.5v-12l-4 3.5z" stroke-linejoin="round"/><path d="M13 7.2a4 4 0 0 1 0 5.6M15.2 4.8a7.4 7.4 0 0 1 0 10.4"/>`,
  silent: `<path d="M3 7.5v5h3l4 3.5v-12l-4 3.5z" stroke-linejoin="round"/><path d="M13 7.8l4.4 4.4M17.4 7.8L13 12.2"/>`,
  pip: `<path d="M9 16H4.5A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4h11A1.5 1.5 0 0 1 17 5.5V8"/><rect x="11" y="11" width="7" height="5.5" rx="1" fill="currentColor"/>`,
  stop: `<rect x="5" y="5" width="10" height="10" rx="1.5" fill="currentColor"/>`,
  again: `<path d="M16.5 10a6.5 6.5 0 1 1-2-4.7"/><path d="M15.5 2v4h-4"/>`,
  edit: `<path d="M4 16l.8-3.5L13.5 3.8l2.7 2.7-8.7 8.7z" stroke-linejoin="round"/><path d="M11.5 5.8l2.7 2.7"/>`,
  remove: `<path d="M3.5 5.5h13M8 5.5V3h4v2.5M5.5 5.5l.8 11h7.4l.8-11M8.5 9v4.5M11.5 9v4.5" stroke-linejoin="round"/>`,
  add: `<path d="M10 3.5v13M3.5 10h13"/>`,
  undo: `<path d="M4 8h8a4.5 4.5 0 0 1 0 9H8"/><path d="M7.5 4L3.5 8l4 4"/>`,
  search: `<circle cx="8.7" cy="8.7" r="5.2"/><path d="M12.6 12.6L17 17"/>`,
  well: `<path d="M4 10.5l4 4 8-9"/>`,
  mosaic: `<rect x="3" y="3" width="6" height="6" rx="1"/><rect x="11" y="3" width="6" height="6" rx="1"/><rect x="3" y="11" width="6" height="6" rx="1"/><rect x="11" y="11" width="6" height="6" rx="1"/>`,
  list: `<path d="M3 5h14M3 10h14M3 15h14"/>`,
  user: `<circle cx="10" cy="6.8" r="3.3"/><path d="M3.5 17c.5-3.6 3-5.5 6.5-5.5s6 1.9 6.5 5.5"/>`,
  close: `<path d="M5 5l10 10M15 5L5 15"/>`,
  copy: `<rect x="7" y="7" width="10" height="10" rx="2"/><path d="M13 4.5A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.5v7A1.5 1.5 0 0 0 4.5 13"/>`,
};

/** The text of one drawing, for an element's fixed inner HTML. */
export function iconText(name, size = 20) {
  return (
    `<svg width="${size}" height="${size}" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" ` +
    `stroke-linecap="round" aria-hidden="true">${PATHS[name]}</svg>`
  );
}
