/** `vrrp_instance` to the model. */
import { fromSeconds } from '../../../base/time.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { grammar } from '../../grammar/index.js';
import { GROUP_4, GROUP_6 } from '../../grammar/vrrp/addressing.js';
import type { vrrpInstance } from '../../grammar/vrrp.js';
import type { InstanceConfig } from '../../model/index.js';
import type { Position, Word } from '../../text/source.js';
import { buildVirtualAddresses } from '../addresses.js';
import type { Section, Setting } from '../interpret.js';
import { Picker } from '../pick.js';
import { buildVirtualRoutes } from '../routes.js';
import { buildUnicast, familyOfAdverts, sourceOf } from './addressing.js';
import { limitAddresses } from './advert-capacity.js';
import { buildAuthentication, buildHmac } from './authentication.js';
import type { VrrpContext } from './context.js';
import { preemption, stateAndPriority, stateWith, versionOf } from './election.js';
import type { InstanceDefaults } from './inherited.js';
import { buildInstanceNotify } from './notify.js';
import { buildPolicy, garpOf } from './policy.js';
import { settleTracks } from './settle-tracks.js';
import { buildTracks } from './tracks.js';
import { buildVirtualInterface } from './virtual-interface.js';

type InstanceSection = Section<typeof vrrpInstance>;

const DEFAULT_ADVERT_SECONDS = 1;
/** Of master's last adverts (RFC 9568 6.1: Active_Down_Interval). */
const DEFAULT_DOWN_TIMER_ADVERTS = 3;
const NO_EXTRA_GARP = { interval: 0, all: false };

/**
 * Builds one instance. What is missing stays empty ('' or 0) after an error was reported, so that
 * the rules between objects still see the instance.
 */
export function buildInstance(
  setting: Setting<(typeof grammar)['vrrp_instance']>,
  context: VrrpContext,
): InstanceConfig {
  const { section, at } = setting;
  const { defaults, routing, sink } = context;
  const name = (setting.value as Word | undefined)?.text ?? '';
  const pick = new Picker();
  const device = pick.value('interface', '', section.get('interface'));
  // keepalived puts addresses of an instance without an interface there.
  const home = device === '' ? context.global.defaultInterface : device;
  const addresses = (keyword: 'virtual_ipaddress' | 'virtual_ipaddress_excluded') =>
    section
      .all(keyword)
      .flatMap(({ entries }) => buildVirtualAddresses(entries, home, routing.names, sink));
  const virtualAddresses = addresses('virtual_ipaddress');
  const excludedAddresses = addresses('virtual_ipaddress_excluded');
  const sourceAddress = sourceOf(section, pick);
  const unicast = buildUnicast(
    section,
    pick,
    name,
    sourceAddress,
    defaults.checkUnicastSource,
    sink,
  );
  const isUnicast = unicast !== undefined && unicast.peers.length > 0;
  const group = isUnicast ? undefined : pick.optional('mcast_dst_ip', section.get('mcast_dst_ip'));
  requireSettings(section, name, at, isUnicast && sourceAddress !== undefined, sink);
  const native = section.get('native_ipv6');
  const family =
    familyOfAdverts(
      virtualAddresses[0]?.address,
      sourceAddress,
      group,
      unicast?.peers[0]?.address,
    ) ?? (native ? 6 : 4);
  if (native) reportNativeIpv6(native.at, name, family, sink);
  const version = versionOf(section, pick, name, family, context.global.vrrpVersion, sink);
  const strict = pick.value<boolean>(
    'strict_mode',
    false,
    section.get('strict_mode'),
    defaults.strict,
  );
  const virtualRouterId = pick.value('virtual_router_id', 0, section.get('virtual_router_id'));
  const wanted = stateAndPriority(section, pick, name, strict, sink);
  const { priority } = wanted;
  const advertInterval = pick.value(
    'advert_int',
    fromSeconds(DEFAULT_ADVERT_SECONDS),
    section.get('advert_int'),
  );
  const unusedGroup = section.get('mcast_dst_ip');
  if (unusedGroup && isUnicast) {
    sink.report('CONFIG_UNICAST_PEER', unusedGroup.at, {
      message: `vrrp_instance ${name}: mcast_dst_ip is ignored, adverts go to the peers`,
    });
  }
  const authentication = buildAuthentication(
    section,
    pick,
    { name, version, family, strict },
    sink,
  );
  const state = stateWith(authentication, wanted, pick.origins['state'] ?? at, name, sink);
  const hmac = buildHmac(section, pick, { name, version, family, strict }, advertInterval, sink);
  const allowNoAddress = pick.value<boolean>(
    'no_virtual_ipaddress',
    false,
    section.get('no_virtual_ipaddress'),
  );
  const lists = section.all('virtual_ipaddress');
  const isUnsure = lists.length === 0 && section.mentions('virtual_ipaddress');
  if (!allowNoAddress && !isUnsure && lists.every(({ entries }) => entries.length === 0)) {
    reportNoAddress(name, version, strict, lists[0]?.at ?? at, sink);
  }
  const timerExpiredBackup = pick.optional(
    'timer_expired_backup',
    section.get('timer_expired_backup'),
  );
  const kernelRxBufSize = pick.optional('kernel_rx_buf_size', section.get('kernel_rx_buf_size'));
  const linkbeat = section.get('linkbeat_use_polling');
  if (linkbeat) {
    sink.report('CONFIG_OLD_NAME', linkbeat.at, {
      message: `vrrp_instance ${name}: linkbeat_use_polling is an old form of linkbeat_interfaces`,
      suggestion: `'linkbeat_interfaces { ${device} }' at the top`,
    });
  }
  const trackPrimary = !pick.value<boolean>(
    'dont_track_primary',
    false,
    section.get('dont_track_primary'),
  );
  const vrf = pick.optional('vrf', section.get('vrf'));
  if (vrf !== undefined && device !== '') {
    sink.report('CONFIG_VIRTUAL_INTERFACE', pick.origins['vrf'] ?? at, {
      message: `vrrp_instance ${name}: vrf is ignored, the interface tells where the peers are`,
    });
  }
  return {
    at,
    name,
    interface: device,
    ...(vrf === undefined || device !== '' ? {} : { vrf }),
    virtualRouterId,
    version,
    family,
    state,
    priority,
    advertInterval,
    downTimerAdverts: downTimerAdverts(section, pick, defaults, { name, strict, at }, sink),
    ...preemption(section, pick, { name, state, priority, strict }, sink),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    // keepalived has nothing to track without a source of its own.
    trackSourceAddress:
      pick.value<boolean>('track_src_ip', false, section.get('track_src_ip')) &&
      sourceAddress !== undefined,
    multicastGroup:
      group ??
      (family === 4
        ? pick.value('mcast_dst_ip', GROUP_4, defaults.multicastGroup4)
        : pick.value('mcast_dst_ip', GROUP_6, defaults.multicastGroup6)),
    ...(unicast ? { unicast } : {}),
    ...(authentication ? { authentication } : {}),
    ...(hmac ? { hmac } : {}),
    ...buildVirtualInterface(
      section,
      pick,
      { name, interface: device, virtualRouterId, family, isUnicast, names: routing.names },
      sink,
    ),
    ...limitAddresses(
      { name, family, virtualAddresses, excludedAddresses },
      routing.mtus?.get(device),
      sink,
    ),
    virtualRoutes: section
      .all('virtual_routes')
      .flatMap(({ entries }) => buildVirtualRoutes(entries, routing.names, sink)),
    virtualRules: section
      .all('virtual_rules')
      .flatMap(({ entries }) => routing.rules.get(entries) ?? []),
    allowNoAddress,
    garp: garpOf(section, pick, context, { name, priority, strict, version }),
    garpExtra: pick.value(
      'garp_extra_if',
      NO_EXTRA_GARP,
      section.get('garp_extra_if'),
      defaults.garpExtra,
    ),
    trackPrimary,
    tracks: settleTracks(
      buildTracks(section, `vrrp_instance ${name}`, context.trackers, sink),
      { name, interface: device, priority, trackPrimary },
      context.groups.get(name),
      sink,
    ),
    strict,
    ...buildPolicy(section, pick, defaults, { name, priority, strict, version }, sink),
    ...(timerExpiredBackup === undefined ? {} : { timerExpiredBackup }),
    ...(kernelRxBufSize === undefined ? {} : { kernelRxBufSize }),
    linkbeatPolling: pick.value<boolean>('linkbeat_use_polling', false, linkbeat),
    notify: buildInstanceNotify(section, pick, {
      mail: defaults.mail,
      priorityChanges: context.groupNotify.get(name) ?? defaults.priorityChanges,
    }),
    origins: pick.origins,
  };
}

/** How many intervals make a MASTER dead; the protocol's own number with strict_mode. */
function downTimerAdverts(
  section: InstanceSection,
  pick: Picker,
  defaults: InstanceDefaults,
  { name, strict, at }: Pick<InstanceConfig, 'name' | 'strict' | 'at'>,
  sink: Sink,
): number {
  const own = section.get('down_timer_adverts');
  const inherited = defaults.downTimerAdverts;
  const wanted = (own ?? inherited)?.value ?? DEFAULT_DOWN_TIMER_ADVERTS;
  const isUnsure = !own && section.mentions('down_timer_adverts');
  if (strict && wanted !== DEFAULT_DOWN_TIMER_ADVERTS && !isUnsure) {
    sink.report('CONFIG_STRICT', own?.at ?? at, {
      message: `vrrp_instance ${name}: with strict_mode a MASTER is dead after ${DEFAULT_DOWN_TIMER_ADVERTS} intervals, not after ${wanted}`,
    });
    return DEFAULT_DOWN_TIMER_ADVERTS;
  }
  return pick.value('down_timer_adverts', DEFAULT_DOWN_TIMER_ADVERTS, own, inherited);
}

function requireSettings(
  section: InstanceSection,
  name: string,
  at: Position,
  canBeAnywhere: boolean,
  sink: Sink,
): void {
  if (!section.mentions('interface') && !canBeAnywhere) {
    sink.report('CONFIG_MISSING_SETTING', at, {
      message: `vrrp_instance ${name} has no interface: it cannot send or receive adverts`,
      expected: section.mentions('unicast_peer')
        ? "'interface <INTERFACE>', or 'unicast_src_ip <IPADDR>'"
        : "'interface <INTERFACE>'",
    });
  }
  if (!section.mentions('virtual_router_id')) {
    sink.report('CONFIG_MISSING_SETTING', at, {
      message: `vrrp_instance ${name} has no virtual_router_id: the nodes could not find each other`,
      expected: "'virtual_router_id <1..255>'",
    });
  }
}

function reportNativeIpv6(at: Position, name: string, family: 4 | 6, sink: Sink): void {
  if (family === 6) {
    sink.report('CONFIG_OLD_NAME', at, {
      message: 'native_ipv6 is an old form, the addresses tell the family',
    });
    return;
  }
  sink.report('CONFIG_FAMILY_MISMATCH', at, {
    message: `vrrp_instance ${name}: native_ipv6, but the addresses are IPv4: an instance has one family`,
    expected: "IPv6 addresses, or no 'native_ipv6'",
  });
}

function reportNoAddress(
  name: string,
  version: number,
  strict: boolean,
  at: Position,
  sink: Sink,
): void {
  const isError = version === 3 || strict;
  const needs = version === 3 ? 'VRRP version 3' : 'strict_mode';
  sink.report('CONFIG_NO_VIRTUAL_ADDRESS', at, {
    message: isError
      ? `vrrp_instance ${name} has no virtual address: ${needs} needs at least one in its adverts`
      : `vrrp_instance ${name} has no virtual address: whoever is MASTER, no address moves`,
    severity: isError ? 'error' : 'warning',
    expected: "'virtual_ipaddress { <IPADDR> }', or 'no_virtual_ipaddress'",
  });
}
