/** `track_group`. */
import { none } from './args.js';
import { entries } from './keyword.js';

export const trackGroup = {
  group: entries(none, '<VRRP_INSTANCE>', 'The instances that fail with what they track.', {
    firstCounts: true,
  }),
};
