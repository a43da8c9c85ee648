// Numbers as people read them, always with their unit.

/** Pictures a second. */
export function rate(perSecond) {
  if (!Number.isFinite(perSecond)) return "";
  return `${perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond)}/s`;
}

/** Bytes a second, in powers of ten. */
export function flow(bytesPerSecond) {
  if (!Number.isFinite(bytesPerSecond)) return "";
  if (bytesPerSecond >= 999_500) return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
  return `${Math.round(bytesPerSecond / 1e3)} kB/s`;
}

/** How long ago, from milliseconds; coarse, since it is read at a glance. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** A count with its noun. */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Bits a second, in powers of ten. */
export function bits(perSecond) {
  if (perSecond >= 999_500) return `${(perSecond / 1e6).toFixed(perSecond < 9_950_000 ? 1 : 0)} Mbit/s`;
  return `${Math.round(perSecond / 1e3)} kbit/s`;
}

/** One of the ways in which a video is offered, as the server tells them. */
export function variant({ name, width, height, bits_per_second: rate }) {
  return [name, width && height && size({ width, height }), rate && bits(rate)].filter(Boolean).join(", ");
}

/** A picture's size in pixels. */
export function size({ width, height }) {
  return `${width} × ${height}`;
}
