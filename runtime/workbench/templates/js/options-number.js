// The options of a stream, from the JSON that `streams.toml` gives. Pure: `npm test` runs it in node.

/** What a stream may set, as JSON Schema: for editors and people. */
export const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    {{KEY}}: {
      type: 'integer',
      minimum: {{LEAST}},
      maximum: {{MOST}},
      default: {{DEFAULT}},
      description: '{{MEANING}}',
    },
  },
};

/** Reads them, or throws all that is wrong: where (a JSON pointer), and the rule with the value. */
export function read(json) {
  const { {{KEY}} = {{DEFAULT}}, ...unknown } = JSON.parse(json);
  const mistakes = Object.keys(unknown).map((key) => ({ path: `/${key}`, message: 'there is only `{{KEY}}`' }));
  if (!Number.isInteger({{KEY}}) || {{KEY}} < {{LEAST}} || {{KEY}} > {{MOST}}) {
    mistakes.push({ path: '/{{KEY}}', message: `must be {{LEAST}} to {{MOST}}, got ${JSON.stringify({{KEY}})}` });
  }
  if (mistakes.length > 0) throw mistakes;
  return { {{KEY}} };
}
