// Takes `multipart/x-mixed-replace` apart, as `/mjpeg/` sends it: each part has its Content-Length. Pure.

/** Bytes of a part, and of what stands before it. */
const MOST = 16 << 20;
const MOST_HEAD = 4 << 10;

export class Multipart {
  #rest = new Uint8Array(0);

  /** Takes bytes as they came, and returns the parts that are whole by now. A stream that is not understood throws. */
  push(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const parts = [];
    let at = 0;
    for (let part = partAt(all, at); part; part = partAt(all, at)) {
      parts.push(all.slice(part.start, part.end).buffer);
      at = part.end;
    }
    this.#rest = all.slice(at);
    return parts;
  }
}

function partAt(bytes, from) {
  const head = new TextDecoder("latin1").decode(bytes.subarray(from, from + MOST_HEAD));
  const end = head.indexOf("\r\n\r\n");
  if (end < 0) {
    if (head.length === MOST_HEAD) throw new Error("a part has no end of its header");
    return undefined;
  }
  const length = Number(/content-length: *(\d+)/i.exec(head.slice(0, end))?.[1]);
  if (!(length <= MOST)) throw new Error("a part does not say its length");
  const start = from + end + 4;
  return start + length <= bytes.length ? { start, end: start + length } : undefined;
}
