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

/** Microseconds as what a picture costs. */
export function cost(us) {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us >= 999_500) return `${Math.round(us / 1e5) / 10} s`;
  return `${us < 10_000 ? (us / 1000).toFixed(1) : Math.round(us / 1000)} ms`;
}

/** A share, from a number where 1 is all. */
export function share(part) {
  return `${part < 0.0995 ? Math.round(part * 1000) / 10 : Math.round(part * 100)} %`;
}

/** Bytes that are kept, in powers of two as the machine's other tools tell them. */
export function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(number, 1)) / 10), 3);
  const value = number / 1024 ** power;
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** How long, from milliseconds: the two largest units. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [large, small] = [parts[first], parts[first + 1]];
  const rest = small ? Math.floor((seconds % large[0]) / small[0]) : 0;
  return `${Math.floor(seconds / large[0])} ${large[1]}${rest ? ` ${rest} ${small[1]}` : ""}`;
}

/** A time of day, with its day where that is another than `now`'s. */
export function clock(ms, now = Date.now()) {
  const when = new Date(ms);
  const time = when.toLocaleTimeString("en-GB");
  return when.toDateString() === new Date(now).toDateString() ? time : `${when.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}
