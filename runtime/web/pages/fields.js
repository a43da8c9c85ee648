// The plain fields of a form: what a person writes in a line, chooses, or ticks. Each has `element`, `path`, and `value`, which is `undefined` where the
// key is not to be written.
import { examplesOf, isSecret, kindOf, numberRule, titleOf } from "./schema.js";

let last = 0;

/** Text from outside as a document's, with what stands in back-quotes as code. */
export function prose(text) {
  const parts = String(text).replaceAll("\n", " ").split("`");
  return parts.map((part, at) => (at % 2 ? Object.assign(document.createElement("code"), { textContent: part }) : part));
}

/** Schemas and the server write as logs are read; a page begins a sentence with a capital. */
function sentence(text) {
  return prose(text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()));
}

/** What a field of any kind has round it: label, words, and the place for what is wrong with it. `tag` is "div" or "fieldset". */
export class Field {
  constructor({ key, schema, path, tag = "div" }) {
    Object.assign(this, { key, schema, path });
    this.id = `field-${(last += 1)}`;
    this.element = document.createElement(tag);
    this.element.className = `field ${kindOf(schema)}`;
    this.element.dataset.path = path;
    this.label = document.createElement(tag === "fieldset" ? "legend" : "label");
    this.label.textContent = typeof key === "number" ? `${key + 1}.` : titleOf(key, schema);
    this.words = Object.assign(document.createElement("p"), { className: "words", id: `${this.id}-words` });
    if (schema.description) this.words.append(...sentence(schema.description));
    this.mistake = Object.assign(document.createElement("p"), { className: "mistake", id: `${this.id}-mistake` });
    this.element.append(this.label, this.words);
  }

  /** Says what is wrong, or nothing any more. */
  mark(text) {
    this.mistake.replaceChildren(...sentence(text));
    this.element.classList.toggle("wrong", Boolean(text));
    this.control?.setAttribute("aria-invalid", String(Boolean(text)));
  }

  /** Every field below this one, and itself. */
  get all() {
    return [this];
  }

  /** Adds what is written in, with its label. */
  take(control) {
    this.control = control;
    control.id = this.id;
    control.name = this.path;
    this.label.htmlFor = this.id;
    control.setAttribute("aria-describedby", `${this.words.id} ${this.mistake.id}`);
    this.label.after(control);
    this.element.append(this.mistake);
  }
}

/** A text, or a secret: one that the server hides stays as it is until something is written. */
class Text extends Field {
  constructor(told) {
    super(told);
    const { key, schema, value } = told;
    this.hidden = isSecret(String(key), value);
    this.kept = value === "***" ? value : undefined;
    const long = !this.hidden && (String(value ?? schema.default ?? "").includes("\n") || key === "body");
    const input = document.createElement(long ? "textarea" : "input");
    if (!long) input.type = this.hidden ? "password" : "text";
    Object.assign(input, { autocomplete: this.hidden ? "new-password" : "off", spellcheck: false, autocapitalize: "none" });
    input.value = this.kept ? "" : (value ?? "");
    const [example] = examplesOf(schema);
    input.placeholder = this.kept ? "stays as it is" : (schema.default ?? (example ? `such as ${example}` : told.needed ? "" : "not written"));
    this.take(input);
    const choices = [...(told.choices ?? []), ...examplesOf(schema)];
    if (choices.length > 1 && !long && !this.hidden) this.offer(choices);
  }

  offer(choices) {
    const list = Object.assign(document.createElement("datalist"), { id: `${this.id}-choices` });
    list.append(...[...new Set(choices)].map((value) => Object.assign(document.createElement("option"), { value })));
    this.control.setAttribute("list", list.id);
    this.element.append(list);
  }

  get value() {
    return this.control.value === "" ? this.kept : this.control.value;
  }
}

/** What is no number is given on as it was written: the mistake names it. */
class Numeric extends Field {
  constructor(told) {
    super(told);
    const { schema, value } = told;
    const input = Object.assign(document.createElement("input"), { type: "text", inputMode: schema.type === "integer" ? "numeric" : "decimal", autocomplete: "off" });
    input.value = value ?? "";
    input.placeholder = schema.default ?? (told.needed ? "" : "not written");
    if (!schema.description) this.words.textContent = numberRule(schema).replace(/^a/, "A");
    this.take(input);
  }

  get value() {
    const text = this.control.value.trim();
    if (text === "") return undefined;
    return Number.isNaN(Number(text)) ? text : Number(text);
  }
}

class Choice extends Field {
  constructor(told) {
    super(told);
    const { schema, value, needed } = told;
    const select = document.createElement("select");
    const open = schema.default === undefined ? (needed ? "choose" : "not written") : `${schema.default} (if not written)`;
    select.append(option("", open), ...schema.enum.map((each) => option(String(each), String(each))));
    select.value = value ?? "";
    this.take(select);
  }

  get value() {
    const { value } = this.control;
    return value === "" ? undefined : this.schema.enum.find((each) => String(each) === value);
  }
}

/** Written only where it is another than without it, or was written before. */
class Switch extends Field {
  constructor(told) {
    super(told);
    const { schema, value } = told;
    this.was = value;
    const input = Object.assign(document.createElement("input"), { type: "checkbox" });
    input.checked = value ?? schema.default ?? false;
    this.take(input);
  }

  get value() {
    const { checked } = this.control;
    return this.was === undefined && checked === (this.schema.default ?? false) ? undefined : checked;
  }
}

/** Texts, one a line. */
class Words extends Field {
  constructor(told) {
    super(told);
    const area = Object.assign(document.createElement("textarea"), { value: (told.value ?? []).join("\n"), rows: 2, spellcheck: false, placeholder: "one a line" });
    this.take(area);
  }

  get value() {
    const lines = this.control.value.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.length ? lines : undefined;
  }
}

/** What has no form of its own. */
class Json extends Field {
  constructor(told) {
    super(told);
    const { value } = told;
    this.take(Object.assign(document.createElement("textarea"), { value: value === undefined ? "" : JSON.stringify(value, null, 2), rows: 3, spellcheck: false, placeholder: "JSON" }));
  }

  get value() {
    const text = this.control.value.trim();
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch {
      // The server names the mistake of a text where an object is wanted; the form says the nearer one.
      return text;
    }
  }
}

export const PLAIN = { text: Text, number: Numeric, choice: Choice, switch: Switch, words: Words, json: Json };

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}
