/**
 * Where tandem says something else than keepalived on purpose. `doc/design/0009` has the reasons at
 * length.
 */
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.js';
import type { Mutation } from './mutations.js';

/** A difference that is meant. */
export interface Difference {
  readonly why: string;
  /** `stricter`: of an error of tandem; `silent`: of what keepalived said. */
  readonly fault: 'stricter' | 'silent';
  matches(news: readonly Diagnostic[], said: string, mutation: Mutation): boolean;
}

const allOf =
  (code: RegExp, message = /./) =>
  (news: readonly Diagnostic[]) =>
    news.every((found) => code.test(found.code) && message.test(found.message));

export const DIFFERENCES: readonly Difference[] = [
  {
    fault: 'stricter',
    why: 'keepalived reads nothing more of a file with a net_namespace that does not exist',
    matches: (_news, _said, { good }) => good.name === 'namespace.conf',
  },
  {
    fault: 'stricter',
    why: 'a check that has no port to connect to can never succeed',
    matches: allOf(/^CONFIG_CHECK_INCOMPLETE$/, /no port to connect to/),
  },
  {
    fault: 'stricter',
    why: 'a sync daemon that follows an instance that is not there never runs',
    matches: allOf(/^CONFIG_UNKNOWN_REFERENCE$/, /^lvs_sync_daemon: there is no vrrp_instance/),
  },
  {
    fault: 'stricter',
    why: 'a service by a group that is not there has no address: it would do nothing',
    matches: allOf(/^CONFIG_UNKNOWN_REFERENCE$/, /^there is no virtual_server_group/),
  },
  {
    fault: 'stricter',
    why: 'keepalived takes an empty prefix length for 0: the address would be of the whole Internet',
    matches: allOf(/^CONFIG_INVALID_VALUE$/, /^'' is not a whole number/),
  },
  {
    fault: 'stricter',
    why: 'no interface can have such a name, and the virtual one could not be made',
    matches: allOf(/^CONFIG_INVALID_VALUE$/, /^vmac_prefix: .* cannot be the name of an interface/),
  },
  {
    fault: 'stricter',
    why: 'keepalived 2.2.7 takes a number that does not fit for another table',
    matches: allOf(/^CONFIG_OUT_OF_RANGE$/, /cannot be a routing table/),
  },
  {
    fault: 'stricter',
    why: 'a second object with the same name, or service with the same address, is refused: one of the two would be lost',
    matches: allOf(/^CONFIG_DUPLICATE_(?:NAME|VIRTUAL_SERVER)$/),
  },
  {
    fault: 'silent',
    why: '2.4 takes a unicast instance without an interface, as the manual page says; 2.2.7 does not',
    matches: (_news, said, { good }) =>
      /Unknown interface!/.test(said) && /^(?:unicast|conditions)\.conf$/.test(good.name),
  },
  {
    fault: 'silent',
    why: '2.4 takes any weight of a track_file that fits into 32 bits; 2.2.7 up to 254',
    matches: (_news, said) => /outside range \[-254, 254\]/.test(said) && /track_file/.test(said),
  },
];
