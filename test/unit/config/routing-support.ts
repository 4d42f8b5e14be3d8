/** Lines of addresses, routes and rules, each by itself in a good configuration. */
import type { Environment } from '../../../src/config/check/index.js';
import { load } from './support.js';

/** Block to lines: the line, whether keepalived takes it, what we say. */
export type EntryCases = Readonly<Record<string, readonly (readonly [string, boolean, string])[]>>;

/** Said of what is not built yet, whatever the line is. */
const UNBUILT = ['CONFIG_PLANNED', 'CONFIG_NOT_RUN'];

export const MACHINE: Environment = {
  interfaces: ['lo', 'eth0', 'eth1', 'eth2', 'eth3'],
  names: {
    table: new Map([['small', 77]]),
    dsfield: new Map([['AF11', 0x28]]),
    realm: new Map([['cosmos', 0]]),
    group: new Map([['default', 0]]),
    protocol: new Map([['keepalived', 18]]),
  },
};

/** A configuration with a block of these lines; the first of them is line 7. */
export function withEntries(block: string, lines: string): string {
  const head = 'track_group G {\ngroup { VI_1 }\n}\n';
  const instance = 'vrrp_instance VI_1 { interface eth0';
  const address = 'virtual_ipaddress { 192.0.2.254 }\n';
  if (block.startsWith('static_')) {
    return `${head}\n\n${block} {\n${lines}\n}\n${instance}\nvirtual_router_id 1\n${address}}\n`;
  }
  return `${head}${instance}\nvirtual_router_id 1\n${block} {\n${lines}\n}\n${block === 'virtual_ipaddress' ? '' : address}}\n`;
}

/** What is said of one line: `3 INVALID_VALUE, 9w REPEATED`; anything elsewhere with its line. */
export function checkEntry(block: string, line: string): string {
  return load(withEntries(block, line), MACHINE)
    .diagnostics.filter(({ code }) => !UNBUILT.includes(code))
    .map(({ at, severity, code }) => {
      const place = at.line === 7 ? `${at.column}` : `${at.line}:${at.column}`;
      return `${place}${severity === 'error' ? '' : 'w'} ${code.replace('CONFIG_', '')}`;
    })
    .join(', ');
}
