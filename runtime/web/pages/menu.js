// The ways between the pages, at their heads: the pictures, the dashboard, and who one is.
import { manageAddress, streamOf, watchAddress } from "./address.js";
import { iconText } from "./icons.js";
import { isForOperators } from "./rights.js";
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  :host { display: flex; flex: none; height: var(--target); }
  a {
    display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-width: var(--target); height: var(--target); padding: 0 8px;
    border-radius: var(--radius); color: var(--quiet); font-size: var(--small); font-weight: 550; text-decoration: none; white-space: nowrap;
  }
  a[hidden] { display: none; }
  a:hover { background: var(--lifted); color: var(--text); }
  a[aria-current] { color: var(--text); }
  /* On a phone there is room for the one place where the page is not; who one is can be told from the dashboard's foot. */
  @media (max-width: 720px) { a[aria-current], .account, :host(:is([page="watch"], [page="stream"])) .pictures { display: none; } }
  @media (max-width: 900px) { span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
`);

/** Attributes: `page`, "grid", "watch", "dashboard" or "stream": a stream's two pages lead to each other. */
class Menu extends HTMLElement {
  static observedAttributes = ["page"];

  #root = shadow(
    this,
    [style],
    `<a class="pictures" title="Pictures">${iconText("mosaic")}<span>Pictures</span></a>
     <a class="manage" title="Dashboard">${iconText("list")}<span>Dashboard</span></a>
     <a class="account" title="Log in or out">${iconText("user")}<span>Log in or out</span></a>`,
  );

  connectedCallback() {
    const hide = (is) => (this.#root.querySelector(".manage").hidden = !is);
    // Who is to log in first is shown all ways.
    isForOperators().then(hide, () => {});
  }

  attributeChangedCallback() {
    const page = this.getAttribute("page");
    const stream = page === "watch" || page === "stream" ? streamOf(location) : "";
    this.#link("pictures", page === "stream" && stream ? watchAddress(stream) : "/", page === "grid");
    this.#link("manage", page === "watch" && stream ? manageAddress(stream) : "/dashboard", page === "dashboard");
    this.#link("account", `/login?next=${encodeURIComponent(location.pathname)}`, false);
  }

  #link(name, address, here) {
    const link = this.#root.querySelector(`.${name}`);
    link.href = address;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

customElements.define("fg-menu", Menu);
