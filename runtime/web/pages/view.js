// The stills of one stream on a canvas, always 16:9 on the page, with what there is to say when they are not live.
import { socketAddress } from "./address.js";
import { Canvas } from "./canvas.js";
import { Condition } from "./condition.js";
import { Connection } from "./connection.js";
import "./notice.js";
import { presence } from "./presence.js";
import { sheet, shadow } from "./sheet.js";
import { tick } from "./ticker.js";

/** A page that is hidden for less keeps its connections: a glance at another tab costs nothing. */
const LINGER_MS = 2_000;

const style = sheet(`
  :host { position: relative; display: block; aspect-ratio: 16 / 9; overflow: hidden; background: var(--picture-ground); contain: strict; }
  canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; transition: opacity 0.2s; }
  /* Until the first picture the name stands in its place. */
  .name {
    position: absolute; inset: auto 16px 50%; margin: 0 0 16px; color: var(--over-quiet); font-size: var(--large); line-height: 1.2;
    text-align: center; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  }
  :host([data-pictured]) .name { visibility: hidden; }
  fg-notice { position: absolute; inset: auto 0 0; pointer-events: auto; }
  fg-notice[alone] { inset: 50% 0 auto; transform: translateY(-12px); }
  :host([data-state="live"]) fg-notice { visibility: hidden; }
  /* A connection is mostly there before anybody needs to be told of it. */
  :host([data-state="connecting"]) fg-notice { transition: visibility 0s 0.5s; }
  :host(:not([data-state="live"])) canvas { opacity: 0.45; }
  :host([data-state="gated"]) canvas { opacity: 0.75; }
  :host([data-state="connecting"]) canvas { transition-delay: 0.5s; }
`);

/**
 * Attributes: `stream`; `query` of its WebSocket; `playing` ("true" or "false").
 * On itself it writes `data-state`, `data-frames` (pictures drawn), `data-pictured`. Fires `change` when the state is another.
 */
export class View extends HTMLElement {
  static observedAttributes = ["stream", "query", "playing"];

  /** Pictures drawn so far. */
  frames = 0;
  /** The newest judgement of its condition. */
  judgement = { state: "connecting", detail: "" };

  /** What it says of itself while it does not play. */
  #resting = { state: "paused" };
  #condition = new Condition();
  #connection;
  #address;
  #canvas;
  #size;
  #notice;
  #name;
  #element;
  #untick;
  #linger;

  constructor() {
    super();
    const root = shadow(this, [style], `<canvas role="img"></canvas><p class="name" aria-hidden="true"></p><fg-notice alone></fg-notice>`);
    this.#element = root.querySelector("canvas");
    this.#notice = root.querySelector("fg-notice");
    this.#name = root.querySelector(".name");
    this.#notice.addEventListener("hurry", () => this.hurry());
  }

  connectedCallback() {
    this.#untick = tick((now) => this.#judge(now));
    presence.addEventListener("change", this.#sync);
    this.#sync();
  }

  disconnectedCallback() {
    this.#untick();
    presence.removeEventListener("change", this.#sync);
    clearTimeout(this.#linger);
    this.#stop();
    // What is only moved is back by then, and keeps its picture.
    queueMicrotask(() => this.isConnected || this.#forget());
  }

  attributeChangedCallback(name) {
    if (name === "stream") {
      this.#name.textContent = this.getAttribute("stream");
      this.#element.setAttribute("aria-label", `Picture of ${this.getAttribute("stream")}`);
    }
    if (!this.isConnected) return;
    this.#sync();
    if (name === "playing") this.#judge(performance.now());
  }

  /** Sets what it says while it does not play: `{ state, detail?, reason? }`, "paused" of a stream that is well. */
  rest(judgement) {
    this.#resting = judgement;
    if (this.isConnected) this.#judge(performance.now());
  }

  /** Connects at once if it waits for a better time. */
  hurry() {
    this.#connection?.open();
  }

  /** The picture that is shown, as a JPEG; `undefined` before the first. */
  async picture() {
    if (!this.#size) return undefined;
    const copy = Object.assign(document.createElement("canvas"), this.#size);
    copy.getContext("2d").drawImage(this.#element, 0, 0);
    return new Promise((resolve) => copy.toBlob(resolve, "image/jpeg", 0.92));
  }

  #sync = () => {
    clearTimeout(this.#linger);
    const stream = this.getAttribute("stream");
    if (!stream || this.getAttribute("playing") === "false" || !presence.here) {
      // What leaves the page for the back-forward cache must let go at once; a hidden tab may come back.
      if (this.#connection) this.#linger = setTimeout(() => this.#stop(), presence.leaving ? 0 : LINGER_MS);
      return;
    }
    const address = socketAddress(stream, this.getAttribute("query") ?? "");
    if (this.#connection && address === this.#address) {
      this.#connection.open();
      return;
    }
    this.#stop();
    this.#address = address;
    this.#connect(new Connection(address));
  };

  #connect(connection) {
    this.#connection = connection;
    connection.addEventListener("open", () => this.#tell((now) => this.#condition.opened(now)));
    connection.addEventListener("still", ({ detail }) => this.#take(detail));
    connection.addEventListener("down", ({ detail }) => this.#tell(() => this.#condition.down(detail)));
    connection.addEventListener("message", ({ detail }) => {
      if (detail.type === "status") this.#tell((now) => this.#condition.status(detail, now));
    });
    this.#tell((now) => this.#condition.connecting(now));
    connection.open();
  }

  #stop() {
    this.#connection?.close();
    this.#connection = undefined;
    this.#address = undefined;
  }

  /** A canvas that was handed over cannot be handed over again: another takes its place. */
  #forget() {
    this.#canvas?.close();
    this.#canvas = undefined;
    const fresh = this.#element.cloneNode();
    this.#element.replaceWith(fresh);
    this.#element = fresh;
    this.#size = undefined;
    delete this.dataset.pictured;
    this.#notice.setAttribute("alone", "");
  }

  #take(still) {
    this.#canvas ??= new Canvas(this.#element, (drawn) => this.#drawn(drawn));
    this.#canvas.draw(still);
  }

  #drawn({ width, height, damaged }) {
    if (damaged) {
      this.#tell((now) => this.#condition.damaged(now));
      return;
    }
    this.frames += 1;
    this.dataset.frames = this.frames;
    this.#size = { width, height };
    if (this.dataset.pictured === undefined) {
      this.dataset.pictured = "";
      this.#notice.removeAttribute("alone");
    }
    this.#tell((now) => this.#condition.picture(now));
  }

  #tell(what) {
    const now = performance.now();
    what(now);
    this.#judge(now);
  }

  #judge(now) {
    if (this.#connection && this.#condition.isDead(now)) {
      this.#condition.connecting(now);
      this.#connection.renew();
    }
    const judgement = this.#condition.judge(now);
    if (this.getAttribute("playing") === "false") Object.assign(judgement, { detail: "", reason: "", retryAt: undefined }, this.#resting);
    const changed = judgement.state !== this.judgement.state || judgement.detail !== this.judgement.detail;
    this.judgement = judgement;
    if (this.dataset.state !== judgement.state) this.dataset.state = judgement.state;
    if (judgement.state !== "live") this.#notice.show(this.getAttribute("stream"), judgement, now);
    if (changed) this.dispatchEvent(new Event("change"));
  }
}

customElements.define("fg-view", View);
