/** The single settings at the top of a configuration: where the daemon runs. */
import { integer, none } from './args.js';
import { NOTIFIED } from './interfaces.js';
import { type Args, setting, withoutEffect } from './keyword.js';

const MAX_UINT32 = 4_294_967_295;

const optionalName: Args<string> = {
  syntax: '[<NAME>]',
  expects: 'a name, or nothing for the default namespace',
  min: 0,
  max: 1,
  parse: ([word]) => word?.text ?? '',
};

const wholeSeconds: Args<number> = {
  ...integer(0, MAX_UINT32, 'seconds'),
  syntax: '<SECONDS>',
};

/** It becomes a part of the names of files. */
const placeName: Args<string> = {
  syntax: '<NAME>',
  expects: 'a name',
  min: 1,
  max: 1,
  parse([word], report) {
    if (!word || !/^\.{0,2}$|\//.test(word.text)) return word?.text;
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' cannot be part of the name of a file`,
      expected: 'a name without a slash',
    });
    return undefined;
  },
};

export const top = {
  net_namespace: setting(
    placeName,
    'The network namespace that the daemon runs in. A reload does not change it.',
    { firstCounts: true },
  ),
  net_namespace_ipvs: setting(
    optionalName,
    'The network namespace that IPVS is set up in; nothing: the one the machine started with. A reload does not change it.',
    { firstCounts: true },
  ),
  namespace_with_ipsets: withoutEffect(
    setting(none, 'Sets are used in a namespace on kernels before 3.13.'),
    'sets are used wherever they are needed',
  ),
  instance: setting(
    placeName,
    'A name for this daemon, where several run on one machine: its pid files are /run/keepalived/keepalived_NAME.pid and the like, its other files are in a folder of their own. A reload does not change it.',
    { firstCounts: true },
  ),
  use_pid_dir: setting(
    none,
    'The pid files are keepalived.pid, vrrp.pid and checkers.pid in /run/keepalived. A reload does not change it.',
  ),
  child_wait_time: setting(
    wholeSeconds,
    'How long the other processes may take to exit before they are killed; at least 0.3 s. The unit of systemd has its own bound, TimeoutStopSec.',
    { default: '1.5' },
  ),
  linkbeat_use_polling: withoutEffect(
    setting(none, 'The state of every link is polled rather than notified.'),
    NOTIFIED,
  ),
};
