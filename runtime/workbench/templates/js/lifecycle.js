import { SCHEMA, read } from './options.js';

/** The options in force. */
export let options = read('{}');

export const lifecycle = {
  describe() {
    return JSON.stringify({
      name: '{{NAME}}',
      version: '0.1.0',
      description: '{{WHAT}}',
      options: SCHEMA,
    });
  },

  /** Throws a list of mistakes: that is how a `result` says no. */
  configure(text) {
    options = read(text);
  },
};
