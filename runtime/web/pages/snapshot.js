// Saving one picture as a file.
import { stillAddress } from "./address.js";
import { download, stamp } from "./download.js";
import { readProblem } from "./message.js";
import { toast } from "./toast.js";

/**
 * Saves the server's newest picture of `stream`: full size, whatever rendition is watched. When there is none to be had, `shown` is saved, the Blob
 * (or a promise of one) of what is in sight, and said to be that.
 */
export async function saveSnapshot(stream, shown) {
  const name = `${stream} ${stamp(new Date())}`;
  let why;
  try {
    const answer = await fetch(stillAddress(stream), { cache: "no-store", signal: AbortSignal.timeout(15_000) });
    if (answer.ok) {
      save(await answer.blob(), name);
      return;
    }
    why = await answer.json().then(
      (problem) => readProblem(problem).detail,
      () => `The server answered ${answer.status}`,
    );
  } catch {
    why = "The server does not answer";
  }
  const last = await shown;
  if (last) save(last, name, `${why}. Saved the last picture shown instead`);
  else toast(`No snapshot: ${why}`);
}

function save(blob, name, says) {
  const file = `${name}.${blob.type === "image/png" ? "png" : "jpg"}`;
  download(blob, file);
  toast(says ?? `Saved ${file}`);
}
