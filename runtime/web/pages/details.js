// The dialog behind a tile's notice: the whole reason, what to do, and the way to the stream's own page.
import { watchAddress } from "./address.js";
import { adviceOn } from "./advice.js";
import "./chip.js";
import { dialogStyle } from "./dialog.js";
import { iconText } from "./icons.js";
import { sheet, shadow } from "./sheet.js";
import { tick } from "./ticker.js";
import { age as ageText } from "./units.js";

const style = sheet(`
  .reason { font-weight: 550; overflow-wrap: anywhere; }
  .age, .again { color: var(--quiet); font-size: var(--small); }
  p:empty { display: none; }
`);

/** One for the page, made when it is first asked for. */
class Details extends HTMLElement {
  #root = shadow(
    this,
    [dialogStyle, style],
    `<dialog aria-labelledby="title"><header><h2 id="title"></h2><button class="bare icon" aria-label="Close">${iconText("close")}</button></header>
     <fg-chip></fg-chip><p class="reason"></p><p class="advice"></p><p class="age"></p><p class="again"></p>
     <footer><a class="button">Open this stream</a></footer></dialog>`,
  );
  #untick = () => {};

  constructor() {
    super();
    const dialog = this.#root.querySelector("dialog");
    this.#root.querySelector("button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => this.#untick());
  }

  show(stream, judgement) {
    this.#root.querySelector("h2").textContent = stream;
    this.#root.querySelector("a").href = watchAddress(stream);
    const fill = (now) => this.#fill(judgement(), now);
    fill(performance.now());
    this.#untick();
    this.#untick = tick(fill);
    this.#root.querySelector("dialog").showModal();
  }

  #fill(judgement, now) {
    const { state, detail, age, retryAt } = judgement;
    const chip = this.#root.querySelector("fg-chip");
    if (chip.getAttribute("state") !== state) chip.setAttribute("state", state);
    const wait = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000);
    const texts = {
      reason: detail,
      advice: adviceOn(judgement),
      age: age === undefined || state === "live" ? "" : `Last picture ${ageText(age)}`,
      again: wait > 1 ? `Next attempt in ${wait} s` : "",
    };
    for (const [name, text] of Object.entries(texts)) {
      const element = this.#root.querySelector(`.${name}`);
      if (element.textContent !== text) element.textContent = text;
    }
  }
}

customElements.define("fg-details", Details);

/** Opens the dialog about `stream`; `judgement` is asked again while it is open. */
export function explain(stream, judgement) {
  let details = document.querySelector("fg-details");
  if (!details) {
    details = document.createElement("fg-details");
    document.body.append(details);
  }
  details.show(stream, judgement);
}
