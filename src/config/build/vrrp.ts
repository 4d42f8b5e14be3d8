/** `vrrp_instance` and `vrrp_sync_group` to the model. */
import { familyOf } from '../../base/ip.js';
import { fromSeconds } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { grammar } from '../grammar/index.js';
import type { vrrpInstance } from '../grammar/vrrp.js';
import type {
  GlobalConfig,
  InstanceConfig,
  SyncGroupConfig,
  VirtualAddressConfig,
} from '../model/index.js';
import type { Position, Word } from '../text/source.js';
import { buildVirtualAddresses } from './addresses.js';
import { type GarpDefaults, pickGarp } from './garp.js';
import type { Section, Setting } from './interpret.js';
import { Picker } from './pick.js';
import { buildVirtualRoutes } from './routes.js';
import type { Routing } from './routing.js';

type InstanceSection = Section<typeof vrrpInstance>;

const OWNER_PRIORITY = 255;
const DEFAULT_PRIORITY = 100;
const DEFAULT_ADVERT_SECONDS = 1;
/** The advert counts its addresses in one byte (RFC 9568 5.2.5). */
const MAX_ADDRESSES = 255;

/**
 * Builds one instance. What is missing stays empty ('' or 0) after an error was reported, so that
 * the rules between objects still see the instance.
 */
export function buildInstance(
  setting: Setting<(typeof grammar)['vrrp_instance']>,
  global: GlobalConfig,
  garp: GarpDefaults,
  routing: Routing,
  sink: Sink,
): InstanceConfig {
  const { section, at } = setting;
  const name = (setting.value as Word | undefined)?.text ?? '';
  const pick = new Picker();
  requireSettings(section, name, at, sink);
  const device = pick.value('interface', '', section.get('interface'));
  const addresses = (keyword: 'virtual_ipaddress' | 'virtual_ipaddress_excluded') =>
    section
      .all(keyword)
      .flatMap(({ entries }) => buildVirtualAddresses(entries, device, routing.names, sink));
  const virtualAddresses = addresses('virtual_ipaddress');
  const excludedAddresses = addresses('virtual_ipaddress_excluded');
  const sourceAddress = pick.optional('mcast_src_ip', section.get('mcast_src_ip'));
  const first = virtualAddresses[0]?.address ?? sourceAddress;
  const family = first === undefined ? 4 : familyOf(first);
  const version =
    pick.optional('version', section.get('version')) ?? (family === 6 ? 3 : global.vrrpVersion);
  const { state, priority } = stateAndPriority(section, pick, name, at, sink);
  const { preempt, preemptDelay } = preemption(section, pick, name, state, priority, sink);
  const authentication = authenticationOf(section, pick, name, version, sink);
  if (section.all('virtual_ipaddress').every(({ entries }) => entries.length === 0)) {
    reportNoAddress(name, version, at, sink);
  }
  const advertised = limitAddresses(virtualAddresses, excludedAddresses, name, sink);
  return {
    at,
    name,
    interface: device,
    virtualRouterId: pick.value('virtual_router_id', 0, section.get('virtual_router_id')),
    version: version === 3 ? 3 : 2,
    family,
    state,
    priority,
    advertInterval: pick.value(
      'advert_int',
      fromSeconds(DEFAULT_ADVERT_SECONDS),
      section.get('advert_int'),
    ),
    preempt,
    preemptDelay,
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(authentication === undefined ? {} : { authentication }),
    ...advertised,
    virtualRoutes: section
      .all('virtual_routes')
      .flatMap(({ entries }) => buildVirtualRoutes(entries, routing.names, sink)),
    virtualRules: section
      .all('virtual_rules')
      .flatMap(({ entries }) => routing.rules.get(entries) ?? []),
    garp: pickGarp(
      pick,
      'garp_',
      {
        masterDelay: section.get('garp_master_delay'),
        masterRepeat: section.get('garp_master_repeat'),
        masterRefresh: section.get('garp_master_refresh'),
        masterRefreshRepeat: section.get('garp_master_refresh_repeat'),
        lowerPrioDelay: section.get('garp_lower_prio_delay'),
        lowerPrioRepeat: section.get('garp_lower_prio_repeat'),
      },
      garp,
    ),
    trackPrimary: !pick.value<boolean>(
      'dont_track_primary',
      false,
      section.get('dont_track_primary'),
    ),
    origins: pick.origins,
  };
}

/** Builds one sync group; what it names is looked up by the checks. */
export function buildSyncGroup(
  setting: Setting<(typeof grammar)['vrrp_sync_group']>,
  sink: Sink,
): SyncGroupConfig {
  const instances: { name: string; at: Position }[] = [];
  for (const list of setting.section.all('group')) {
    for (const { keyword, args, body } of list.entries) {
      if (body) {
        sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword.at, {
          message: 'a group lists names only, it takes no inner block',
        });
      }
      for (const word of [keyword, ...args]) instances.push({ name: word.text, at: word.at });
    }
  }
  const listed = setting.section.get('group');
  return {
    at: setting.at,
    name: (setting.value as Word | undefined)?.text ?? '',
    instances,
    origins: listed ? { group: listed.at } : {},
  };
}

function requireSettings(section: InstanceSection, name: string, at: Position, sink: Sink): void {
  if (!section.mentions('interface')) {
    sink.report('CONFIG_MISSING_SETTING', at, {
      message: `vrrp_instance ${name} has no interface: it cannot send or receive adverts`,
      expected: "'interface <INTERFACE>'",
    });
  }
  if (!section.mentions('virtual_router_id')) {
    sink.report('CONFIG_MISSING_SETTING', at, {
      message: `vrrp_instance ${name} has no virtual_router_id: the nodes could not find each other`,
      expected: "'virtual_router_id <1..255>'",
    });
  }
}

/** keepalived derives each from the other when only one is given. */
function stateAndPriority(
  section: InstanceSection,
  pick: Picker,
  name: string,
  at: Position,
  sink: Sink,
): { state: 'MASTER' | 'BACKUP'; priority: number } {
  const given = section.get('state');
  const wanted = pick.optional('state', given);
  const fallback = wanted === 'MASTER' ? OWNER_PRIORITY : DEFAULT_PRIORITY;
  if (wanted === 'MASTER' && !section.mentions('priority')) {
    sink.report('CONFIG_OWNER_BY_DEFAULT', given?.at ?? at, {
      message: `vrrp_instance ${name}: state MASTER without a priority makes this node the owner of the addresses, priority ${OWNER_PRIORITY}, which always preempts`,
      expected: "a 'priority'",
    });
  }
  const priority = pick.value('priority', fallback, section.get('priority'));
  const state = wanted ?? (priority === OWNER_PRIORITY ? 'MASTER' : 'BACKUP');
  return { state, priority };
}

function preemption(
  section: InstanceSection,
  pick: Picker,
  name: string,
  state: 'MASTER' | 'BACKUP',
  priority: number,
  sink: Sink,
): { preempt: boolean; preemptDelay: number } {
  const no = section.get('nopreempt');
  const yes = section.get('preempt');
  let preempt = !no || (yes !== undefined && yes.order > no.order);
  let preemptDelay = pick.value('preempt_delay', 0, section.get('preempt_delay'));
  const delayAt = pick.origins['preempt_delay'] ?? section.at;
  const conflict = (where: Position, message: string): void =>
    sink.report('CONFIG_PREEMPT_CONFLICT', where, { message: `vrrp_instance ${name}: ${message}` });
  if (no) pick.origins['nopreempt'] = no.at;
  if (!preempt && priority === OWNER_PRIORITY) {
    conflict(
      no?.at ?? section.at,
      'nopreempt is ignored, the owner (priority 255) always preempts',
    );
    preempt = true;
  } else if (!preempt && state === 'MASTER') {
    conflict(
      no?.at ?? section.at,
      'nopreempt does not work with the initial state MASTER and is ignored: this node takes the addresses back whenever it returns',
    );
    preempt = true;
  }
  if (preemptDelay > 0 && state === 'MASTER') {
    conflict(delayAt, 'preempt_delay does not work with the initial state MASTER and is ignored');
    preemptDelay = 0;
  } else if (preemptDelay > 0 && !preempt) {
    conflict(delayAt, 'preempt_delay is ignored with nopreempt, there is nothing to delay');
    preemptDelay = 0;
  }
  return { preempt, preemptDelay };
}

function authenticationOf(
  section: InstanceSection,
  pick: Picker,
  name: string,
  version: number,
  sink: Sink,
): InstanceConfig['authentication'] {
  const block = section.get('authentication');
  if (!block) return undefined;
  const inner = block.section;
  const type = pick.optional('auth_type', inner.get('auth_type'));
  const password = pick.optional('auth_pass', inner.get('auth_pass'));
  const ignored = (why: string): undefined => {
    sink.report('CONFIG_AUTHENTICATION_IGNORED', block.at, {
      message: `vrrp_instance ${name}: authentication is ignored, ${why}: adverts are sent without a password`,
    });
    return undefined;
  };
  if (!inner.mentions('auth_type')) return ignored("'auth_type' is missing");
  if (type === undefined) return undefined;
  if (version === 3) return ignored('VRRP version 3 has none');
  if (password === undefined || password === '') return ignored("'auth_pass' is missing or empty");
  return { type, password };
}

function reportNoAddress(name: string, version: number, at: Position, sink: Sink): void {
  sink.report('CONFIG_NO_VIRTUAL_ADDRESS', at, {
    message:
      version === 3
        ? `vrrp_instance ${name} has no virtual address: VRRP version 3 needs at least one in its adverts`
        : `vrrp_instance ${name} has no virtual address: whoever is MASTER, no address moves`,
    severity: version === 3 ? 'error' : 'warning',
  });
}

/** keepalived moves what the advert cannot list to the excluded addresses. */
function limitAddresses(
  virtualAddresses: readonly VirtualAddressConfig[],
  excludedAddresses: readonly VirtualAddressConfig[],
  name: string,
  sink: Sink,
): Pick<InstanceConfig, 'virtualAddresses' | 'excludedAddresses'> {
  const surplus = virtualAddresses.slice(MAX_ADDRESSES);
  if (surplus[0]) {
    sink.report('CONFIG_TOO_MANY_ADDRESSES', surplus[0].at, {
      message: `vrrp_instance ${name}: an advert lists at most ${MAX_ADDRESSES} addresses; this one and those after it are treated as virtual_ipaddress_excluded`,
    });
  }
  return {
    virtualAddresses: virtualAddresses.slice(0, MAX_ADDRESSES),
    excludedAddresses: [...surplus, ...excludedAddresses],
  };
}
