/**
 * FULLNAT's rules as text of iptables-save(8), for kernels whose nftables cannot translate. They are in
 * chains of our own, to which the built-in ones jump. What they ask is what the tables of nftables ask,
 * but one rule after the other: a service whose servers all get the same source needs only one. Pure.
 */
import type { Family } from '../base/ip.js';
import type { IptablesTable, OwnedChain } from './owned-chains.js';
import {
  type AddressPool,
  poolKey,
  type TranslatedServer,
  type TranslatedService,
} from './source-nat.js';

/** Our chain in each table; nothing else may use it. */
export const SOURCE_NAT_CHAIN = 'TANDEM-FULLNAT';

/** In both tables it is the first. */
export const SOURCE_NAT_CHAINS: readonly OwnedChain[] = [
  { table: 'nat', parent: 'POSTROUTING', chain: SOURCE_NAT_CHAIN },
  { table: 'filter', parent: 'INPUT', chain: SOURCE_NAT_CHAIN },
];

/** `-m ipvs --ipvs`: the packet comes from IPVS. */
const FROM_IPVS = '-m ipvs --ipvs';

/** The rules of our chain in a table: what follows `-A CHAIN`. */
export function iptablesRules(
  table: IptablesTable,
  family: Family,
  all: readonly TranslatedService[],
): string[] {
  const services = all.filter((service) => service.family === family);
  return [...new Set(services.flatMap(table === 'nat' ? translations : strays))];
}

function translations(service: TranslatedService): string[] {
  const { id, servers, uniform } = service;
  const [first] = servers;
  if (uniform && first && id.kind === 'address') return [`${toService(service)} ${jump(first)}`];
  return servers.map(
    (server) => `${toService(service)}${toServer(service, server)} ${jump(server)}`,
  );
}

function toService({ id }: TranslatedService): string {
  if (id.kind === 'fwmark') return `${FROM_IPVS} -m mark --mark ${id.fwmark}`;
  const port = id.port === 0 ? '' : ` --ctorigdstport ${id.port}`;
  const to = `-m conntrack --ctorigdst ${id.address}${port}`;
  return `-p ${id.protocol.toLowerCase()} ${FROM_IPVS} ${to}`;
}

function toServer({ id }: TranslatedService, { address, port }: TranslatedServer): string {
  const ported = id.kind === 'address' && id.port !== 0 && port !== 0;
  return ` -d ${address}${ported ? ` --dport ${port}` : ''}`;
}

function jump({ pool }: TranslatedServer): string {
  return pool ? `-j SNAT --to-source ${poolKey(pool)}` : '-j MASQUERADE';
}

/** Answers of connections that are not known here; see source-nat-tables.ts. */
function strays({ id, servers }: TranslatedService): string[] {
  return servers.flatMap(({ address, port, pool }) => {
    if (!pool) return [];
    const of = id.kind === 'address' ? [id.protocol] : (['TCP', 'UDP', 'SCTP'] as const);
    return of.flatMap((protocol) => {
      if (port === 0 && protocol !== 'TCP') return [];
      const from = `-s ${address} ${toPool(pool)} -p ${protocol.toLowerCase()}`;
      const sport = port === 0 ? '' : ` --sport ${port}`;
      const notFirst = protocol === 'TCP' ? ' ! --syn' : '';
      return [`${from}${sport}${notFirst} -m conntrack --ctstate INVALID,NEW -j DROP`];
    });
  });
}

function toPool(pool: AddressPool): string {
  return pool.first === pool.last ? `-d ${pool.first}` : `-m iprange --dst-range ${poolKey(pool)}`;
}
