/** `use_vmac` and `use_ipvlan`. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { IpvlanArgs, VmacArgs } from '../../grammar/vrrp/virtual-interface.js';
import type { vrrpInstance } from '../../grammar/vrrp.js';
import type { IpvlanConfig, VmacConfig } from '../../model/index.js';
import { NAME_KINDS, numberOf, parseAnyBase, type RoutingNames } from '../../names.js';
import type { Section } from '../interpret.js';
import type { Picker } from '../pick.js';

/** What decides whether and how an interface of its own is possible. */
interface Circumstances {
  readonly name: string;
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly family: 4 | 6;
  readonly isUnicast: boolean;
  /** Names of link groups. */
  readonly names: RoutingNames;
}

interface VirtualInterface {
  readonly virtualInterface?: VmacConfig | IpvlanConfig;
  readonly vmacForAddresses: boolean;
  readonly transmitOnBase: boolean;
  readonly promoteSecondaries: boolean;
}

/** The instance's own interface, with what keepalived puts right about it. */
export function buildVirtualInterface(
  section: Section<typeof vrrpInstance>,
  pick: Picker,
  { name, interface: device, virtualRouterId, family, isUnicast, names }: Circumstances,
  sink: Sink,
): VirtualInterface {
  const vmac = section.get('use_vmac');
  const ipvlan = section.get('use_ipvlan');
  const xmit = section.get('vmac_xmit_base');
  const vmacForAddresses = pick.value<boolean>(
    'use_vmac_addr',
    false,
    section.get('use_vmac_addr'),
  );
  const odd = (at = section.at, message = ''): void =>
    sink.report('CONFIG_VIRTUAL_INTERFACE', at, { message: `vrrp_instance ${name}: ${message}` });
  const promote = section.get('promote_secondaries');
  const promoteSecondaries = pick.value<boolean>('promote_secondaries', false, promote);
  let transmitOnBase = pick.value<boolean>('vmac_xmit_base', false, xmit);
  const own = vmac ?? ipvlan;
  if (!own) {
    if (xmit && !section.mentions('use_vmac') && !section.mentions('use_ipvlan')) {
      odd(xmit.at, 'vmac_xmit_base is ignored, it needs use_vmac or use_ipvlan');
      transmitOnBase = false;
    }
    return { vmacForAddresses, transmitOnBase, promoteSecondaries };
  }
  if (vmac && ipvlan) {
    odd(
      ipvlan.at,
      'use_ipvlan is ignored, use_vmac is given: an instance has one interface of its own',
    );
  }
  if (isUnicast && device === '') {
    odd(own.at, 'without an interface there is nothing to put another on top of: it is ignored');
    return { vmacForAddresses, transmitOnBase: false, promoteSecondaries };
  }
  if (promote) {
    odd(promote.at, 'promote_secondaries is ignored, it is set on an interface of its own anyway');
  }
  if (isUnicast && !transmitOnBase) {
    odd(
      own.at,
      'with unicast_peer the peers could not reach the new interface: vmac_xmit_base is used',
    );
    transmitOnBase = true;
  }
  const group = groupOf(own.value.group, names, (message) => odd(own.at, message));
  const made = vmac
    ? vmacOf(pick.value('use_vmac', vmac.value, vmac), virtualRouterId)
    : ipvlan && ipvlanOf(pick.value('use_ipvlan', ipvlan.value, ipvlan));
  const virtualInterface = made && { ...made, ...(group === undefined ? {} : { group }) };
  if (virtualInterface?.kind === 'ipvlan' && family === 4 && !virtualInterface.address) {
    odd(
      own.at,
      'an ipvlan has no IPv4 address of its own: without one no advert can be sent, the instance stays in FAULT',
    );
  }
  return {
    ...(virtualInterface ? { virtualInterface } : {}),
    vmacForAddresses,
    transmitOnBase,
    promoteSecondaries: false,
  };
}

/** A link group by number or name. */
function groupOf(
  text: string | undefined,
  names: RoutingNames,
  odd: (message: string) => void,
): number | undefined {
  if (text === undefined) return undefined;
  const group = parseAnyBase(text) ?? numberOf('group', text, names);
  if (group !== undefined && group <= NAME_KINDS.group.max) return group;
  odd(`the link group ${text} is not known: the interface is made in that of the one below`);
  return undefined;
}

function vmacOf({ mac, group: _, ...rest }: VmacArgs, virtualRouterId: number): VmacConfig {
  if (!mac) return { kind: 'macvlan', ...rest };
  const octets = mac.length === 5 ? [...mac, virtualRouterId] : mac;
  const text = octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
  return { kind: 'macvlan', ...rest, mac: text };
}

function ipvlanOf({ mode, group: _, ...rest }: IpvlanArgs): IpvlanConfig {
  return { kind: 'ipvlan', ...rest, mode: mode ?? 'bridge' };
}
