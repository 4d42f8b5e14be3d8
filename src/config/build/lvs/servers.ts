/** `real_server` and `sorry_server` to the model. */
import type { Ip } from '../../../base/ip.js';
import type { virtualServer } from '../../grammar/lvs/virtual-server.js';
import type { RealServerConfig, SorryServerConfig } from '../../model/index.js';
import type { Position } from '../../text/source.js';
import type { Setting } from '../interpret.js';
import { Picker } from '../pick.js';
import type { Writable } from '../present.js';
import { buildChecks, type ServerAddress } from './checks.js';
import { destinationPort, pickForwarding } from './forwarding.js';
import { portsOf, type RealServerSection, type Service } from './service.js';
import type { InheritedTiming } from './timing.js';

/** Builds one real server; `undefined` if its address was wrong, which was reported. */
export function buildRealServer(
  setting: Setting<(typeof virtualServer)['real_server']>,
  service: Service,
  timing: InheritedTiming,
): RealServerConfig | undefined {
  // A wrong address gives no value; the error was reported.
  const given = setting.value as { address: Ip; port: number | undefined } | undefined;
  if (!given) return undefined;
  const { section: virtual } = service;
  const section: RealServerSection = setting.section;
  const pick = new Picker();
  const forwarding = pickForwarding(
    pick,
    'lvs_method',
    [section.get('lvs_method'), virtual.get('lvs_method')],
    section.get('snat_address'),
    service,
  );
  const notifyUp = pick.optional('notify_up', section.get('notify_up'));
  const notifyDown = pick.optional('notify_down', section.get('notify_down'));
  const { method, tunnel, snat } = forwarding;
  const server: Writable<RealServerConfig> = {
    at: setting.at,
    address: given.address,
    port: destinationPort(given, method, service, setting.at, 'real'),
    method,
    weight: pick.value('weight', 1, section.get('weight'), virtual.get('weight')),
    upperThreshold: pick.value('uthreshold', 0, section.get('uthreshold')),
    lowerThreshold: pick.value('lthreshold', 0, section.get('lthreshold')),
    inhibitOnFailure: pick.value<boolean>(
      'inhibit_on_failure',
      false,
      section.get('inhibit_on_failure'),
      virtual.get('inhibit_on_failure'),
    ),
    alpha: pick.value<boolean>('alpha', false, section.get('alpha'), virtual.get('alpha')),
    smtpAlert: pick.value<boolean>(
      'smtp_alert',
      true,
      section.get('smtp_alert'),
      service.defaults.smtpAlert,
    ),
    checks: buildChecks(checkedAddress(given, service), section, service, timing),
    origins: pick.origins,
  };
  if (tunnel) server.tunnel = tunnel;
  if (snat) server.snat = snat;
  if (notifyUp) server.notifyUp = notifyUp;
  if (notifyDown) server.notifyDown = notifyDown;
  return server;
}

/** Where checks of a server connect to: the port that was written, even where the table cannot have it. */
export function checkedAddress(
  { address, port }: { readonly address: Ip; readonly port: number | undefined },
  service: Service,
): ServerAddress {
  return { address, port: port ?? onlyPort(service) };
}

/** The port that all addresses of a service share; 0 if there is none. */
function onlyPort(service: Service): number {
  const [port, ...others] = portsOf(service);
  return others.length === 0 ? (port ?? 0) : 0;
}

export function buildSorryServer(service: Service): SorryServerConfig | undefined {
  const { section, pick, sink } = service;
  const given = section.get('sorry_server');
  const before = (
    setting: { readonly order: number; readonly at: Position } | undefined,
    word: string,
  ) => {
    if (!setting || (given && setting.order > given.order)) return false;
    // A wrong sorry server was reported.
    if (!given && section.mentions('sorry_server')) return true;
    sink.report('CONFIG_WITHOUT_EFFECT', setting.at, {
      message: `'${word}' before or without 'sorry_server' is ignored`,
    });
    return true;
  };
  const inhibit = section.get('sorry_server_inhibit');
  const method = section.get('sorry_server_lvs_method');
  const ignoreInhibit = before(inhibit, 'sorry_server_inhibit');
  const ignoreMethod = before(method, 'sorry_server_lvs_method');
  if (!given) return undefined;
  pick.origins['sorry_server'] = given.at;
  const forwarding = pickForwarding(
    pick,
    'sorry_server_lvs_method',
    [ignoreMethod ? undefined : method, section.get('lvs_method')],
    undefined,
    service,
  );
  return {
    at: given.at,
    address: given.value.address,
    port: destinationPort(given.value, forwarding.method, service, given.at, 'sorry'),
    ...forwarding,
    inhibit: pick.value<boolean>(
      'sorry_server_inhibit',
      false,
      ignoreInhibit ? undefined : inhibit,
    ),
  };
}
