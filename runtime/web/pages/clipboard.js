// Copying text, and saying so.
import { toast } from "./toast.js";

/** Copies `text` and shows `done`. Without https and beyond loopback a browser has no clipboard for pages; the text is then selected by hand. */
export async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast("The browser does not let this page copy; select the text instead");
  }
}
