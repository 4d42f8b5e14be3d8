/** The options that kinds of checks share. */
import { address, bool, integer, interfaceName } from '../args.js';
import { planned, setting } from '../keyword.js';
import { checkRetry, MAX_UINT32, repetition, timing } from './timing.js';

/** What happens to a service that needs what is not built. */
export const NOT_RUN = 'the service is not run';

export const alpha = setting(bool, 'The check counts as failed until it has succeeded once.', {
  default: "the real server's",
});

const judging = {
  retry: checkRetry,
  alpha,
  log_all_failures: planned(
    setting(bool, 'Failures are logged while the server is down, too.', {
      default: 'checker_log_all_failures',
    }),
    'only changes are logged',
  ),
};

/** Of a check that is repeated and makes no connection. */
export const repeatedCheck = { ...repetition, ...judging };

/** Of a check that connects or sends packets. */
export const connectionCheck = {
  connect_ip: setting(address, 'The address to connect to.', { default: "the real server's" }),
  connect_port: setting(integer(1, 65535), 'The port to connect to.', {
    default: "the real server's",
  }),
  bindto: setting(address, 'The address to connect from.'),
  bind_if: planned(
    setting(interfaceName, 'The interface to connect by; a link-local address needs it.'),
    NOT_RUN,
  ),
  bind_port: setting(integer(1, 65535), 'The port to connect from.'),
  fwmark: setting(integer(0, MAX_UINT32), "A mark on the check's packets.", { default: '0' }),
  ...timing,
  ...judging,
};
