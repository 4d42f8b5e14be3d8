/** keepalived's statistics file (`keepalived.stats`). */
import type { Counters } from './counters.js';
import type { DumpView } from './view.js';

/** The text of `keepalived.stats`. */
export function renderStats({ vrrp, counters }: DumpView): string {
  return vrrp.instances
    .flatMap(({ name }) => {
      const counted = counters.get(name);
      return counted ? instanceLines(name, counted) : [];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function instanceLines(name: string, counted: Counters): string[] {
  return [
    `VRRP Instance: ${name}`,
    '  Advertisements:',
    `    Received: ${counted.advert_rcvd}`,
    `    Sent: ${counted.advert_sent}`,
    `  Became master: ${counted.become_master}`,
    `  Released master: ${counted.release_master}`,
    '  Packet Errors:',
    `    Length: ${counted.packet_len_err}`,
    `    TTL: ${counted.ip_ttl_err}`,
    `    Invalid Type: ${counted.invalid_type_rcvd}`,
    `    Advertisement Interval: ${counted.advert_interval_err}`,
    `    Address List: ${counted.addr_list_err}`,
    '  Authentication Errors:',
    `    Invalid Type: ${counted.invalid_authtype}`,
    `    Type Mismatch: ${counted.authtype_mismatch}`,
    `    Failure: ${counted.auth_failure}`,
    '  Priority Zero:',
    `    Received: ${counted.pri_zero_rcvd}`,
    `    Sent: ${counted.pri_zero_sent}`,
  ];
}
