/** How long clients stay with their server, and which of them count as one. */
import { type Family, maxPrefixLength } from '../../../base/ip.js';
import {
  addressOf,
  DEFAULT_PERSISTENCE_SECONDS,
  type Granularity,
  maskLength,
} from '../../grammar/lvs/service.js';
import type { VirtualServerConfig } from '../../model/index.js';
import type { Position } from '../../text/source.js';
import type { Given } from '../pick.js';
import { hasAddresses, portsOf, type Service } from './service.js';

type Persistence = Pick<
  VirtualServerConfig,
  'persistenceTimeout' | 'persistencePrefix' | 'persistenceMask' | 'persistenceEngine'
>;

/** Timeout in seconds (0: none), mask and engine; a service without a port is always persistent. */
export function buildPersistence(service: Service, family: Family, at: Position): Persistence {
  const { section, pick, label, sink } = service;
  const timeout = section.get('persistence_timeout');
  const granularity = section.get('persistence_granularity');
  const fallback = granularity ? DEFAULT_PERSISTENCE_SECONDS : 0;
  let persistenceTimeout = pick.value(
    'persistence_timeout',
    fallback,
    timeout?.value === 0 ? undefined : timeout,
  );
  const isChosen = mentionsTimeout(service) || section.mentions('persistence_granularity');
  if (persistenceTimeout === 0 && !isChosen && portsOf(service).includes(0)) {
    sink.report('CONFIG_PORT_NEEDS_PERSISTENCE', at, {
      message: `virtual_server ${label}: a service without a port must be persistent, persistence_timeout ${DEFAULT_PERSISTENCE_SECONDS} is used`,
      expected: "a port, or 'persistence_timeout'",
    });
    persistenceTimeout = DEFAULT_PERSISTENCE_SECONDS;
  }
  return {
    persistenceTimeout,
    ...(granularity
      ? buildMask(granularity, service, family)
      : { persistencePrefix: maxPrefixLength(family) }),
    ...buildEngine(service, persistenceTimeout),
  };
}

function mentionsTimeout({ section }: Service): boolean {
  return section.mentions('persistence_timeout') && section.get('persistence_timeout')?.value !== 0;
}

type Mask = Pick<VirtualServerConfig, 'persistencePrefix' | 'persistenceMask'>;

function buildMask(given: Given<Granularity>, service: Service, family: Family): Mask {
  const { pick, label, sink } = service;
  const { value, at } = given;
  pick.origins['persistence_granularity'] = at;
  if (family === 6) {
    const good = value.kind === 'number' && value.value >= 1 && value.value <= 128;
    if (good) return { persistencePrefix: value.value };
    sink.report('CONFIG_FAMILY_MISMATCH', at, {
      message: `virtual_server ${label}: persistence_granularity of an IPv6 service is a prefix length`,
      expected: 'a prefix length from 1 to 128',
    });
    return { persistencePrefix: 128 };
  }
  const mask = value.kind === 'mask' ? value.mask : addressOf(value.value);
  const length = maskLength(mask);
  if (length === undefined) {
    const meant = value.kind === 'number' && value.value <= 32 ? value.value : undefined;
    sink.report('CONFIG_PERSISTENCE_MASK', at, {
      message: `virtual_server ${label}: the mask ${mask} has holes: clients that share the bits of its ones stay with the same server, whatever their networks are`,
      expected: 'an IPv4 netmask, for example 255.255.255.0',
      ...(meant === undefined || meant === 0 ? {} : { suggestion: `'${netmask(meant)}'` }),
    });
    return { persistencePrefix: 32, persistenceMask: mask };
  }
  if (length === 0) {
    sink.report('CONFIG_PERSISTENCE_MASK', at, {
      message: `virtual_server ${label}: with the mask 0.0.0.0 all clients stay with one server: nothing is balanced`,
      expected: 'an IPv4 netmask, for example 255.255.255.0',
    });
  }
  return { persistencePrefix: length };
}

/** A prefix length of IPv4 as a mask. */
export function netmask(prefixLength: number): string {
  return addressOf(prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0);
}

function buildEngine(
  service: Service,
  timeout: number,
): Pick<VirtualServerConfig, 'persistenceEngine'> {
  const { section, pick, label, sink } = service;
  const given = section.get('persistence_engine');
  if (!given) return {};
  if (timeout === 0 && !mentionsTimeout(service)) {
    sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
      message: `virtual_server ${label}: without 'persistence_timeout' the engine is never asked, 'persistence_engine' is ignored`,
    });
    return {};
  }
  pick.origins['persistence_engine'] = given.at;
  reportEngine(given, service);
  return { persistenceEngine: given.value };
}

/** The kernel's one engine is sip, and it reads UDP only (net/netfilter/ipvs/ip_vs_pe_sip.c). */
function reportEngine({ value, at }: Given<string>, service: Service): void {
  const { section, label, sink } = service;
  if (value !== 'sip') {
    sink.report('CONFIG_PERSISTENCE_ENGINE', at, {
      message: `virtual_server ${label}: kernels have no persistence engine '${value}': unless a module of your own brings it, the kernel refuses the service`,
      expected: 'sip',
    });
    return;
  }
  const protocol = section.get('protocol')?.value;
  if (!hasAddresses(service) || protocol === undefined || protocol === 'UDP') return;
  sink.report('CONFIG_PERSISTENCE_ENGINE', at, {
    message: `virtual_server ${label}: the engine sip reads UDP only: with ${protocol} the kernel drops every new connection`,
    expected: "'protocol UDP'",
  });
}
