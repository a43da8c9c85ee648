// Stylesheets of elements. Constructed sheets are allowed by `default-src 'self'`; a `<style>` or a `style` attribute would not be.

/** A constructed stylesheet from its text. */
export function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

/** What every shadow root starts with: box sizes, focus, buttons, and text for screen readers alone. */
export const base = sheet(`
  *, *::before, *::after { box-sizing: border-box; }
  :host { font-variant-numeric: tabular-nums; }
  :host([hidden]), [hidden] { display: none !important; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: var(--radius); }
  a { color: var(--accent); }
  svg { display: block; flex: none; }
  code, pre { font-family: var(--mono); font-size: var(--small); }
  h1, h2, p, dl, dd, ul { margin: 0; padding: 0; }
  h1, h2 { font-weight: 650; font-size: var(--large); line-height: 1.3; }
  button, select, .button {
    min-height: var(--target); margin: 0; padding: 0 12px; border: 1px solid var(--line); border-radius: var(--radius);
    background: var(--raised); color: var(--text); font: inherit; text-decoration: none; cursor: pointer;
  }
  button, .button { display: inline-flex; align-items: center; justify-content: center; gap: 8px; }
  button:hover, select:hover, .button:hover { background: var(--lifted); }
  button.bare { border-color: transparent; background: transparent; }
  button.bare:hover { background: var(--lifted); }
  button.icon { width: var(--target); height: var(--target); padding: 0; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition-duration: 0s !important; }
  }
`);

/** Opens the shadow root of `host` with its sheets and its fixed inner HTML: never text from outside. */
export function shadow(host, sheets, html) {
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [base, ...sheets];
  root.innerHTML = html;
  return root;
}
