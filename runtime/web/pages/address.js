// The addresses of this server: what the page's own says, and those it asks.

/** What a viewer may choose, in the order of the form; an absent value leaves the choice to the page and the server. `variant` is of video, the last three of stills. */
export const CHOICES = ["format", "variant", "quality", "width", "fps"];

/** The stream that `/watch/{stream}` names. */
export function streamOf(location) {
  const [, , name = ""] = location.pathname.split("/");
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The choices in a query, as `{ format: "video", … }` with only what is there. */
export function choicesOf(search) {
  const query = new URLSearchParams(search);
  return Object.fromEntries(CHOICES.filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
}

/** The page of one stream, with the choices. */
export function watchAddress(stream, choices = {}) {
  const query = new URLSearchParams(choices).toString();
  return `/watch/${encodeURIComponent(stream)}${query && `?${query}`}`;
}

/** The stream that `/dashboard/{stream}` names; `undefined` of `/dashboard/new`, which a query makes the page of a stream that is called so. */
export function managedOf(location) {
  const stream = streamOf(location);
  return stream === "new" && !location.search ? undefined : stream;
}

/** The dashboard's page of one stream, or of what `tab` names of it. */
export function manageAddress(stream, tab) {
  const query = tab ?? (stream === "new" ? "timeline" : "");
  return `/dashboard/${encodeURIComponent(stream)}${query && `?tab=${query}`}`;
}

/** The WebSocket of one stream; `query` as in a URL, without the question mark. */
export function socketAddress(stream, query) {
  const address = new URL(`/ws/${encodeURIComponent(stream)}`, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = query;
  return address.href;
}

/** The newest picture as a file. */
export function stillAddress(stream, format = "jpg") {
  return `/still/${encodeURIComponent(stream)}.${format}`;
}

/** The playlist for players of HLS. */
export function playlistAddress(stream) {
  return `/hls/${encodeURIComponent(stream)}/index.m3u8`;
}

/** The moving image for an `<img>`, and for players that know nothing else. */
export function mjpegAddress(stream) {
  return `/mjpeg/${encodeURIComponent(stream)}`;
}
