// From a feed to the words of the banner. Pure: `npm test` runs it in node.

/** As many characters as fit on a picture. */
const MOST = 120;

/** The text at a JSON pointer (RFC 6901) of a feed, in one line. Throws, in words, what the feed does not have. */
export function banner(feed, pointer) {
  let value;
  try {
    value = JSON.parse(feed);
  } catch {
    throw 'the feed is not JSON';
  }
  for (const step of pointer.split('/').slice(1)) {
    value = value?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  if (!['string', 'number'].includes(typeof value)) throw `the feed has no text at ${pointer}`;
  const words = String(value).replaceAll(/\s+/g, ' ').trim();
  return words.length > MOST ? `${words.slice(0, MOST - 1)}…` : words;
}
