// The settings of a stream: a form made from the server's schema, judged by the server while it is written, the difference before it is applied.
import { manageAddress } from "./address.js";
import { Refused, ask, streamPath } from "./api.js";
import "./difference.js";
import { editorStyle } from "./editor-style.js";
import "./form.js";
import { differences, patchBetween, patched, withoutHidden } from "./patch.js";
import { shadow } from "./sheet.js";
import { toast } from "./toast.js";
import { undoable } from "./undo.js";
import { count } from "./units.js";

const CHECK_MS = 400;
/** What most people write, in the order in which they think of it; the rest is folded. */
const FIRST = ["source", "username", "password", "on_demand", "max_viewers", "plugins"];
const NAME = /^(?!\.\.?$)[A-Za-z0-9_.~-]{1,64}$/;

/** Fires `applied` when the server took it. */
class Editor extends HTMLElement {
  #root = shadow(
    this,
    [editorStyle],
    `<p class="why" hidden></p><div class="all" hidden><label class="name" hidden>Name<input autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="such as lobby-1">
     <p>It stands in the stream's addresses, and stays: letters, digits, and - _ . ~</p></label>
     <fg-form></fg-form>
     <section class="conflict" role="alert" hidden><h2>Somebody else changed this stream meanwhile</h2><fg-difference></fg-difference>
     <div class="buttons"><button type="button" class="mine">Go on, with theirs and mine</button><button type="button" class="theirs">Take theirs, and drop mine</button></div></section>
     <section class="foot"><h2>What changes</h2><fg-difference></fg-difference>
     <div class="buttons"><button type="button" class="apply" disabled>Apply</button><button type="button" class="bare reset">Write anew</button><span class="said" role="status"></span></div></section></div>`,
  );
  #form = this.#root.querySelector("fg-form");
  #name = this.#root.querySelector(".name input");
  #stream;
  #schema;
  #base = {};
  #revision;
  #taken = [];
  #timer;
  #asked = 0;
  #tools = {};

  constructor() {
    super();
    const on = (selector, action) => this.#root.querySelector(selector).addEventListener("click", action);
    this.#form.addEventListener("input", () => this.#changed());
    this.#form.addEventListener("submit", () => this.#apply());
    this.#name.addEventListener("input", () => this.#changed());
    on(".apply", () => this.#apply());
    on(".reset", () => this.#fill(this.#base));
    on(".mine", () => this.#settle((theirs) => patched(theirs, this.#patch)));
    on(".theirs", () => this.#settle((theirs) => theirs));
  }

  /** Begins: of `stream` as it is configured, or without one for another. `taken` are names that are, `tools` the form's `optionsOf` and `uses`. */
  show({ schema, stream, config = {}, revision, taken = [], tools = {} }) {
    this.#stream = stream;
    this.#schema = schema;
    this.#revision = revision;
    this.#taken = taken;
    this.#tools = tools;
    this.#base = config;
    this.#root.querySelector(".name").hidden = Boolean(stream);
    this.#root.querySelector(".apply").textContent = stream ? "Apply" : "Add the stream";
    this.#root.querySelector(".foot h2").textContent = stream ? "What changes" : "What is written";
    this.#fill(config);
  }

  /** Says why there is no form; nothing shows it. */
  refuse(why) {
    this.#root.querySelector(".why").textContent = why;
    this.#root.querySelector(".why").hidden = !why;
    this.#root.querySelector(".all").hidden = Boolean(why);
  }

  /** Whether something is written that is not applied. */
  get dirty() {
    return Boolean(this.#schema) && differences(this.#base, this.#form.value).length > 0;
  }

  focus() {
    if (this.#stream) this.#form.focus();
    else this.#name.focus();
  }

  get #patch() {
    return patchBetween(this.#base, this.#form.value);
  }

  #fill(value) {
    this.#form.show(this.#schema, value, { first: FIRST, ...this.#tools });
    this.#clash(false);
    this.#changed();
  }

  #changed() {
    const many = this.#root.querySelector(".foot fg-difference").show(this.#base, this.#form.value);
    this.#root.querySelector(".reset").hidden = many === 0;
    this.#allow(many > 0);
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#say("", false);
    if (!this.#nameMistake() && many > 0) this.#timer = setTimeout(() => this.#check(), CHECK_MS);
  }

  /** Says what is wrong with a name that is written, and returns it. */
  #nameMistake(strict = false) {
    if (this.#stream) return "";
    const name = this.#name.value;
    const place = this.#root.querySelector(".name p");
    const wrong = !name ? "A stream needs a name" : !NAME.test(name) ? "A name has up to 64 letters, digits, and - _ . ~" : this.#taken.includes(name) ? `There is a stream called ${name} already` : "";
    const shown = name || strict ? wrong : "";
    place.textContent = shown || "It stands in the stream's addresses, and stays: letters, digits, and - _ . ~";
    place.classList.toggle("wrong", Boolean(shown));
    this.#name.setAttribute("aria-invalid", String(Boolean(shown)));
    return wrong;
  }

  /** `{ path, options }` of the request that would apply what is written; `check` asks only whether it could. */
  #request(check) {
    if (this.#stream) return { path: streamPath(this.#stream, check), options: { method: "PATCH", body: this.#patch, revision: this.#revision } };
    return { path: streamPath(this.#name.value, check), options: { method: "PUT", body: this.#form.value } };
  }

  async #check() {
    const asked = this.#asked;
    const { path, options } = this.#request("?check=1");
    let mistakes = [];
    try {
      // To be judged it need not be the newest.
      await ask(path, { ...options, revision: undefined });
      if (asked === this.#asked) this.#say("The server would take it", false);
    } catch (error) {
      if (asked !== this.#asked) return;
      mistakes = error instanceof Refused ? error.mistakes : [];
      this.#say(mistakes.length ? count(mistakes.length, "mistake") : this.#why(error), true);
    }
    if (asked === this.#asked) this.#form.mark(mistakes);
  }

  /** A stream that somebody may not see answers as one that is not there. */
  #why({ status, message }) {
    return !this.#stream && (status === 403 || status === 404) ? "You may not add a stream of this name: ask who runs this server" : message;
  }

  async #apply() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const name = this.#nameMistake(true);
    this.#form.mark([], true);
    if (name || this.#form.mistakes.length) {
      this.#say("There are mistakes above", true);
      return name ? this.#name.focus() : this.#form.focus();
    }
    this.#allow(false);
    this.#say(`${this.#stream ? "Applying" : "Adding"}\u00a0…`, false);
    try {
      if (this.#stream) await this.#change();
      else await this.#create();
    } catch (error) {
      this.#allow(true);
      this.#say(this.#why(error), true);
      if (error.status === 412) return this.#meet();
      this.#form.mark(error.mistakes ?? [], true);
      this.#form.focus();
    }
  }

  async #change() {
    const stream = this.#stream;
    const [before, after] = [this.#base, this.#form.value];
    const { path, options } = this.#request("");
    const { value, revision } = await ask(path, options);
    const back = patchBetween(after, before);
    const body = withoutHidden(back);
    const but = JSON.stringify(body) === JSON.stringify(back) ? "" : "; the secret before is not known here";
    undoable({ text: `Settings of ${stream} were changed${but}`, stream, method: "PATCH", body });
    toast(`${stream} is changed: it holds from now on`);
    this.dispatchEvent(new CustomEvent("applied", { detail: { value, revision } }));
  }

  async #create() {
    const name = this.#name.value;
    const body = this.#form.value;
    try {
      await ask("/api/streams", { method: "POST", body: { ...body, name } });
    } catch (error) {
      // Who may control some streams alone makes one at its own address; that there is none of this name was looked at.
      if (error.status !== 403) throw error;
      await ask(streamPath(name), { method: "PUT", body });
    }
    undoable({ text: `${name} was added`, stream: name, method: "DELETE", then: "/dashboard" });
    this.dispatchEvent(new CustomEvent("applied", { detail: { name, page: manageAddress(name) } }));
  }

  /** Somebody was faster: shows what they changed. */
  async #meet() {
    const { value } = await ask(streamPath(this.#stream));
    this.#root.querySelector(".conflict fg-difference").show(this.#base, value.config ?? {});
    this.#clash(true);
    this.#root.querySelector(".conflict").scrollIntoView({ block: "nearest" });
  }

  /** Until it is settled there is nothing to apply. */
  #clash(there) {
    this.#root.querySelector(".conflict").hidden = !there;
    this.#root.querySelector(".foot").hidden = there;
  }

  async #settle(make) {
    const { value, revision } = await ask(streamPath(this.#stream)).catch((error) => (this.#say(error.message, true), {}));
    if (!value) return;
    const wanted = make(value.config ?? {});
    this.#base = value.config ?? {};
    this.#revision = revision;
    this.#fill(wanted);
    this.#root.querySelector(".apply").focus();
  }

  #allow(may) {
    this.#root.querySelector(".apply").disabled = !may;
  }

  #say(text, wrong) {
    const said = this.#root.querySelector(".said");
    said.textContent = text;
    said.classList.toggle("wrong", wrong);
  }
}

customElements.define("fg-editor", Editor);
