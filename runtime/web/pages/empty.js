// What the grid shows when no stream is configured: what to write, ready to be copied.
import { copyText } from "./clipboard.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";

const EXAMPLE = `[streams.lobby]
source = "rtsp://192.168.1.20/stream1"
username = "viewer"
password = "\${LOBBY_PASSWORD}"

[streams.demo]
source = "test://"
`;

const style = sheet(`
  :host { display: block; max-width: 640px; margin: 0 auto; padding: 48px 16px; font-size: var(--body); line-height: 1.5; }
  p { margin: 8px 0 16px; color: var(--quiet); }
  .file { border: 1px solid var(--line); border-radius: var(--radius); background: var(--raised); }
  .file div { display: flex; align-items: center; justify-content: space-between; padding-left: 16px; border-bottom: 1px solid var(--line); }
  .file div { color: var(--quiet); }
  pre { margin: 0; padding: 12px 16px 16px; overflow-x: auto; line-height: 1.6; }
`);

class Empty extends HTMLElement {
  constructor() {
    super();
    const root = shadow(
      this,
      [style],
      `<h2>No streams yet</h2>
       <p><a href="/dashboard/new">Add a camera here</a>, or name yours in <code>streams.toml</code>: what is saved holds at once.
       This is enough for one camera, and for a moving test scene that needs none:</p>
       <div class="file">
         <div><code>streams.toml</code>
         <button type="button" class="bare icon" aria-label="Copy the example" title="Copy the example">${iconText("copy")}</button></div>
         <pre tabindex="0" aria-label="Example of streams.toml">${EXAMPLE}</pre>
       </div>
       <p><code>framegate check</code> reads the file and names every mistake at once.
       This page shows the streams as soon as the server knows them.</p>`,
    );
    root.querySelector("button").addEventListener("click", () => copyText(EXAMPLE, "Example copied"));
  }
}

customElements.define("fg-empty", Empty);
