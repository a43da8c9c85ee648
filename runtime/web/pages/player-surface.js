// Where pictures are seen: a video, and a canvas for stills and for the last picture of what is no longer played. One of the two is shown.
import { Painter } from "./painter.js";

/** Fires `picture` (detail: its media time in seconds, or `undefined`) for each that is shown, and `damaged` for each that cannot be decoded. */
export class Surface extends EventTarget {
  /** `{ width, height }` of what is shown in pixels; `undefined` before the first picture. */
  size;
  /** Pictures shown so far. */
  frames = 0;

  #canvas;
  #painter;
  #shows = "nothing";
  #watching;
  #counted = 0;

  constructor(video, canvas) {
    super();
    this.video = video;
    this.#canvas = canvas;
    this.#painter = new Painter(canvas, ({ width, height, damaged }) =>
      damaged ? this.dispatchEvent(new Event("damaged")) : this.#shown("canvas", { width, height }),
    );
  }

  /** Draws one complete still. */
  draw(still) {
    this.#painter.push(still);
  }

  /** Draws what cannot be read, only shown: an image of another origin. */
  drawImage(image) {
    const { naturalWidth: width, naturalHeight: height } = image;
    this.#copy(image, width, height);
    this.#shown("canvas", { width, height });
  }

  /** Watches the video for pictures until it is told to stop. */
  watch() {
    if (this.#watching) return;
    this.#watching = {};
    if ("requestVideoFrameCallback" in this.video) this.#await(this.#watching);
    else this.video.addEventListener("timeupdate", this.#count);
  }

  /** Keeps the video's last picture in sight when the video itself has none any more. */
  hold() {
    this.#watching = undefined;
    this.video.removeEventListener("timeupdate", this.#count);
    if (this.#shows !== "video" || !this.size) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (width && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.#copy(this.video, width, height);
    else this.#canvas.width = this.#canvas.width;
    this.#show("canvas");
  }

  /** Forgets the picture: another stream comes. */
  clear() {
    this.#watching = undefined;
    this.size = undefined;
    this.#show("nothing");
  }

  /** What is shown, as a canvas of its own; `undefined` before the first picture. */
  copy() {
    if (!this.size) return undefined;
    const copy = Object.assign(document.createElement("canvas"), this.size);
    copy.getContext("2d").drawImage(this.#shows === "video" ? this.video : this.#canvas, 0, 0, copy.width, copy.height);
    return copy;
  }

  /** `watch` is of one time of watching: the callback of the last one may be outstanding yet. */
  #await(watch) {
    this.video.requestVideoFrameCallback((_, { mediaTime, width, height }) => {
      if (this.#watching !== watch) return;
      this.#shown("video", { width, height }, mediaTime);
      this.#await(watch);
    });
  }

  #count = () => {
    const { videoWidth: width, videoHeight: height, currentTime } = this.video;
    const counted = this.video.getVideoPlaybackQuality?.().totalVideoFrames ?? currentTime;
    if (counted === this.#counted || !width) return;
    this.#counted = counted;
    this.#shown("video", { width, height }, currentTime);
  };

  #copy(from, width, height) {
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext("2d", { alpha: false }).drawImage(from, 0, 0, width, height);
  }

  #shown(where, size, time) {
    this.frames += 1;
    if (this.size?.width !== size.width || this.size.height !== size.height) this.size = size;
    this.#show(where);
    this.dispatchEvent(new CustomEvent("picture", { detail: time }));
  }

  /** Attributes, so that styles alone say what is seen. */
  #show(where) {
    if (this.#shows === where) return;
    this.#shows = where;
    this.video.toggleAttribute("data-shown", where === "video");
    this.#canvas.toggleAttribute("data-shown", where === "canvas");
  }
}
