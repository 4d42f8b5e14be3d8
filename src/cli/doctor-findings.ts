/** What a director's machine should be like for its configuration, compared with what it is like. */
import { familyOf, type Ip } from '../base/ip.js';
import type { CheckerSettings } from '../checker/settings.js';
import { type SysctlInput, wantedSysctls } from '../ipvs/sysctls.js';

/** One thing that was looked at. */
export interface Finding {
  /** What it is about: the name of a sysctl, mostly. */
  readonly what: string;
  /** As it is; missing: this kernel has none. */
  readonly value?: string;
  readonly wanted: string;
  readonly verdict: 'ok' | 'wrong' | 'later';
  readonly why: string;
}

/** The machine as the findings see it. */
export interface Machine {
  /** A file under /proc/sys as one line; `undefined`: there is none. */
  sysctl(path: string): string | undefined;
  /** Addresses by interface, with the length of their networks' prefix. */
  readonly addresses: readonly Address[];
  /** The way to an address; `undefined`: it was not looked for. */
  route(address: Ip): Way | undefined;
  /** The daemon runs: what it sets is to be set. */
  readonly isRunning: boolean;
}

/** How packets to an address leave: why they do not, or by which router; neither: on the wire. */
export interface Way {
  readonly problem?: string;
  readonly gateway?: Ip;
}

export interface Address {
  readonly interface: string;
  readonly address: Ip;
  /** Whether an address is in the same network. */
  readonly covers: (address: Ip) => boolean;
}

/** Everything that was looked at, in a fixed order. */
export function findings(
  settings: CheckerSettings,
  input: SysctlInput,
  machine: Machine,
): Finding[] {
  if (settings.virtualServers.length === 0) return [];
  return [
    ...switches(input, machine),
    ...forwarding(settings, machine),
    ...redirects(settings, machine),
    ...addressResolution(settings, machine),
    ...ways(settings, machine),
  ];
}

/** `net.ipv4.vs.*`: the daemon sets them, so that they may be otherwise while it does not run. */
function switches(input: SysctlInput, { sysctl, isRunning }: Machine): Finding[] {
  return wantedSysctls(input).map(({ name, value: wanted, why }) => {
    const value = sysctl(`net/ipv4/vs/${name}`);
    const later = isRunning ? 'wrong' : 'later';
    return found(`net.ipv4.vs.${name}`, value, wanted, value === wanted ? 'ok' : later, why);
  });
}

function forwarding({ virtualServers }: CheckerSettings, { sysctl }: Machine): Finding[] {
  const families = new Set(
    virtualServers.flatMap(({ realServers }) =>
      [...realServers]
        .filter(({ method }) => method === 'NAT')
        .map(({ address }) => familyOf(address)),
    ),
  );
  return [...families].sort().map((family) => {
    const path = family === 4 ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding';
    const value = sysctl(path);
    const why = 'real servers of NAT answer through this machine';
    return found(dotted(path), value, '1', value === '1' ? 'ok' : 'wrong', why);
  });
}

/** With clients and real servers of NAT in one network answers must not be told a shorter way. */
function redirects({ virtualServers }: CheckerSettings, machine: Machine): Finding[] {
  const interfaces = new Set<string>();
  for (const { id, realServers } of virtualServers) {
    if (id.kind !== 'address') continue;
    for (const each of machine.addresses) {
      const servers = [...realServers].filter(({ method }) => method === 'NAT');
      if (each.covers(id.address) && servers.some(({ address }) => each.covers(address))) {
        interfaces.add(each.interface);
      }
    }
  }
  return [...interfaces].sort().flatMap((name) =>
    // The kernel sends them if either says so.
    ['all', name].map((one) => {
      const path = `net/ipv4/conf/${one}/send_redirects`;
      const value = machine.sysctl(path);
      const why = `clients and real servers of NAT share the network of ${name}: they must not be sent around this machine`;
      return found(dotted(path), value, '0', value === '0' ? 'ok' : 'wrong', why);
    }),
  );
}

/** A director that serves as well has the address on `lo`, and must not answer ARP for it. */
function addressResolution({ virtualServers }: CheckerSettings, machine: Machine): Finding[] {
  const loopback = new Set(
    machine.addresses.filter((each) => each.interface === 'lo').map(({ address }) => address),
  );
  const held = virtualServers.find(
    ({ id, realServers }) =>
      id.kind === 'address' &&
      familyOf(id.address) === 4 &&
      loopback.has(id.address) &&
      [...realServers].some(({ method }) => method !== 'NAT'),
  );
  if (held?.id.kind !== 'address') return [];
  const why = `${held.id.address} is on lo: only the director that is MASTER may answer for it`;
  return [
    ['arp_ignore', '1'],
    ['arp_announce', '2'],
  ].map(([name, wanted]) => {
    const path = `net/ipv4/conf/all/${name}`;
    const value = machine.sysctl(path);
    const isGood = value !== undefined && Number(value) >= Number(wanted);
    return found(dotted(path), value, wanted as string, isGood ? 'ok' : 'wrong', why);
  });
}

/** Servers that no route leads to, and those of DR behind a router: it would send packets back. */
function ways({ virtualServers }: CheckerSettings, machine: Machine): Finding[] {
  const told = new Map<string, Finding>();
  for (const { realServers, sorryServer } of virtualServers) {
    for (const { address, method } of sorryServer ? [...realServers, sorryServer] : realServers) {
      const way = machine.route(address);
      if (!way) continue;
      const { problem, gateway } = way;
      const what = `route to ${address}`;
      if (problem !== undefined) {
        const why = 'nothing can be sent to this server';
        told.set(what, found(what, problem, 'a route', 'wrong', why));
      } else if (method === 'DR' && gateway !== undefined) {
        const why = 'DR hands packets over on the wire; the router would send them back here';
        told.set(what, found(what, `via ${gateway}`, 'none by a router', 'wrong', why));
      }
    }
  }
  return [...told.values()];
}

function found(
  what: string,
  value: string | undefined,
  wanted: string,
  verdict: Finding['verdict'],
  why: string,
): Finding {
  return { what, ...(value === undefined ? {} : { value }), wanted, verdict, why };
}

function dotted(path: string): string {
  return path.replaceAll('/', '.');
}
