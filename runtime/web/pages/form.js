// A form made from a JSON Schema: `schema`, `value`, and what is wrong, each mistake beside its field.
import { prose } from "./fields.js";
import { formStyle } from "./form-style.js";
import { mistakesIn } from "./schema.js";
import { Group } from "./sections.js";
import { shadow } from "./sheet.js";

/** Fires `input` when the value may be another. */
class Form extends HTMLElement {
  #root = shadow(this, [formStyle], `<form novalidate><ul class="rest" role="alert"></ul></form>`);
  #form = this.#root.querySelector("form");
  #group;
  #schema;
  #told = [];
  /** Whether what is not written yet is a mistake already. */
  #strict = false;

  constructor() {
    super();
    for (const type of ["input", "change"]) this.#form.addEventListener(type, (event) => (event.stopPropagation(), this.#changed()));
    this.#form.addEventListener("submit", (event) => (event.preventDefault(), this.dispatchEvent(new Event("submit"))));
  }

  /** Shows `value` by `schema`. `first` names the keys that stand open; the other two are of `context` in sections.js. */
  show(schema, value, { first, optionsOf = async () => undefined, uses = [] } = {}) {
    this.#schema = schema;
    const context = { optionsOf, uses, changed: (told = true) => told && this.#changed() };
    this.#group = new Group({ key: "", schema: { ...schema, description: "" }, path: "", value, first, context, top: true });
    this.#group.label.remove();
    const none = Object.assign(document.createElement("p"), { className: "words", textContent: Object.keys(schema.properties ?? {}).length ? "" : "There is nothing to be set." });
    this.#form.replaceChildren(this.#group.element, none, this.#rest);
    this.#told = [];
  }

  get value() {
    return this.#group.value;
  }

  /** What can be seen to be wrong from here. */
  get mistakes() {
    return mistakesIn(this.#schema, this.value);
  }

  /** Shows `told`, what the server found, beside what is found here. What is missing is told to who is done: `strict`. */
  mark(told = [], strict = this.#strict) {
    this.#told = told;
    this.#strict = strict;
    const fields = this.#group.all;
    const left = new Map();
    for (const mistake of [...told, ...this.mistakes]) {
      if (!strict && /\bmissing\b/.test(mistake.detail)) continue;
      const field = nearest(fields, mistake.key);
      const said = left.get(field) ?? left.set(field, []).get(field);
      const exact = field.path === mistake.key || !mistake.key ? "" : `\`${mistake.key}\` `;
      const text = [exact + mistake.detail, mistake.nearest && `did you mean ${mistake.nearest}?`, mistake.help].filter(Boolean).join("; ");
      if (!said.length || told.includes(mistake)) said.push(text);
    }
    for (const field of fields) if (field !== this.#group) field.mark(left.get(field)?.join(". ") ?? "");
    this.#rest.replaceChildren(...(left.get(this.#group) ?? []).map((text) => {
      const item = document.createElement("li");
      item.append(...prose(text));
      return item;
    }));
    for (const details of this.#root.querySelectorAll("details:has(.wrong)")) details.open = true;
  }

  get #rest() {
    return this.#root.querySelector(".rest");
  }

  /** Where the first mistake is, or at the begin. */
  focus() {
    (this.#root.querySelector(".wrong :is(input, select, textarea)") ?? this.#root.querySelector("input, select, textarea"))?.focus();
  }

  /** What the server said of another value holds until it is asked again, but for keys that were written to since. */
  #changed() {
    this.mark(this.#told);
    this.dispatchEvent(new Event("input"));
  }
}

/** The field that a mistake is about, or the one that holds it; the form where none does. */
function nearest(fields, key) {
  const holds = (field) => field.path && (key === field.path || key.startsWith(`${field.path}.`) || key.startsWith(`${field.path}[`));
  return fields.filter(holds).reduce((best, field) => (field.path.length > best.path.length ? field : best), fields[0]);
}

customElements.define("fg-form", Form);
