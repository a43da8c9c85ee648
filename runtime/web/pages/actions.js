// What can be done to a stream: start, stop, begin anew, change, remove.
import { manageAddress } from "./address.js";
import { ask, streamPath } from "./api.js";
import { confirmed } from "./confirm.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { toast } from "./toast.js";
import { undoable } from "./undo.js";
import { count } from "./units.js";

const style = sheet(`
  :host { display: block; }
  .all { display: flex; flex-wrap: wrap; gap: 8px; }
  .remove { color: var(--state-offline); }
  p { color: var(--quiet); font-size: var(--small); }
  .all + p { margin-top: 8px; }
  p:empty { display: none; }
`);

/** By the API's word: what the button says, what is said while it is done, and when it is. */
const DEEDS = {
  start: { word: "Start", icon: "play", does: "Starting", done: "is started, and stays connected" },
  stop: { word: "Stop", icon: "stop", does: "Stopping", done: "is stopped, until somebody starts it" },
  restart: { word: "Restart", icon: "again", does: "Restarting", done: "begins anew" },
};

/** Fires `acted` when something was done. */
class Actions extends HTMLElement {
  #root = shadow(
    this,
    [style],
    `<div class="all">${Object.entries(DEEDS).map(([deed, { word, icon }]) => `<button type="button" data-deed="${deed}">${iconText(icon, 16)}<span>${word}</span></button>`).join("")}
     <a class="button edit">${iconText("edit", 16)}Settings</a>
     <button type="button" class="remove">${iconText("remove", 16)}Remove</button></div><p></p>`,
  );
  #told;

  constructor() {
    super();
    for (const button of this.#root.querySelectorAll("[data-deed]")) button.addEventListener("click", () => this.#do(button));
    this.#root.querySelector(".remove").addEventListener("click", () => this.#remove());
    this.#root.querySelector(".edit").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.dispatchEvent(new Event("edit"));
    });
  }

  /** Shows what may be done to a stream, as `GET /api/streams/{name}` tells it. */
  show(told, may) {
    this.#told = told;
    const { name, origin, held } = told;
    const part = (selector) => this.#root.querySelector(selector);
    part(".all").hidden = !may;
    part("[data-deed=start]").hidden = held === "started";
    part("[data-deed=stop]").hidden = held === "stopped";
    part(".remove").hidden = origin !== "api";
    part(".edit").href = manageAddress(name, "settings");
    part("p").textContent = !may
      ? "You may look at this stream. Who may control it can start, stop and change it: ask who runs this server."
      : origin === "api" ? "" : WHERE[origin] ?? "";
  }

  async #do(button) {
    const { deed } = button.dataset;
    const { does, done, word } = DEEDS[deed];
    const text = button.querySelector("span");
    button.disabled = true;
    text.textContent = `${does}\u00a0…`;
    try {
      await ask(streamPath(this.#told.name, `/${deed}`), { method: "POST" });
      toast(`${this.#told.name} ${done}`);
      this.dispatchEvent(new Event("acted"));
    } catch ({ message }) {
      toast(message);
    }
    button.disabled = false;
    text.textContent = word;
  }

  async #remove() {
    const { name, viewers, config = {} } = this.#told;
    const many = viewers?.total ?? 0;
    const secret = JSON.stringify(config).includes('"***"');
    const sure = await confirmed({
      title: `Remove ${name}?`,
      text: `Its camera is disconnected${many ? `, and ${count(many, "viewer")} are told that it ended` : ""}. ${secret ? "Its password would have to be written again." : "It can be brought back by Undo."}`,
      yes: "Remove it",
    });
    if (!sure) return;
    try {
      await ask(streamPath(name), { method: "DELETE" });
      undoable(secret ? undefined : { text: `${name} was removed`, stream: name, method: "PUT", body: config, then: manageAddress(name) });
      location.assign("/dashboard");
    } catch ({ message }) {
      toast(message);
    }
  }
}

/** Where a stream that the API cannot change is changed. */
const WHERE = {
  file: "This stream stands in streams.toml: it is changed there, and what is saved holds at once.",
  template: 'This stream is made by [streams."*"] in streams.toml: it is changed there, or gets a section of its own.',
};

customElements.define("fg-actions", Actions);
