// A video that no camera took: `clip.mp4`, two seconds of H.264 with a fragment for each picture, over and over on one clock.
// It is ffmpeg's `testsrc2`, 320 by 180, 15 pictures a second, `-movflags empty_moov+default_base_moof+frag_every_frame`, timescale 90000.
const PERIOD_MS = 1_000 / 15;
const TICKS = 90_000 / 15;

export const MIME = 'video/mp4; codecs="avc1.42c015"';

const taken = fetch(new URL("clip.mp4", import.meta.url)).then(async (answer) => {
  const bytes = await answer.arrayBuffer();
  const view = new DataView(bytes);
  const parts = [];
  let start = 0;
  for (let at = 0, end; at + 8 <= bytes.byteLength; at = end) {
    end = at + view.getUint32(at);
    const kind = String.fromCharCode(...new Uint8Array(bytes, at + 4, 4));
    if (kind !== "moov" && kind !== "mdat") continue;
    parts.push(bytes.slice(start, end));
    start = end;
  }
  return { init: parts[0], fragments: parts.slice(1) };
});

/** Sends `pictures` of them, in their time, as `/ws/{stream}?format=mp4` does. */
export async function film(socket, pictures = Infinity) {
  const { init, fragments } = await taken;
  socket.say({ type: "video", mime: MIME, width: 320, height: 180, sound: false });
  socket.push(init.slice(0));
  for (let at = 0; at < pictures && !socket.over; at += 1) {
    socket.push(timed(fragments[at % fragments.length].slice(0), at * TICKS));
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}

/** With another decode time: version 1 of `tfdt`, as ffmpeg writes it. */
function timed(bytes, ticks) {
  const text = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(200, bytes.byteLength)));
  new DataView(bytes).setBigUint64(text.indexOf("tfdt") + 8, BigInt(ticks));
  return bytes;
}
