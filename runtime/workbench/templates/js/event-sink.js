// {{WHAT}}.
import { Request } from 'framegate:plugin/http@0.1.0';
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

export const eventReceiver = {
  /** Throws a failure: `again` in so many milliseconds (0: the host's own), or `refused`. */
  deliver(event) {
    const request = new Request('POST', options.url);
    request.addHeader('content-type', 'application/json');
    request.setBody(new TextEncoder().encode(body(event)));
    let status;
    try {
      status = request.send().status();
    } catch (error) {
      if (error.payload?.tag === 'not-granted') throw { tag: 'refused', val: error.payload.val };
      throw { tag: 'again', val: 0 };
    }
    // What the other side does not understand it will not understand later.
    if (status >= 400 && status < 500) throw { tag: 'refused', val: `the answer's status is ${status}` };
    if (status < 200 || status >= 300) throw { tag: 'again', val: 0 };
  },
};

function body(event) {
  return JSON.stringify({
    id: Number(event.id()),
    kind: event.kind(),
    stream: event.streamName(),
    plugin: event.pluginName(),
    time_ms: Number(event.time() / 1_000_000n),
    data: JSON.parse(event.data()),
  });
}
