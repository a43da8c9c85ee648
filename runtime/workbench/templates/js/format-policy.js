// {{WHAT}}.
import { Choice } from 'framegate:plugin/viewers@0.1.0';
import { options } from './lifecycle.js';

export { lifecycle } from './lifecycle.js';

export const formatChooser = {
  choose(viewer) {
    const choice = new Choice(viewer.askedFormat() ?? viewer.accepts()[0] ?? 'image/jpeg');
    // A viewer is slow when it skips, or when what is written to it waits for half of the time.
    if (viewer.skipped() > 0.5 || viewer.writeWait() > 0.5) {
      choice.setWidth(options.narrow);
      choice.setQuality(60);
    }
    return choice;
  },
};
