import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from './options.js';

const refusal = (text) => {
  try {
    read(text);
  } catch (mistakes) {
    return mistakes;
  }
  return [];
};

test('options are read, or refused with the place and the value', () => {
  assert.deepEqual(read('{}'), { {{KEY}}: '{{DEFAULT}}' });
  assert.deepEqual(read('{"{{KEY}}": "x"}'), { {{KEY}}: 'x' });
  assert.deepEqual(refusal('{"{{KEY}}": 7}'), [{ path: '/{{KEY}}', message: 'must be text, got 7' }]);
  assert.equal(refusal('{"{{KEY}}": 7, "colour": 1}').length, 2);
});
