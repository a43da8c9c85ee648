// JSON Merge Patch (RFC 7396): from one configuration to another, and the differences for people. Pure.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Whether two JSON values say the same. */
export function same(a, b) {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, at) => same(each, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}

/** What makes `after` of `before`; what the two share is not in it, and so secrets that the server hides stay. */
export function patchBetween(before, after) {
  const patch = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[key], after[key]];
    if (same(was, is)) continue;
    if (is === undefined) patch[key] = null;
    else patch[key] = isObject(was) && isObject(is) ? patchBetween(was, is) : is;
  }
  return patch;
}

/** `value` with `patch` on it. */
export function patched(value, patch) {
  if (!isObject(patch)) return patch;
  const made = isObject(value) ? { ...value } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete made[key];
    else made[key] = patched(made[key], change);
  }
  return made;
}

/** Every key that differs, `{ key, before, after }`, `undefined` where there is none: down to plain values, through lists too. */
export function differences(before, after, path = "") {
  if (same(before, after)) return [];
  const inside = (keys, name) => keys.flatMap((key) => differences(before[key], after[key], name(key)));
  if (isObject(before) && isObject(after)) {
    return inside([...new Set([...Object.keys(before), ...Object.keys(after)])], (key) => (path ? `${path}.${key}` : key));
  }
  const lists = Array.isArray(before) && Array.isArray(after);
  if (lists && [...before, ...after].every(isObject)) {
    return inside([...Array(Math.max(before.length, after.length)).keys()], (at) => `${path}[${at}]`);
  }
  return [{ key: path, before, after }];
}

/** A value as it stands in a list of differences. */
export function written(value) {
  if (value === undefined) return "not written";
  if (typeof value === "string") return value === "***" ? "as it was" : value;
  return JSON.stringify(value);
}

/** `patch` without what the server hides: a page cannot write back what it never saw. */
export function withoutHidden(patch) {
  if (!isObject(patch)) return patch;
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== "***").map(([key, value]) => [key, withoutHidden(value)]));
}
