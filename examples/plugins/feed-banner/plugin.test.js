import assert from 'node:assert/strict';
import { test } from 'node:test';
import { banner } from './banner.js';
import { read } from './options.js';

const refusal = (work) => {
  try {
    work();
  } catch (told) {
    return told;
  }
  return undefined;
};

test('options are read, or refused with the place and the value', () => {
  assert.equal(read('{"fallback": "soon"}').field, '/text');
  assert.deepEqual(refusal(() => read('{"url": "ftp://x"}')), [
    { path: '/url', message: 'must be an http or https URL, got "ftp://x"' },
  ]);
  assert.equal(refusal(() => read('{"colour": 1, "field": "text"}')).length, 2);
});

test('the words are one line of the feed', () => {
  assert.equal(banner('{"text": " open\\n today "}', '/text'), 'open today');
  assert.equal(banner('{"a/b": [{"n": 7}]}', '/a~1b/0/n'), '7');
  assert.equal(banner(JSON.stringify({ text: 'x'.repeat(200) }), '/text').length, 120);
  assert.equal(refusal(() => banner('<html>', '/text')), 'the feed is not JSON');
  assert.equal(refusal(() => banner('{"text": {}}', '/text')), 'the feed has no text at /text');
});
