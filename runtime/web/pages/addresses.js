// The other ways to the same stream, to be opened or copied into a player.
import { mjpegAddress, playlistAddress, socketAddress, stillAddress } from "./address.js";
import { copyText } from "./clipboard.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  summary { min-height: var(--target); display: flex; align-items: center; gap: 8px; color: var(--quiet); cursor: pointer; list-style: none; }
  summary::-webkit-details-marker { display: none; }
  summary svg { transition: transform 0.15s; }
  details[open] summary svg { transform: rotate(90deg); }
  li {
    display: grid; grid-template-columns: 88px minmax(0, 1fr) var(--target); align-items: center; gap: 8px; min-height: var(--target);
    font-size: var(--small);
  }
  @container (max-width: 280px) {
    li { grid-template-columns: minmax(0, 1fr) var(--target); gap: 0 8px; padding-top: 8px; }
    li > span { grid-column: 1 / -1; }
  }
  li > span { color: var(--quiet); }
  /* Its end is what tells a stream's address from another's: it is never cut. */
  li > :nth-child(2) { display: flex; align-items: center; min-height: var(--target); padding: 4px 0; overflow-wrap: anywhere; }
`);

class Addresses extends HTMLElement {
  #root = shadow(this, [style], `<details><summary>${iconText("forward", 16)}Addresses of this stream</summary><ul></ul></details>`);

  /** Shows those of `stream`. */
  show(stream) {
    const here = (path) => new URL(path, location.href).href;
    const rows = [
      ["HLS", here(playlistAddress(stream)), false],
      ["MP4", socketAddress(stream, "format=mp4"), false],
      ["MJPEG", here(mjpegAddress(stream)), true],
      ["JPEG", here(stillAddress(stream)), true],
      ["WebP", here(stillAddress(stream, "webp")), true],
      ["Stills", socketAddress(stream, ""), false],
    ];
    this.#root.querySelector("ul").replaceChildren(...rows.map((row) => line(...row)));
  }
}

function line(label, address, opens) {
  const item = document.createElement("li");
  item.innerHTML = `<span></span>${opens ? "<a></a>" : "<code></code>"}<button type="button" class="bare icon">${iconText("copy")}</button>`;
  const [name, shown, button] = item.children;
  name.textContent = label;
  shown.textContent = opens ? new URL(address).pathname : address;
  shown.title = address;
  if (opens) shown.href = address;
  button.setAttribute("aria-label", `Copy the ${label} address`);
  button.title = button.getAttribute("aria-label");
  button.addEventListener("click", () => copyText(address, `${label} address copied`));
  return item;
}

customElements.define("fg-addresses", Addresses);
