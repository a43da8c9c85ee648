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
  /* Why nothing is known is to be read whole, and the head grows for it. */
  :host([lost]) { height: auto; padding: 4px 0; white-space: normal; }
  .lost { min-width: 0; overflow-wrap: anywhere; color: var(--state-offline); font-size: var(--small); font-weight: 550; line-height: 1.35; }
`);

/** What is well first, then what somebody must see to. */
const ORDER = [
  ...["live", "offline", "unreachable", "failed", "stalled", "refused", "capacity", "unavailable", "unknown", "wrong"],
  ...["connecting", "gated", "paused", "idle", "disabled"],
];

class Summary extends HTMLElement {
  #root = shadow(this, [style], `<span class="lost" hidden></span>`);
  #lost = this.#root.querySelector(".lost");

  #life;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    document.querySelector("fg-grid").addEventListener("change", ({ target }) => this.#count(target.tiles ?? []), { signal });
    streams.addEventListener("lost", ({ detail }) => this.#say(detail), { signal });
    streams.addEventListener("change", () => this.#say(""), { signal });
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  #say(why) {
    const said = why && `${why} Trying again\u00a0…`;
    this.toggleAttribute("lost", Boolean(why));
    this.#lost.hidden = !why;
    this.#lost.title = said;
    if (this.#lost.textContent !== said) this.#lost.textContent = said;
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
