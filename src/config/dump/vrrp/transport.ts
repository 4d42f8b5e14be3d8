/** How an instance's adverts travel: sources, groups, peers, own interfaces, signatures. */
import { toSeconds } from '../../../base/time.js';
import type {
  HmacConfig,
  InstanceConfig,
  IpvlanConfig,
  UnicastConfig,
  VmacConfig,
} from '../../model/index.js';
import { block, flag, type Line, line, optional, quote, seconds } from '../text.js';

/** How a secret is written: in clear text, or as stars. */
export type WriteSecret = (text: string) => string;

export function transportLines(instance: InstanceConfig, secret: WriteSecret): Line[] {
  const { authentication, hmac, origins, unicast } = instance;
  return [
    ...optional(
      instance,
      origins['unicast_src_ip'] ? 'unicast_src_ip' : 'mcast_src_ip',
      instance.sourceAddress,
    ),
    ...flag(instance.trackSourceAddress, instance, 'track_src_ip'),
    ...flag(!unicast?.peers.length, instance, 'mcast_dst_ip', instance.multicastGroup),
    ...(unicast ? unicastLines(instance, unicast) : []),
    ...optional(instance, 'vrf', instance.vrf),
    ...virtualInterfaceLines(instance),
    ...(authentication
      ? [
          block('authentication', origins['auth_type'], [
            line(instance, 'auth_type', authentication.type),
            line(instance, 'auth_pass', secret(authentication.password)),
          ]),
        ]
      : []),
    ...(hmac ? [hmacBlock(instance, hmac, secret)] : []),
  ];
}

function unicastLines(instance: InstanceConfig, unicast: UnicastConfig): Line[] {
  const { peers, ttl, oldChecksum } = unicast;
  return [
    block(
      'unicast_peer',
      instance.origins['unicast_peer'],
      peers.map(({ at, address, minTtl, maxTtl }) => ({
        text: `${address} min_ttl ${minTtl} max_ttl ${maxTtl}`,
        from: at,
      })),
    ),
    ...flag(peers.length === 0, instance, 'unicast_fault_no_peer'),
    ...(ttl === undefined ? [] : [line(instance, 'unicast_ttl', ttl)]),
    ...flag(unicast.checkSource, instance, 'check_unicast_src'),
    ...flag(
      oldChecksum !== 'detect',
      instance,
      'old_unicast_checksum',
      ...(oldChecksum === 'never' ? ['never'] : []),
    ),
  ];
}

function virtualInterfaceLines(instance: InstanceConfig): Line[] {
  const { virtualInterface: own } = instance;
  const words = own === undefined ? undefined : ownInterfaceWords(own);
  const keyword = own?.kind === 'ipvlan' ? 'use_ipvlan' : 'use_vmac';
  return [
    ...(words ? [line(instance, keyword, ...words)] : []),
    ...flag(instance.vmacForAddresses, instance, 'use_vmac_addr'),
    ...flag(instance.transmitOnBase, instance, 'vmac_xmit_base'),
  ];
}

function ownInterfaceWords(own: VmacConfig | IpvlanConfig): string[] {
  const name = own.name === undefined ? [] : ['name', quote(own.name)];
  const group = own.group === undefined ? [] : ['group', String(own.group)];
  if (own.kind === 'macvlan') {
    const mac = own.mac === undefined ? [] : [own.mac];
    return [...name, ...mac, ...(own.netlinkNotify ? ['netlink_notify_msg'] : []), ...group];
  }
  const { address } = own;
  const at = address ? [`${address.address}/${address.prefixLength}`] : [];
  return [...name, ...at, own.mode, ...group];
}

function hmacBlock(instance: InstanceConfig, hmac: HmacConfig, secret: WriteSecret): Line {
  return block('auth_hmac', instance.origins['auth_hmac'], [
    ...hmac.keys.map((key) => {
      const value = 'file' in key ? quote(`file:${key.file}`) : secret(`hex:${key.hex}`);
      return { text: `key ${key.id} ${value}`, from: key.at };
    }),
    line(instance, 'active_key', hmac.activeKey),
    line(instance, 'anti_replay', hmac.antiReplay),
    line(instance, 'time_window', toSeconds(hmac.timeWindow)),
    line(instance, 'mode', hmac.mode),
  ]);
}

/** `garp_extra_if`. */
export function garpExtraLine(instance: InstanceConfig): Line {
  const { interval, all } = instance.garpExtra;
  return line(instance, 'garp_extra_if', ...(all ? ['all'] : []), seconds(interval));
}
