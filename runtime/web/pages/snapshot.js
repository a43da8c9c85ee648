// Saving one picture as a file.
import { stillAddress } from "./address.js";
import { download, stamp } from "./download.js";
import { readProblem } from "./message.js";
import { toast } from "./toast.js";

/**
 * Saves the server's newest picture of `stream`: full size, whatever rendition is watched. When there is none to be had, what `view` still shows is
 * saved, and said to be that.
 */
export async function saveSnapshot(stream, view) {
  const name = `${stream} ${stamp(new Date())}.jpg`;
  let why;
  try {
    const answer = await fetch(stillAddress(stream), { cache: "no-store", signal: AbortSignal.timeout(15_000) });
    if (answer.ok) {
      download(await answer.blob(), name);
      toast(`Saved ${name}`);
      return;
    }
    why = await answer.json().then(
      (problem) => readProblem(problem).detail,
      () => `The server answered ${answer.status}`,
    );
  } catch {
    why = "The server does not answer";
  }
  const shown = await new Promise((resolve) => {
    const copy = view.copy();
    if (copy) copy.toBlob(resolve, "image/jpeg", 0.92);
    else resolve(null);
  });
  if (shown) download(shown, name);
  toast(shown ? `${why}. Saved the last picture shown instead` : `No snapshot: ${why}`);
}
