// What a form about a stream is made from: the server's schema, the names of plugins, and the schemas of their options.
import { ask } from "./api.js";

let asked;

/** `{ schema, tools }`, asked for once; throws where the server does not tell the schema. */
export function toolsOf() {
  asked ??= load();
  asked.catch(() => (asked = undefined));
  return asked;
}

/** The schema is the file's too; what is read from the machine is refused of what comes by the API, and not offered here. */
function offered(schema) {
  const properties = Object.entries(schema.properties).map(([key, { description, ...rest }]) => [
    key,
    { ...rest, description: description?.replace(/; `\$\{VARIABLE\}`[^.]*\./, ".").replace(/, `file:\/\/…` \([^)]*\)/, "") },
  ]);
  const made = structuredClone({ ...schema, properties: Object.fromEntries(properties) });
  delete made.properties.hls?.properties?.storage;
  return made;
}

async function load() {
  const [{ value: schema }, plugins] = await Promise.all([ask("/api/schemas/stream"), ask("/api/plugins").catch(() => undefined)]);
  const uses = plugins?.value.plugins.map(({ name }) => name) ?? [];
  const known = new Map();
  const optionsOf = (name) => {
    // One that is not loaded is not asked for: its options are written as JSON, and judged by the server.
    if (!uses.includes(name)) return Promise.resolve(undefined);
    if (!known.has(name)) known.set(name, ask(`/api/plugins/${encodeURIComponent(name)}`).then(({ value }) => value.options ?? undefined, () => undefined));
    return known.get(name);
  };
  return { schema: offered(schema), tools: { uses, optionsOf } };
}
