/** The single settings at the top of a configuration: where the daemon runs. */
import { integer, none, text } from './args.js';
import { NOTIFIED } from './interfaces.js';
import { type Args, planned, setting, withoutEffect } from './keyword.js';

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

const PID_PLACE = 'the pid file is where it always is, or where --pid says';

export const top = {
  net_namespace: setting(
    text,
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
  instance: planned(
    setting(text, 'A name for this daemon, where several run in one namespace.', {
      firstCounts: true,
    }),
    PID_PLACE,
  ),
  use_pid_dir: planned(setting(none, 'The pid file is in a folder of its own.'), PID_PLACE),
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
