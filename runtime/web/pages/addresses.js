// The other ways to the same stream, to be opened or copied into a player.
import { mjpegAddress, socketAddress, stillAddress } from "./address.js";
import { copyText } from "./clipboard.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  :host { display: block; }
  summary { min-height: var(--target); display: flex; align-items: center; gap: 8px; color: var(--quiet); cursor: pointer; list-style: none; }
  summary::-webkit-details-marker { display: none; }
  summary svg { transition: transform 0.15s; }
  details[open] summary svg { transform: rotate(90deg); }
  li {
    display: grid; grid-template-columns: 88px minmax(0, 1fr) var(--target); align-items: center; gap: 8px; min-height: var(--target);
    font-size: var(--small);
  }
  li > span { color: var(--quiet); }
  li > :nth-child(2) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  a { display: block; line-height: var(--target); }
`);

class Addresses extends HTMLElement {
  #root = shadow(this, [style], `<details><summary>${iconText("forward", 16)}Addresses of this stream</summary><ul></ul></details>`);

  /** Shows those of `stream`. */
  show(stream) {
    const here = (path) => new URL(path, location.href).href;
    const rows = [
      ["MJPEG", here(mjpegAddress(stream)), true],
      ["JPEG", here(stillAddress(stream)), true],
      ["WebP", here(stillAddress(stream, "webp")), true],
      ["WebSocket", socketAddress(stream, ""), false],
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
  if (opens) shown.href = address;
  button.setAttribute("aria-label", `Copy the ${label} address`);
  button.title = button.getAttribute("aria-label");
  button.addEventListener("click", () => copyText(address, `${label} address copied`));
  return item;
}

customElements.define("fg-addresses", Addresses);
