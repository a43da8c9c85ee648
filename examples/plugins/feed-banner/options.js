// The options of a stream, from the JSON that `streams.toml` gives. Pure: `npm test` runs it in node.

const DEFAULTS = { url: 'http://127.0.0.1:8000/banner.json', field: '/text', fallback: '' };

/** What a stream may set, as JSON Schema: for editors and people. */
export const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    url: { type: 'string', default: DEFAULTS.url, description: 'where the feed is; grant its host' },
    field: { type: 'string', default: DEFAULTS.field, description: 'where in the feed the text is: a JSON pointer' },
    fallback: { type: 'string', default: DEFAULTS.fallback, description: 'what is shown until the feed came' },
  },
};

/** Reads them, or throws all that is wrong: where (a JSON pointer), and the rule with the value. */
export function read(text) {
  const written = JSON.parse(text);
  const mistakes = [];
  for (const [key, value] of Object.entries(written)) {
    if (!(key in DEFAULTS)) mistakes.push({ path: `/${key}`, message: 'there are `url`, `field` and `fallback`' });
    else if (typeof value !== 'string') mistakes.push({ path: `/${key}`, message: `must be text, got ${JSON.stringify(value)}` });
  }
  const options = { ...DEFAULTS, ...written };
  if (!/^https?:\/\//.test(options.url)) mistakes.push({ path: '/url', message: `must be an http or https URL, got ${JSON.stringify(options.url)}` });
  if (!String(options.field).startsWith('/')) mistakes.push({ path: '/field', message: `must begin with "/", got ${JSON.stringify(options.field)}` });
  if (mistakes.length > 0) throw mistakes;
  return options;
}
