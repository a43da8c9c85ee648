// The head of the grid: how many streams are in which state, or that the server does not answer.
import "./chip.js";
import { sheet, shadow } from "./sheet.js";
import { streams } from "./streams.js";

const style = sheet(`
  /* One line: what does not fit wraps out of sight whole. */
  :host { display: flex; flex-wrap: wrap; align-content: flex-start; gap: 16px 14px; height: 20px; overflow: hidden; white-space: nowrap; }
  fg-chip { height: 20px; }
  /* Where one or two fit, those that somebody must see to. */
  @media (max-width: 480px) { fg-chip:is([state="live"], [state="connecting"], [state="gated"], [state="paused"], [state="idle"]) { order: 1; } }
  .lost { overflow: hidden; text-overflow: ellipsis; color: var(--state-offline); font-size: var(--small); font-weight: 550; }
`);

/** What is well first, then what somebody must see to. */
const ORDER = [
  ...["live", "offline", "unreachable", "failed", "stalled", "refused", "capacity", "unavailable", "unknown", "wrong"],
  ...["connecting", "gated", "paused", "idle", "disabled"],
];

class Summary extends HTMLElement {
  #root = shadow(this, [style], `<span class="lost" hidden></span>`);
  #lost = this.#root.querySelector(".lost");

  connectedCallback() {
    document.querySelector("fg-grid").addEventListener("change", ({ target }) => this.#count(target.tiles ?? []));
    streams.addEventListener("lost", ({ detail }) => this.#say(detail));
    streams.addEventListener("change", () => this.#say(""));
  }

  #say(why) {
    this.#lost.hidden = !why;
    this.#lost.textContent = why && `${why} Trying again …`;
    for (const chip of this.#root.querySelectorAll("fg-chip")) chip.hidden = Boolean(why);
  }

  #count(tiles) {
    for (const state of ORDER) {
      const many = tiles.filter((tile) => tile.state === state).length;
      const chip = this.#root.querySelector(`fg-chip[state="${state}"]`);
      if (many === 0) chip?.remove();
      else (chip ?? this.#add(state)).setAttribute("count", many);
    }
  }

  #add(state) {
    const chip = document.createElement("fg-chip");
    chip.setAttribute("state", state);
    chip.hidden = !this.#lost.hidden;
    const after = [...this.#root.querySelectorAll("fg-chip")].find(
      (other) => ORDER.indexOf(other.getAttribute("state")) > ORDER.indexOf(state),
    );
    this.#root.insertBefore(chip, after ?? null);
    return chip;
  }
}

customElements.define("fg-summary", Summary);
