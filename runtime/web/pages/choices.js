// The form of what a viewer may choose. Its values are those of the page's address; the server may come near them only (a stream has few renditions).
import { CHOICES } from "./address.js";
import { sheet, shadow } from "./sheet.js";
import { variant } from "./units.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  form { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px 8px; }
  /* Of video there is less to choose: it takes the same room. */
  form.video label { grid-column: span 2; }
  @container (min-width: 552px) { form { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
  label { display: block; color: var(--quiet); font-size: var(--small); }
  select { display: block; width: 100%; margin-top: 4px; font-size: var(--body); }
  select:disabled { color: var(--quiet); background: transparent; opacity: 1; cursor: default; }
`);

const FORMATS = { video: "Video", stills: "Stills", webp: "Stills, WebP", jpeg: "Stills, JPEG" };

/** Label and values by name, and what they are `of` if not of both; the first of a list, the empty value, leaves it open. */
const FIELDS = {
  format: { label: "Format", open: "Automatic", values: Object.keys(FORMATS), say: (value) => FORMATS[value] ?? value },
  variant: { label: "Quality", open: "The only one there is", values: [], say: (value) => value, of: "video" },
  quality: {
    label: "Quality",
    open: "Automatic",
    values: ["100", "90", "80", "70", "60", "50", "40", "30", "20", "10"],
    say: (value) => value,
    of: "stills",
  },
  width: { label: "Width", open: "Full", values: ["1920", "1280", "960", "640", "480", "320"], say: (value) => `${value} px`, of: "stills" },
  fps: { label: "Rate", open: "Automatic", values: ["30", "15", "10", "5", "2", "1"], say: (value) => `${value}/s`, of: "stills" },
};

/** Fires `choose` when the viewer has chosen; read `value`. */
class Choices extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<form aria-label="What to watch">
     ${CHOICES.map((name) => `<label>${FIELDS[name].label}<select name="${name}"></select></label>`).join("")}</form>`,
  );
  #plays = "video";
  #offered = false;

  constructor() {
    super();
    for (const name of CHOICES) {
      const { open, values, say } = FIELDS[name];
      this.#select(name).append(option("", open), ...values.map((value) => option(value, say(value))));
    }
    this.#root.addEventListener("change", ({ target }) => {
      if (target.name === "format") this.#turn(target.value);
      this.dispatchEvent(new Event("choose"));
    });
    this.#show();
  }

  /** What is chosen, by name; what is left open is absent. */
  get value() {
    return Object.fromEntries(CHOICES.map((name) => [name, this.#select(name).value]).filter(([, value]) => value));
  }

  /** A value from an address that no list has is shown as it stands there. */
  set value(choices) {
    for (const name of CHOICES) this.#choose(name, choices[name] ?? "");
    this.#show();
  }

  /** What is watched now, "video" or "stills": what is of the other cannot be chosen. */
  play(what) {
    if (what === this.#plays) return;
    this.#plays = what;
    this.#show();
  }

  /** The ways that the server offers the video in, and the name of the one that comes. */
  offer(variants, current) {
    this.#offered = variants.length > 1;
    const select = this.#select("variant");
    const chosen = select.value;
    select.replaceChildren(option("", variants.length > 1 ? `Automatic (now ${current})` : FIELDS.variant.open), ...variants.map((each) => option(each.name, variant(each))));
    this.#choose("variant", chosen);
    this.#show();
  }

  /** Whoever chooses a format anew chooses nothing of what it is not. */
  #turn(format) {
    const kind = format === "" || format === "video" ? "video" : "stills";
    for (const name of CHOICES) if ((FIELDS[name].of ?? kind) !== kind) this.#select(name).value = "";
    this.#show();
  }

  #choose(name, value) {
    const select = this.#select(name);
    if (![...select.options].some((each) => each.value === value)) select.append(option(value, FIELDS[name].say(value)));
    select.value = value;
  }

  #show() {
    this.#root.querySelector("form").className = this.#plays;
    for (const name of CHOICES) this.#select(name).parentNode.hidden = (FIELDS[name].of ?? this.#plays) !== this.#plays;
    const ladder = this.#select("variant");
    // What an address chose can be taken back.
    ladder.disabled = !ladder.value && !this.#offered;
  }

  #select(name) {
    return this.#root.querySelector(`[name="${name}"]`);
  }
}

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

customElements.define("fg-choices", Choices);
