// The button between dark and light. What is chosen is remembered; until then the page follows the system.
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";

const system = matchMedia("(prefers-color-scheme: light)");

class ThemeButton extends HTMLElement {
  #button = shadow(this, [sheet(":host { display: block; }")], `<button type="button" class="bare icon"></button>`).querySelector("button");

  constructor() {
    super();
    this.#button.addEventListener("click", () => this.#toggle());
  }

  connectedCallback() {
    system.addEventListener("change", this.#show);
    this.#show();
  }

  disconnectedCallback() {
    system.removeEventListener("change", this.#show);
  }

  get #light() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "light" : system.matches;
  }

  #toggle() {
    const theme = this.#light ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Not remembered, but shown.
    }
    this.#show();
  }

  #show = () => {
    const label = this.#light ? "Dark theme" : "Light theme";
    this.#button.innerHTML = iconText(this.#light ? "moon" : "sun");
    this.#button.setAttribute("aria-label", label);
    this.#button.title = label;
  };
}

customElements.define("fg-theme", ThemeButton);
