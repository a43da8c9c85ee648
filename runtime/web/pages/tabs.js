// The tabs of a page: each is a place with an address of its own.
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  :host { display: block; overflow-x: auto; scrollbar-width: thin; }
  div { display: flex; gap: 4px; border-bottom: 1px solid var(--line); min-width: max-content; }
  a { display: flex; align-items: center; gap: 6px; min-height: var(--target); padding: 0 14px; border-bottom: 2px solid transparent; color: var(--quiet); font-weight: 550; text-decoration: none; outline-offset: -2px !important; }
  a:hover { color: var(--text); }
  a[aria-selected="true"] { border-color: var(--accent); color: var(--text); }
  span:empty { display: none; }
  span { min-width: 20px; padding: 0 6px; border-radius: 10px; background: var(--lifted); font-size: var(--small); text-align: center; }
`);

/** Fires `choose` (detail: the key) when another is wanted; what that does is its page's. */
class Tabs extends HTMLElement {
  #root = shadow(this, [style], `<div role="tablist"></div>`);
  #list = this.#root.firstElementChild;

  constructor() {
    super();
    this.#list.addEventListener("click", (event) => {
      const tab = event.target.closest("a");
      if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#choose(tab);
    });
    this.#list.addEventListener("keydown", (event) => {
      const tabs = [...this.#list.children];
      const to = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const now = tabs.indexOf(event.target);
      this.#choose(Number.isFinite(to) ? tabs[(now + to + tabs.length) % tabs.length] : tabs.at(to < 0 ? 0 : -1));
    });
  }

  /** Shows `[{ key, word, address }]`. */
  show(tabs) {
    this.#list.replaceChildren(
      ...tabs.map(({ key, word, address }) => {
        const tab = Object.assign(document.createElement("a"), { href: address, innerHTML: `<b></b><span></span>` });
        tab.firstChild.replaceWith(word);
        tab.dataset.key = key;
        tab.setAttribute("role", "tab");
        return tab;
      }),
    );
  }

  /** The one that is open. */
  set value(key) {
    for (const tab of this.#list.children) {
      const open = tab.dataset.key === key;
      tab.setAttribute("aria-selected", String(open));
      tab.tabIndex = open ? 0 : -1;
    }
  }

  /** A number behind a tab's word; nothing takes it away. */
  count(key, number) {
    const place = this.#list.querySelector(`[data-key="${key}"] span`);
    const text = number ? String(number) : "";
    if (place && place.textContent !== text) place.textContent = text;
  }

  #choose(tab) {
    tab.focus();
    this.dispatchEvent(new CustomEvent("choose", { detail: tab.dataset.key }));
  }
}

customElements.define("fg-tabs", Tabs);
