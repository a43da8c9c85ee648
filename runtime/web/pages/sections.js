// The fields of a form that hold others: an object's keys, a list of objects, texts by name.
import { Field, PLAIN } from "./fields.js";
import { iconText } from "./icons.js";
import { below, isNeeded, isPlain, kindOf, titleOf } from "./schema.js";

/**
 * The field for one key: `{ key, schema, path, value, needed, context }`. `context` is the form's: `changed()` when the fields are others, `optionsOf(use)`
 * a promise of the schema of a plugin's options, `uses` names of plugins.
 */
export function fieldFor(told) {
  const kind = kindOf(told.schema);
  if (kind === "group") return new Group(told);
  if (kind === "list") return new List(told);
  if (kind === "map") return new Names(told);
  const choices = told.key === "use" ? told.context.uses : undefined;
  return new PLAIN[kind]({ ...told, choices });
}

/** The keys of an object. Those that are `first` stand open, in that order; the rest is folded where there is much of it. */
export class Group extends Field {
  constructor(told) {
    super({ ...told, tag: "fieldset" });
    this.told = told;
    this.value_ = told.value ?? {};
    this.fields = [];
    this.place = document.createElement("div");
    this.place.className = "fields";
    this.element.append(told.folded ? this.#fold(told.folded) : this.place, this.mistake);
    const { properties = {} } = told.schema;
    const first = told.first ?? (properties.use && properties.options ? ["use", "options"] : undefined);
    const shown = first ? first.filter((key) => properties[key]) : Object.keys(properties);
    const rest = Object.keys(properties).filter((key) => !shown.includes(key));
    this.place.append(...shown.map((key) => this.#add(key).element));
    if (rest.length) this.place.append(this.#folded(rest));
    if (properties.use && properties.options) this.#follow();
  }

  /** Only what is written: keys that no schema knows stay as they are. */
  get value() {
    const known = this.told.schema.properties ?? {};
    const made = Object.fromEntries(Object.entries(this.value_).filter(([key]) => !Object.hasOwn(known, key)));
    for (const field of this.fields) {
      const { value } = field;
      if (value !== undefined) made[field.key] = value;
    }
    // An empty section that was not there is none.
    return Object.keys(made).length || this.told.value !== undefined || this.told.top ? made : undefined;
  }

  get all() {
    return [this, ...this.fields.flatMap((field) => field.all)];
  }

  #add(key, schema = this.told.schema.properties[key], folded = undefined) {
    const needed = this.told.schema.required?.includes(key) && isNeeded(schema);
    const field = fieldFor({ key, schema, needed, path: below(this.path, key), value: this.value_[key], context: this.told.context, folded });
    this.fields.push(field);
    if (needed) field.label.append(Object.assign(document.createElement("small"), { textContent: " needed" }));
    return field;
  }

  /** All of it behind its title, "open" or "closed". */
  #fold(how) {
    const made = folded(this.label.textContent, this.place);
    this.label.className = "unseen";
    made.open = how === "open";
    return made;
  }

  #folded(keys) {
    const inside = document.createElement("div");
    inside.className = "fields";
    // What is plain stands before sections.
    const sorted = [...keys].sort((a, b) => isPlain(this.told.schema.properties[b]) - isPlain(this.told.schema.properties[a]));
    inside.append(...sorted.map((key) => this.#add(key).element));
    const details = folded(`More: ${keys.map((key) => titleOf(key).toLowerCase()).join(", ")}`, inside);
    details.open = keys.some((key) => this.value_[key] !== undefined);
    return details;
  }

  /** The options are those of the plugin that is named. */
  #follow() {
    const use = this.fields.find(({ key }) => key === "use");
    let asked;
    const turn = async () => {
      const name = use.value;
      if (name === asked) return;
      asked = name;
      const schema = name && (await this.told.context.optionsOf(name));
      if (name !== asked) return;
      const old = this.fields.find(({ key }) => key === "options");
      this.value_ = { ...this.value_, options: old.value };
      this.fields = this.fields.filter((field) => field !== old);
      // What is there already has a panel of its own; what is added now is to be filled in.
      const how = this.told.value?.use === name ? "closed" : "open";
      const fresh = this.#add("options", schema ? { description: "", ...schema, title: `Options of ${name}` } : undefined, schema && how);
      old.element.replaceWith(fresh.element);
      this.told.context.changed(false);
    };
    use.control.addEventListener("change", turn);
    turn();
  }
}

/** Objects one behind the other, each of which can be taken out, and moved to the front. */
class List extends Field {
  constructor(told) {
    super({ ...told, tag: "fieldset" });
    this.told = told;
    this.rows = document.createElement("ol");
    this.add = Object.assign(document.createElement("button"), { type: "button", innerHTML: `${iconText("add", 16)}<span></span>` });
    this.add.lastChild.textContent = `Add to ${titleOf(told.key, told.schema).toLowerCase()}`;
    this.add.addEventListener("click", () => this.#set([...this.items, {}], this.fields.length));
    this.element.append(this.rows, this.add, this.mistake);
    this.#set(told.value ?? []);
  }

  get items() {
    return this.fields.map((field) => field.value ?? {});
  }

  get value() {
    return this.fields.length || this.told.value !== undefined ? this.items : undefined;
  }

  get all() {
    return [this, ...this.fields.flatMap((field) => field.all)];
  }

  #set(items, focused) {
    const { schema, context } = this.told;
    const begun = this.fields !== undefined;
    this.fields = items.map((value, at) => new Group({ key: at, schema: { ...schema.items, description: "" }, path: below(this.path, at), value, context, top: true }));
    this.rows.replaceChildren(...this.fields.map((field, at) => this.#row(field, at)));
    if (begun) context.changed();
    if (focused !== undefined) this.fields[focused].element.querySelector("input, select, textarea")?.focus();
  }

  #row(field, at) {
    const row = document.createElement("li");
    const what = titleOf(String(this.told.key)).toLowerCase();
    const tools = document.createElement("div");
    tools.className = "tools";
    if (at > 0) tools.append(tool("back", `Move ${at + 1} of ${what} to the front of the one before`, () => this.#set(this.items.with(at, this.items[at - 1]).with(at - 1, this.items[at]))));
    tools.append(tool("remove", `Take ${at + 1} out of ${what}`, () => this.#set(this.items.filter((_, other) => other !== at))));
    row.append(field.element, tools);
    return row;
  }
}

function folded(title, inside) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.innerHTML = `${iconText("forward", 16)}<span></span>`;
  summary.lastChild.textContent = title;
  details.append(summary, inside);
  return details;
}

function tool(icon, label, action) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: `bare icon ${icon}`, title: label, innerHTML: iconText(icon) });
  button.setAttribute("aria-label", label);
  button.addEventListener("click", action);
  return button;
}

/** Texts by name, one a line: `X-Key: value`. */
class Names extends PLAIN.words {
  constructor(told) {
    super({ ...told, value: Object.entries(told.value ?? {}).map(([name, text]) => `${name}: ${text}`) });
    this.control.placeholder = "name: value, one a line";
  }

  get value() {
    const lines = super.value;
    return lines && Object.fromEntries(lines.map((line) => [line.split(":")[0].trim(), line.slice(line.indexOf(":") + 1).trim()]));
  }
}
