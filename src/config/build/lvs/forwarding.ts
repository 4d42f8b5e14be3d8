/** How packets reach a server: method, tunnel, source address, port. */
import type { MethodValue } from '../../grammar/lvs/method.js';
import type { ForwardingConfig, Method } from '../../model/index.js';
import type { Position } from '../../text/source.js';
import type { Given, Picker } from '../pick.js';
import { hasMarks, ownPort, portsOf, type Service } from './service.js';

type GivenRange = Given<NonNullable<ForwardingConfig['snat']>> | undefined;

const NAT: MethodValue = { method: 'NAT' };

/**
 * Picks method and source address.
 *
 * @param methods nearest first.
 * @param own the destination's own `snat_address`, which must have an effect.
 */
export function pickForwarding(
  pick: Picker,
  keyword: 'lvs_method' | 'sorry_server_lvs_method',
  methods: readonly [Given<MethodValue> | undefined, Given<MethodValue> | undefined],
  own: GivenRange,
  service: Service,
): ForwardingConfig {
  const value = pick.value(keyword, NAT, methods[0], methods[1]);
  if (value.method !== 'FULLNAT') {
    if (own) {
      service.sink.report('CONFIG_WITHOUT_EFFECT', own.at, {
        message: `virtual_server ${service.label}: 'snat_address' is for FULLNAT, with ${value.method} it is ignored`,
      });
    }
    return value;
  }
  const snat = pick.optional('snat_address', own, service.section.get('snat_address'));
  return snat ? { ...value, snat } : value;
}

/**
 * The port that goes into the table. Only NAT can change it; with a firewall mark or several ports
 * the others cannot even name one.
 */
export function destinationPort(
  given: { readonly address: string; readonly port: number | undefined },
  method: Method,
  service: Service,
  at: Position,
  kind: 'real' | 'sorry',
): number {
  const own = ownPort(service);
  const { port } = given;
  if (port === undefined || method === 'NAT' || method === 'FULLNAT') return port ?? own;
  const differs = hasMarks(service) || portsOf(service).some((candidate) => candidate !== port);
  if (differs) {
    const server = `virtual_server ${service.label}: ${kind} server ${given.address}`;
    service.sink.report('CONFIG_PORT_MISMATCH', at, {
      message:
        service.name.kind === 'address'
          ? `${server} ${port}: ${method} cannot change the port, ${own} is used`
          : `${server}: ${method} keeps the packet's port, port ${port} is left out of the table`,
    });
  }
  return own;
}

/** Says so if a server falls back to NAT because nobody chose a method. */
export function reportDefaultMethod({ section, label, sink }: Service, at: Position): void {
  if (section.mentions('lvs_method')) return;
  const sorry = section.get('sorry_server');
  const needed =
    section.all('real_server').some((server) => !server.section.mentions('lvs_method')) ||
    (sorry !== undefined && !section.mentions('sorry_server_lvs_method'));
  if (needed) {
    sink.report('CONFIG_DEFAULTED', at, {
      message: `virtual_server ${label}: no forwarding method is set, NAT is used: real servers must answer by way of this node`,
      expected: "'lvs_method NAT|DR|TUN'",
    });
  }
}
