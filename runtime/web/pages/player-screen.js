// The larger places of a player's picture: the whole screen, and a window of its own.
import { toggleFullScreen } from "./full-screen.js";

/** Fires `change` when the screen is filled, or no longer. */
export class Screen extends EventTarget {
  #stage;
  #video;

  constructor(stage, video) {
    super();
    this.#stage = stage;
    this.#video = video;
  }

  /** Watches until `signal` is aborted. */
  watch(signal) {
    document.addEventListener("fullscreenchange", () => this.#changed(), { signal });
    // Where the browser has no full screen of its own it does not leave it by itself either. Before the page: it may have another use for the key.
    addEventListener("keydown", (event) => event.key === "Escape" && this.#isWide && (event.stopImmediatePropagation(), this.toggle()), { signal, capture: true });
  }

  get isFull() {
    return this.#isWide || this.#stage.getRootNode().fullscreenElement === this.#stage;
  }

  /** Whether the picture is in a window of its own. */
  get isApart() {
    return this.#stage.getRootNode().pictureInPictureElement === this.#video;
  }

  /** Fills the screen, or no longer. */
  async toggle() {
    // An iPhone fills its screen with a video alone.
    if (!this.#stage.requestFullscreen && this.#video.webkitEnterFullscreen && this.#video.readyState) return this.#video.webkitEnterFullscreen();
    if (this.#isWide) this.#stage.classList.remove("wide");
    else await toggleFullScreen(this.#stage);
    this.#changed();
  }

  /** Puts the picture into a window of its own, or back; rejects in words when the browser does not let it. */
  async togglePart() {
    if (this.isApart) await document.exitPictureInPicture();
    else await this.#video.requestPictureInPicture();
  }

  get #isWide() {
    return this.#stage.classList.contains("wide");
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
