// What one may here, by `GET /api/session`: asked once for a page.
import { ask } from "./api.js";

let asked;

/**
 * Whether one may `view`, `publish`, `control` or read `metrics` of a stream. Without its name: of any, of which there may be none. With `*`: of all, and what
 * is about none. Throws as `ask` does.
 */
export async function may(deed, stream) {
  return allows((await session()).may[deed], stream);
}

/** Whether there is anything for operators at this address. Throws as `ask` does. */
export async function isForOperators() {
  return (await session()).operators;
}

async function session() {
  asked ??= ask("/api/session");
  try {
    return (await asked).value;
  } catch (error) {
    asked = undefined;
    throw error;
  }
}

/** Whether patterns, in which `*` stands for any characters, have this name. */
export function allows(patterns, name) {
  if (name === undefined) return patterns.length > 0;
  if (name === "*") return patterns.includes("*");
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return patterns.some((pattern) => new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`).test(name));
}
