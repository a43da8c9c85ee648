// Reads of fragmented mp4 (ISO/IEC 14496-12) what a player must know before it appends: whether a fragment begins with a key frame, and when it is. Pure.

const UNDECODABLE_ALONE = 0x10000;

/** The boxes of `view` between `at` and `end`, as `{ kind, at, end }` of what they hold; what is cut off is left out. */
function* boxes(view, at, end) {
  while (at + 8 <= end) {
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= end) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    }
    if (size === 0) size = end - at;
    if (size < head || at + size > end) return;
    yield { kind: String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4)), at: at + head, end: at + size };
    at += size;
  }
}

function find(view, { at, end }, ...path) {
  let found = { at, end };
  for (const kind of path) {
    found = [...boxes(view, found.at, found.end)].find((box) => box.kind === kind);
    if (!found) return undefined;
  }
  return found;
}

/** Of an init segment (an ArrayBuffer): its tracks by number, `{ video, timescale, flags }`. */
export function readInit(bytes) {
  const view = new DataView(bytes);
  const moov = find(view, { at: 0, end: view.byteLength }, "moov");
  const tracks = new Map();
  for (const box of moov ? boxes(view, moov.at, moov.end) : []) {
    if (box.kind !== "trak") continue;
    const [head, media, handler] = [find(view, box, "tkhd"), find(view, box, "mdia", "mdhd"), find(view, box, "mdia", "hdlr")];
    if (!head || !media || !handler) continue;
    // Version 1 of both has times of 64 bits before what is read here.
    const number = view.getUint32(head.at + (view.getUint8(head.at) ? 20 : 12));
    const timescale = view.getUint32(media.at + (view.getUint8(media.at) ? 20 : 12));
    tracks.set(number, { video: view.getUint32(handler.at + 8) === 0x76696465, timescale, flags: 0 });
  }
  const extends_ = moov && find(view, moov, "mvex");
  for (const box of extends_ ? boxes(view, extends_.at, extends_.end) : []) {
    const track = box.kind === "trex" && tracks.get(view.getUint32(box.at + 4));
    if (track) track.flags = view.getUint32(box.at + 20);
  }
  return tracks;
}

/** Of a media fragment: `{ video, key, start }`, with `start` in seconds; `undefined` when it is none. That of its picture where it has one. */
export function readFragment(bytes, tracks) {
  let read;
  try {
    const view = new DataView(bytes);
    for (const moof of boxes(view, 0, view.byteLength)) {
      if (moof.kind !== "moof") continue;
      for (const traf of boxes(view, moof.at, moof.end)) {
        const run = traf.kind === "traf" && readRun(view, traf, tracks);
        if (run && (!read || (run.video && !read.video))) read = run;
      }
    }
  } catch {
    // A number where a box ends.
    return undefined;
  }
  return read;
}

function readRun(view, traf, tracks) {
  const [head, time, run] = ["tfhd", "tfdt", "trun"].map((kind) => find(view, traf, kind));
  const track = head && tracks.get(view.getUint32(head.at + 4));
  if (!track || !time || !run) return undefined;
  const start = Number(view.getUint8(time.at) ? view.getBigUint64(time.at + 4) : view.getUint32(time.at + 4)) / track.timescale;
  return { video: track.video, key: track.video && !(flagsOf(view, head, run, track) & UNDECODABLE_ALONE), start };
}

/** The flags of a run's first sample: its own, or those of its fragment, or those of its track. */
function flagsOf(view, head, run, track) {
  const said = view.getUint32(run.at);
  let at = run.at + 8 + (said & 0x1 ? 4 : 0);
  if (said & 0x4) return view.getUint32(at);
  if (said & 0x400) return view.getUint32(at + (said & 0x100 ? 4 : 0) + (said & 0x200 ? 4 : 0));
  const has = view.getUint32(head.at);
  if (!(has & 0x20)) return track.flags;
  at = head.at + 8;
  for (const [flag, size] of [[0x1, 8], [0x2, 4], [0x8, 4], [0x10, 4]]) if (has & flag) at += size;
  return view.getUint32(at);
}
