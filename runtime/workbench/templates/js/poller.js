// {{WHAT}}.
import { Request } from 'framegate:plugin/http@0.1.0';
import { set } from 'framegate:plugin/state@0.1.0';
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

/** Where the text is kept, for the plugin's other roles. */
const KEY = 'text';
/** As many bytes as are kept: `state` holds 64 kB. */
const MOST = 4096;

export const ticker = {
  /** Throws what goes wrong, as text. */
  tick() {
    let response;
    try {
      response = new Request('GET', options.url).send();
    } catch (error) {
      throw JSON.stringify(error.payload ?? String(error));
    }
    if (response.status() !== 200) throw `the answer's status is ${response.status()}`;
    set(KEY, response.body().subarray(0, MOST));
  },
};
