// Sound and what the browser allows of it: a video that may not begin with sound begins without.

/** Fires `change` when `on` or `refused` is another, `blocked` when the video may not begin at all before somebody presses something. */
export class Sound extends EventTarget {
  /** Whether the viewer is to hear something. */
  on;
  /** Whether the browser refused that until somebody presses something. */
  refused = false;

  #video;

  constructor(video) {
    super();
    this.#video = video;
    this.on = false;
    video.muted = true;
    // A browser's own controls, in picture in picture, have a button for it too.
    video.addEventListener("volumechange", () => this.refused || this.set(!video.muted));
  }

  set(on) {
    if (on === this.on && !this.refused) return;
    this.on = on;
    this.refused = false;
    this.#video.muted = !on;
    this.dispatchEvent(new Event("change"));
  }

  /** Plays what the video has now. */
  async play() {
    try {
      await this.#video.play();
    } catch (error) {
      // Another picture took its place meanwhile.
      if (error.name !== "NotAllowedError") return;
      if (this.#video.muted) this.dispatchEvent(new Event("blocked"));
      else await this.#playWithout();
    }
  }

  async #playWithout() {
    this.refused = true;
    this.#video.muted = true;
    this.dispatchEvent(new Event("change"));
    await this.play();
  }
}
