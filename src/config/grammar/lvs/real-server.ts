/** `real_server`. */
import { bool, integer, text } from '../args.js';
import { setting, withoutEffect } from '../keyword.js';
import { script } from '../script.js';
import { addressRange } from './address-range.js';
import { checks } from './checkers.js';
import { method } from './method.js';
import { MAX_UINT32, MAX_WEIGHT, serverRetry, timing } from './timing.js';

/** Where FULLNAT's connections come from, for a server or all of a service. */
export const snatAddress = setting(
  addressRange,
  "The address, or the range, that FULLNAT's connections to the server come from; a word of tandem's own.",
  { default: 'the address of the interface by which the server is reached' },
);

export const snmpName = withoutEffect(
  setting(text, 'A name for SNMP.'),
  'tandem has no SNMP, the name is not used',
);

export const realServer = {
  weight: setting(integer(0, MAX_WEIGHT), 'The share of connections; 0: none.', {
    default: "1, or the virtual server's",
  }),
  lvs_method: setting(method, 'How packets reach the server.', { default: "the virtual server's" }),
  snat_address: snatAddress,
  inhibit_on_failure: setting(bool, 'A failed server stays in the table with weight 0.', {
    default: "the virtual server's",
  }),
  alpha: setting(bool, 'The server is out of service until its checks have succeeded once.', {
    default: "the virtual server's",
  }),
  uthreshold: setting(
    integer(0, MAX_UINT32),
    'Connections at which the server gets no more; 0: no limit.',
    { default: '0' },
  ),
  lthreshold: setting(
    integer(0, MAX_UINT32),
    'Connections below which it gets new ones again; 0: three quarters of uthreshold.',
    { default: '0' },
  ),
  ...timing,
  retry: serverRetry,
  virtualhost: setting(text, 'The Host header of HTTP_GET and SSL_GET.', {
    default: "the virtual server's",
  }),
  notify_up: setting(script, 'The command to run when the server has come into service.', {
    firstCounts: true,
  }),
  notify_down: setting(script, 'The command to run when the server has gone out of service.', {
    firstCounts: true,
  }),
  smtp_alert: setting(bool, 'A mail is sent when the server goes out of service or comes back.', {
    default: 'smtp_alert_checker or smtp_alert of global_defs, else yes',
  }),
  ...checks,
  snmp_name: snmpName,
};
