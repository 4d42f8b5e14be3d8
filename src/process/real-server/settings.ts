/** The configuration model made into the uses of real servers: which addresses are sent to them as they are. */
import { familyOf, type Ip, ipFromBytes, ipToBytes } from '../../base/ip.js';
import { labelOf } from '../../config/build/lvs/settle.js';
import type {
  AddressRangeConfig,
  Config,
  ForwardingConfig,
  VirtualServerConfig,
} from '../../config/model/index.js';
import type { Encapsulation, RealServerUse } from '../../kernel/real-server/model.js';

/** UDP port of GUE (IANA: gue). */
const GUE_PORT = 6080;
/** The machine's own, on every machine: a sorry server there is a director. */
const LOOPBACK = /^127\.|^::1$/;

export interface RealServerUses {
  readonly uses: readonly RealServerUse[];
  /** Services by a mark alone with DR or TUN servers: which addresses they have is not in the file. */
  readonly withoutAddress: readonly string[];
}

/**
 * Every virtual address with every real server (and sorry server) that gets packets for it unchanged.
 *
 * @param ofMarks the virtual addresses of services by firewall mark.
 */
export function realServerUses(config: Config, ofMarks: readonly Ip[]): RealServerUses {
  const uses: RealServerUse[] = [];
  const withoutAddress: string[] = [];
  for (const server of config.virtualServers) {
    const { sorryServer, realServers } = server;
    const service = labelOf(server);
    const targets = [...realServers, ...(sorryServer ? [sorryServer] : [])].filter(
      ({ address }) => !LOOPBACK.test(address),
    );
    const addresses = addressesOf(config, server, ofMarks);
    for (const target of targets) {
      const encapsulation = encapsulationOf(target);
      if (!encapsulation) continue;
      if (addresses.length === 0 && !withoutAddress.includes(service)) withoutAddress.push(service);
      for (const address of addresses) {
        uses.push({ service, address, realServer: target.address, encapsulation });
      }
    }
  }
  return { uses, withoutAddress };
}

/** How packets reach a server that gets them unchanged; `undefined`: NAT, it gets others. */
function encapsulationOf({ method, tunnel }: ForwardingConfig): Encapsulation | undefined {
  if (method === 'DR') return { kind: 'none' };
  if (method !== 'TUN') return undefined;
  if (!tunnel) return { kind: 'ipip' };
  if (tunnel.type === 'gue') return { kind: 'gue', port: tunnel.port ?? GUE_PORT };
  return { kind: 'gre', checksums: tunnel.checksum !== 'nocsum' };
}

function addressesOf(
  config: Config,
  { id }: VirtualServerConfig,
  ofMarks: readonly Ip[],
): readonly Ip[] {
  if (id.kind === 'address') return [id.address];
  if (id.kind === 'fwmark') return ofMarks.filter((ip) => familyOf(ip) === id.family);
  const group = config.virtualServerGroups.find(({ name }) => name === id.group);
  const entries = group?.entries ?? [];
  const own = entries.flatMap((entry) => (entry.kind === 'addresses' ? everyAddress(entry) : []));
  const hasMarks = entries.some(({ kind }) => kind === 'fwmark');
  return [...new Set([...own, ...(hasMarks ? ofMarks : [])])];
}

/** Bounded by the configuration's check of ranges. */
function everyAddress({ first, last }: AddressRangeConfig): Ip[] {
  const found: Ip[] = [];
  for (let ip = first; ; ip = next(ip)) {
    found.push(ip);
    if (ip === last || found.length >= 65_536) return found;
  }
}

function next(ip: Ip): Ip {
  const bytes = Uint8Array.from(ipToBytes(ip));
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = ((bytes[i] as number) + 1) & 0xff;
    if (bytes[i] !== 0) break;
  }
  return ipFromBytes(bytes);
}
