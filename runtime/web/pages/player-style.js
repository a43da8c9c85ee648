// How a player looks. Its embedder changes colours and form by the properties named `--framegate-…`, and the rest by `::part()`.
import { sheet } from "./sheet.js";

export const style = sheet(`
  /* What the sheets of the elements within ask for; those that lie over a picture are dark in both themes. */
  :host {
    --accent: var(--framegate-accent, #7db4ff);
    --picture-ground: var(--framegate-ground, #060708);
    --radius: var(--framegate-radius, 8px);
    --sans: var(--framegate-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif);
    --text: light-dark(#16191d, #eceef0); --quiet: light-dark(#565e68, #a3abb5); --line: light-dark(#d5d9de, #2c3138);
    --raised: light-dark(#ffffff, #181b1f); --lifted: light-dark(#e9ebee, #22262b);
    --shadow: 0 12px 40px light-dark(rgb(20 26 34 / 0.22), rgb(0 0 0 / 0.45));
    --over: var(--framegate-over, rgb(12 14 16 / 0.86)); --over-text: #f1f3f5; --over-quiet: #bcc3cb;
    --state-live: #4ccb8c; --state-connecting: #72b6f8; --state-gated: #bda3f8; --state-stalled: #eeb83e; --state-offline: #ff877b;
    --state-capacity: #f2a065; --state-refused: #f08cc0; --state-failed: #ff7aa0; --state-quiet: #a3abb5;
    --small: 0.8125rem; --body: 0.9375rem; --large: 1.25rem; --target: 44px;
    display: block; position: relative; min-width: 0; aspect-ratio: var(--framegate-aspect, 16 / 9); overflow: hidden;
    border-radius: var(--radius); background: var(--picture-ground); color: var(--over-text); font: 400 var(--body) / 1.45 var(--sans);
    text-align: start; -webkit-tap-highlight-color: transparent;
  }
  /* An absolute box: what is in it never stretches the player. */
  .stage { position: absolute; inset: 0; overflow: hidden; background: var(--picture-ground); container-type: size; }
  .stage:focus-visible { outline-offset: -2px; }
  .stage.wide { position: fixed; z-index: 2147483647; }
  .stage:is(:fullscreen, .wide):focus-visible { outline: 0; }
  .stage:fullscreen:not(.awake) { cursor: none; }
  video, canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: var(--framegate-fit, contain); visibility: hidden; transition: opacity 0.2s; }
  [data-shown] { visibility: visible; }
  .stage:not([data-state="live"]) :is(video, canvas) { opacity: 0.45; }
  .stage:is([data-state="gated"], [data-state="paused"]) :is(video, canvas) { opacity: 0.75; }
  /* A connection is mostly there before anybody needs to be told of it. */
  .stage[data-state="connecting"] :is(video, canvas) { transition-delay: 0.5s; }
  .foot { position: absolute; inset: 0; display: flex; flex-direction: column; justify-content: flex-end; pointer-events: none; }
  .foot > * { flex: none; pointer-events: auto; }
  /* Until the first picture the name stands in its place, and what there is to say below it. */
  .foot > .name {
    flex: 0 1 auto; min-height: 0; margin: auto 16px 4px; color: var(--over-quiet); font-size: var(--large); line-height: 1.2; text-align: center; overflow: hidden;
    text-overflow: ellipsis; white-space: nowrap;
  }
  .stage.pictured .name, .stage.explained .name { display: none; }
  .stage[data-state="paused"] .foot .name { margin: 12px 16px auto; }
  .stage.tight[data-state="paused"] .foot .name { margin-top: 4px; font-size: var(--small); }
  /* What is higher than its place can be scrolled. */
  .foot > fg-notice { flex: 0 1 auto; min-height: 0; overflow-y: auto; }
  .stage:not(.pictured) fg-notice { margin-bottom: auto; }
  .stage:is([data-state="live"], [data-state="paused"]) fg-notice { display: none; }
  .stage[data-state="connecting"].pictured fg-notice { animation: late 0.5s step-end; }
  @keyframes late { from { visibility: hidden; } }

  button, select { color: var(--over-text); }
  .bar {
    display: flex; align-items: center; gap: 0; padding: 0 4px; background: var(--over);
    padding-bottom: env(safe-area-inset-bottom, 0); transition: opacity 0.15s, visibility 0.15s;
  }
  .bar :is(button, select) { border-color: transparent; background: transparent; }
  .bar :is(button, select):hover { background: rgb(255 255 255 / 0.14); }
  .bar option { background: #181b1f; }
  .bar fg-chip { margin-inline: 8px; min-width: 0; overflow: hidden; }
  .bar .grow { flex: 1 1 0; }
  .bar select { min-width: 0; max-width: 8em; padding: 0 4px; font-size: var(--small); }
  /* It goes from a live picture. Under what is said of another it stays, so that nothing there moves away from under a finger. */
  .stage:is([data-state="live"], [data-state="connecting"]):not(.awake):not(:has(:focus-visible)) .bar { opacity: 0; visibility: hidden; }
  .stage.bare .bar, .stage.tight:not([data-state="live"]) .bar { display: none; }
  .begin, .hear { border: 0; background: var(--over); }
  .begin { position: absolute; inset: 0; width: 64px; height: 64px; margin: auto; padding: 0; border-radius: 50%; }
  .begin:hover, .hear:hover { background: rgb(48 54 62 / 0.92); }
  .hear { align-self: flex-end; margin: 8px; padding: 0 14px 0 10px; font-size: var(--small); font-weight: 600; }
  .bar [data-does="help"] { font-weight: 650; }

  .said {
    position: absolute; inset: 8px 8px auto; width: fit-content; max-width: calc(100% - 16px); margin-inline: auto; padding: 6px 12px;
    border-radius: var(--radius); background: var(--over); font-size: var(--small); overflow-wrap: anywhere;
  }
  .said:empty { display: none; }

  /* What goes when there is no room, in this order; the keys reach it all. */
  @container (max-width: 430px) { .bar [data-does="help"] { display: none; } .bar select { max-width: 5.5em; } }
  @container (max-width: 340px) { .bar [data-does="pip"] { display: none; } }
  @container (max-width: 280px) { .bar [data-does="snapshot"], .bar select { display: none; } .name { font-size: var(--body); } }
  @container (max-width: 220px) { .bar fg-chip { display: none; } .bar { padding: 0; } .hear span { display: none; } .hear { padding: 0 12px; margin: 4px; } }
  @container (max-height: 150px) { .begin { width: 48px; height: 48px; } }
`);
