// {{WHAT}}.
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

export const accessDecider = {
  decide(applicant) {
    const token = applicant.token();
    if (options.token === '') return { tag: 'refuse', val: 'the option `token` is not set' };
    if (token === undefined) return { tag: 'challenge' };
    return isSame(token, options.token) ? { tag: 'allow' } : { tag: 'refuse', val: 'another token' };
  },
};

/** Takes as long for a wrong token as for one that is nearly right. */
function isSame(a, b) {
  if (a.length !== b.length) return false;
  let differs = 0;
  for (let i = 0; i < a.length; i += 1) differs |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return differs === 0;
}
