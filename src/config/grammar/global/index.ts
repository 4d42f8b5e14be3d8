/** `global_defs`, a table for each subject. */
import { integer, text } from '../args.js';
import { outdated, setting } from '../keyword.js';
import { files } from './files.js';
import { firewall } from './firewall.js';
import { idle } from './idle.js';
import { lvsDefaults } from './lvs.js';
import { mail } from './mail.js';
import { processes } from './processes.js';
import { scripts } from './scripts.js';
import { vrrpDefaults } from './vrrp.js';

const MAX_UINT32 = 4_294_967_295;

export const globalDefs = {
  router_id: setting(text, 'A name for this machine; it is shown in the status.', {
    default: "the host's name",
  }),
  lvs_id: outdated('it is an old name that keepalived does not read any more', "'router_id'"),
  ...vrrpDefaults,
  ...lvsDefaults,
  ...mail,
  ...scripts,
  ...processes,
  ...firewall,
  ...files,
  ...idle,
  random_seed: setting(integer(0, MAX_UINT32), 'What the numbers of _RANDOM begin with.', {
    default: 'the time',
  }),
};
