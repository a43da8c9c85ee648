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
  assert.deepEqual(read('{}'), { {{KEY}}: {{DEFAULT}} });
  assert.deepEqual(read('{"{{KEY}}": {{MOST}}}'), { {{KEY}}: {{MOST}} });
  assert.deepEqual(refusal('{"{{KEY}}": 0}'), [{ path: '/{{KEY}}', message: 'must be {{LEAST}} to {{MOST}}, got 0' }]);
  assert.equal(refusal('{"{{KEY}}": "x", "colour": 1}').length, 2);
});
