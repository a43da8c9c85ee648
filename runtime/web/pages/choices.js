// The form of what a viewer may choose. Its values are those of the page's address; the server may come near them only (a stream has few renditions).
import { CHOICES } from "./address.js";
import { sheet, shadow } from "./sheet.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  form { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px 8px; }
  @container (min-width: 552px) { form { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
  label { display: block; color: var(--quiet); font-size: var(--small); }
  select { display: block; width: 100%; margin-top: 4px; font-size: var(--body); }
`);

/** Label, unit and values by name; the first of a list, the empty value, leaves it to the stream's configuration. */
const FIELDS = {
  format: {
    label: "Format",
    open: "Automatic",
    values: ["webp", "jpeg"],
    say: (value) => ({ webp: "WebP", jpeg: "JPEG" })[value] ?? value,
  },
  quality: {
    label: "Quality",
    open: "Automatic",
    values: ["100", "90", "80", "70", "60", "50", "40", "30", "20", "10"],
    say: (value) => value,
  },
  width: { label: "Width", open: "Full", values: ["1920", "1280", "960", "640", "480", "320"], say: (value) => `${value} px` },
  fps: { label: "Rate", open: "Automatic", values: ["30", "15", "10", "5", "2", "1"], say: (value) => `${value}/s` },
};

/** Fires `choose` when the viewer has chosen; read `value`. */
class Choices extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<form aria-label="What to watch">
     ${CHOICES.map((name) => `<label>${FIELDS[name].label}<select name="${name}"></select></label>`).join("")}</form>`,
  );

  constructor() {
    super();
    for (const name of CHOICES)
      this.#select(name).append(
        option("", FIELDS[name].open),
        ...FIELDS[name].values.map((value) => option(value, FIELDS[name].say(value))),
      );
    this.#root.addEventListener("change", () => this.dispatchEvent(new Event("choose")));
  }

  /** What is chosen, by name; what is left open is absent. */
  get value() {
    return Object.fromEntries(CHOICES.map((name) => [name, this.#select(name).value]).filter(([, value]) => value));
  }

  /** A value from an address that no list has is shown as it stands there. */
  set value(choices) {
    for (const name of CHOICES) {
      const select = this.#select(name);
      const value = choices[name] ?? "";
      if (![...select.options].some((each) => each.value === value)) select.append(option(value, FIELDS[name].say(value)));
      select.value = value;
    }
  }

  #select(name) {
    return this.#root.querySelector(`[name="${name}"]`);
  }
}

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

customElements.define("fg-choices", Choices);
