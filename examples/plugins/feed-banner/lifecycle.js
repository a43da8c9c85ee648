import { SCHEMA, read } from './options.js';

/** The options in force. */
export let options = read('{}');

export const lifecycle = {
  describe() {
    return JSON.stringify({
      name: 'feed-banner',
      version: '0.1.0',
      description: 'Shows a line of a JSON feed as a banner',
      options: SCHEMA,
    });
  },

  /** Throws a list of mistakes: that is how a `result` says no. */
  configure(text) {
    options = read(text);
  },
};
