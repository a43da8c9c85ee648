// What a JSON Schema says of a value, for a form: which kind of field it wants, how it is called, and what is wrong with it. Pure.
// Only what the schemas of streams and plugins use is understood; anything else is written as JSON, and judged by the server.

/** "text", "number", "switch", "choice", "words" (texts), "list" (of objects), "group" (an object's keys), "map" (texts by name) or "json". */
export function kindOf(schema) {
  if (Array.isArray(schema.enum)) return "choice";
  if (schema.type === "string") return "text";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "boolean") return "switch";
  if (schema.type === "array") return schema.items?.type === "string" && !schema.items.enum ? "words" : schema.items?.type === "object" ? "list" : "json";
  if (schema.type === "object" && schema.properties) return "group";
  if (schema.type === "object" && schema.additionalProperties?.type === "string") return "map";
  return "json";
}

/** Whether a person would write it as a line or two, and not as a form of its own. */
export function isPlain(schema) {
  return ["text", "number", "switch", "choice", "words"].includes(kindOf(schema));
}

/** `max_viewers` as people say it. */
export function titleOf(key, schema = {}) {
  const words = schema.title ?? key.replaceAll(/[_-]/g, " ");
  return /^(hls|fps|gop|url)$/.test(words) ? words.toUpperCase() : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Secrets are not shown, neither those that the server hides. */
export function isSecret(key, value) {
  return value === "***" || /password|secret|token/.test(key);
}

/** Values of one key that a person may choose from, or take as an example. */
export function examplesOf({ examples = [] }) {
  return examples.filter((example) => typeof example !== "object" && !/\$\{|^file:/.test(String(example))).map(String);
}

/** The address of a key below another: `plugins[0].options`. */
export function below(path, key) {
  if (typeof key === "number") return `${path}[${key}]`;
  return path ? `${path}.${key}` : key;
}

/** Every mistake in `value` that can be seen from here, each `{ key, detail }` as the server would tell it. */
export function mistakesIn(schema, value, path = "") {
  if (value === undefined) return [];
  const wrong = (detail) => [{ key: path, detail }];
  switch (kindOf(schema)) {
    case "choice":
      return schema.enum.includes(value) ? [] : wrong(`must be one of ${schema.enum.join(", ")}`);
    case "number":
      return isNumber(schema, value) ? [] : wrong(`must be ${numberRule(schema)}, got ${JSON.stringify(value)}`);
    case "text":
      return textMistake(schema, value, wrong);
    case "words":
    case "list":
      return [...countMistake(schema, value, wrong), ...value.flatMap((each, at) => mistakesIn(schema.items, each, below(path, at)))];
    case "group":
      return groupMistakes(schema, value, path);
    default:
      return [];
  }
}

function groupMistakes({ properties, required = [] }, value, path) {
  if (value === null || typeof value !== "object") return [];
  const missing = required.filter((key) => value[key] === undefined && properties[key] && isNeeded(properties[key]));
  return [
    ...missing.map((key) => ({ key: below(path, key), detail: "is missing" })),
    ...Object.entries(properties).flatMap(([key, schema]) => mistakesIn(schema, value[key], below(path, key))),
  ];
}

/** Lists and sections that are not written are empty ones, whatever a schema made of types says. */
export function isNeeded(schema) {
  const kind = kindOf(schema);
  return schema.default === undefined && (["text", "number", "choice"].includes(kind) || (schema.minItems ?? 0) > 0);
}

function countMistake({ minItems = 0, maxItems = Infinity }, value, wrong) {
  if (value.length < minItems) return wrong(`needs ${minItems} at least`);
  return value.length > maxItems ? wrong(`may have ${maxItems} at most`) : [];
}

function textMistake({ pattern, examples }, value, wrong) {
  if (typeof value !== "string") return wrong("must be a text");
  if (value === "***" || !pattern || new RegExp(pattern, "u").test(value)) return [];
  const like = examplesOf({ examples });
  const duration = pattern.includes("(us|ms|s|m|h)");
  const bytes = pattern.includes("KiB");
  if (duration) return wrong(`must be a duration such as 500ms, 15s or 2m, got ${JSON.stringify(value)}`);
  if (bytes) return wrong(`must be a size such as 512KiB or 50MiB, got ${JSON.stringify(value)}`);
  if (pattern.startsWith("^#") || pattern.startsWith("^(none|#")) return wrong(`must be a colour such as #ffcc00, got ${JSON.stringify(value)}`);
  return wrong(like.length ? `must be written like ${like.join(", ")}, got ${JSON.stringify(value)}` : `cannot be ${JSON.stringify(value)}`);
}

function isNumber({ type, minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity }, value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return (type === "number" || Number.isInteger(value)) && value >= minimum && value <= maximum && value > exclusiveMinimum;
}

/** The rule in words: "a whole number from 1 to 100". */
export function numberRule({ type, minimum, maximum, exclusiveMinimum }) {
  const what = type === "integer" ? "a whole number" : "a number";
  const least = minimum !== undefined ? `from ${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : "";
  const most = maximum !== undefined ? `${least ? (minimum === undefined ? "and up " : "") : "up "}to ${maximum}` : "";
  return [what, least, most].filter(Boolean).join(" ");
}
