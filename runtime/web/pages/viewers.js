// Who watches a stream: how, from where, since when, and the way to end a visit.
import { ask, streamPath } from "./api.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { toast } from "./toast.js";
import { span } from "./units.js";

const style = sheet(`
  :host { display: block; container-type: inline-size; }
  ul { list-style: none; }
  li { display: grid; grid-template-columns: 100px 140px minmax(0, 1fr) auto auto; gap: 4px 12px; align-items: center; min-height: 56px; border-top: 1px solid var(--line); font-size: var(--small); }
  li:first-child { border-top: 0; }
  .output { font-weight: 600; }
  .address { overflow-wrap: anywhere; }
  .agent { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .agent, .since, p { color: var(--quiet); font-size: var(--small); }
  @container (max-width: 640px) { li { grid-template-columns: minmax(0, 1fr) auto auto; padding: 4px 0; } .output { grid-column: 1; } .address, .agent { grid-column: 1 / 3; } .since { grid-row: 1; grid-column: 2; } button { grid-row: 1 / 4; grid-column: 3; } }
`);

const OUTPUTS = { websocket: "WebSocket", mjpeg: "MJPEG", hls: "HLS" };

class Viewers extends HTMLElement {
  #root = shadow(this, [style], `<ul aria-label="Viewers"></ul><p></p>`);
  #items = new Map();

  /** What `GET /api/streams/{name}/viewers` says. */
  show({ viewers }, now = Date.now()) {
    const items = viewers.map((viewer) => {
      const item = this.#items.get(viewer.id) ?? this.#make(viewer);
      item.querySelector(".since").textContent = `for ${span(now - viewer.since)}`;
      return [viewer.id, item];
    });
    this.#items = new Map(items);
    const list = this.#root.querySelector("ul");
    if (items.length !== list.children.length || items.some(([, item], at) => list.children[at] !== item)) list.replaceChildren(...this.#items.values());
    this.#say(viewers.length ? "" : "Nobody watches now.");
  }

  /** Why nothing can be shown. */
  refuse(why) {
    this.#root.querySelector("ul").replaceChildren();
    this.#say(why);
  }

  #say(text) {
    const place = this.#root.querySelector("p");
    if (place.textContent !== text) place.textContent = text;
  }

  #make({ id, stream, output, address, agent }) {
    const item = document.createElement("li");
    item.innerHTML = `<span class="output"></span><span class="address"></span><span class="agent"></span><span class="since"></span>
      <button type="button">${iconText("close", 16)}End</button>`;
    const texts = { output: OUTPUTS[output] ?? output, address, agent: browserOf(agent) };
    for (const [name, text] of Object.entries(texts)) item.querySelector(`.${name}`).textContent = text;
    item.querySelector(".agent").title = agent ?? "";
    const button = item.querySelector("button");
    button.setAttribute("aria-label", `End the visit of ${address} by ${texts.output}`);
    button.addEventListener("click", () => this.#end(button, stream, id));
    return item;
  }

  async #end(button, stream, id) {
    button.disabled = true;
    try {
      await ask(streamPath(stream, `/viewers/${id}`), { method: "DELETE" });
      toast("The visit is ended; a page or player may come again by itself");
    } catch ({ message }) {
      toast(message);
    }
    this.dispatchEvent(new Event("kicked"));
  }
}

/** A browser's name out of all the others it claims to be; a program says itself what it is. */
function browserOf(agent) {
  if (!agent) return "says nothing of itself";
  const [, name, version] = /(Firefox|Edg|OPR|Chrome|Version)\/([0-9]+)/.exec(agent) ?? [];
  if (!name || !agent.startsWith("Mozilla/")) return agent;
  const called = { Edg: "Edge", OPR: "Opera", Version: "Safari" }[name] ?? name;
  const [, system] = /\((?:X11; )?([^;)]+)/.exec(agent) ?? [];
  return `${called} ${version}${system ? `, ${system}` : ""}`;
}

customElements.define("fg-viewers", Viewers);
