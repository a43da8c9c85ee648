// The picture that a player shows, as a PNG.
import { stamp } from "./download.js";

/** `{ blob, name, width, height }`; rejects in words for people when there is none to be had. */
export async function takeSnapshot(surface, stream) {
  const copy = surface.copy();
  if (!copy) throw new Error("there is no picture yet");
  const blob = await new Promise((resolve, reject) => {
    try {
      copy.toBlob(resolve, "image/png");
    } catch {
      // Of another origin, and without its leave to be read: such a picture may only be shown.
      reject(new Error("this browser does not let the picture be read"));
    }
  });
  if (!blob) throw new Error("the picture could not be written");
  return { blob, name: `${stream} ${stamp(new Date())}.png`, width: copy.width, height: copy.height };
}
