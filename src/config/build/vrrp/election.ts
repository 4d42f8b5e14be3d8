/** State, priority and preemption, with what keepalived puts right about them. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { vrrpInstance } from '../../grammar/vrrp.js';
import type { AuthenticationConfig, InstanceConfig } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';
import type { Section } from '../interpret.js';
import type { Picker } from '../pick.js';

type InstanceSection = Section<typeof vrrpInstance>;
type State = InstanceConfig['state'];

export const OWNER_PRIORITY = 255;
const DEFAULT_PRIORITY = 100;

/** The version that counts: IPv6 has no other than 3. */
export function versionOf(
  section: InstanceSection,
  pick: Picker,
  name: string,
  family: 4 | 6,
  inherited: 2 | 3,
  sink: Sink,
): 2 | 3 {
  const given = section.get('version');
  const version = pick.optional('version', given);
  if (family === 4) return (version ?? inherited) === 3 ? 3 : 2;
  if (version === 2) {
    sink.report('CONFIG_VERSION', given?.at ?? section.at, {
      message: `vrrp_instance ${name}: VRRP version 2 has no IPv6: version 3 is used, nodes with version 2 do not hear it`,
      expected: "'version 3'",
    });
  }
  return 3;
}

/** keepalived derives each from the other when only one is given. */
export function stateAndPriority(
  section: InstanceSection,
  pick: Picker,
  name: string,
  strict: boolean,
  sink: Sink,
): { state: State; priority: number } {
  const wanted = wantedState(section, pick, name, sink);
  const given = section.get('priority');
  // Of a priority that was wrong, and was reported, nothing follows.
  const isUnsure = !given && section.mentions('priority');
  const isOwner = wanted === 'MASTER' && !isUnsure;
  const fallback = isOwner ? OWNER_PRIORITY : DEFAULT_PRIORITY;
  if (isOwner && !given) {
    sink.report('CONFIG_OWNER_BY_DEFAULT', pick.origins['state'] ?? section.at, {
      message: `vrrp_instance ${name}: state MASTER without a priority makes this node the owner of the addresses, priority ${OWNER_PRIORITY}, which always preempts`,
      expected: "a 'priority'",
    });
  }
  const priority = pick.value('priority', fallback, given);
  const byPriority: State = priority === OWNER_PRIORITY ? 'MASTER' : 'BACKUP';
  if (strict && !isUnsure && wanted !== undefined && wanted !== byPriority) {
    sink.report('CONFIG_STRICT', pick.origins['state'] ?? section.at, {
      message: `vrrp_instance ${name}: state ${wanted} with priority ${priority} is ignored with strict_mode, where the owner (priority ${OWNER_PRIORITY}) and nobody else starts as MASTER: ${byPriority} is used`,
    });
    return { state: byPriority, priority };
  }
  return { state: wanted ?? byPriority, priority };
}

/** AH has sequence numbers: a node must have heard the last one before it can be MASTER. */
export function stateWith(
  authentication: AuthenticationConfig | undefined,
  { state, priority }: { readonly state: State; readonly priority: number },
  at: Position,
  name: string,
  sink: Sink,
): State {
  if (authentication?.type !== 'AH' || state === 'BACKUP' || priority === OWNER_PRIORITY) {
    return state;
  }
  sink.report('CONFIG_WITHOUT_EFFECT', at, {
    message: `vrrp_instance ${name}: state MASTER is ignored with auth_type AH: the others would drop adverts whose sequence numbers begin again, BACKUP is used`,
  });
  return 'BACKUP';
}

/** Given twice, MASTER counts, be it first or last. */
function wantedState(
  section: InstanceSection,
  pick: Picker,
  name: string,
  sink: Sink,
): State | undefined {
  const given = section.all('state');
  const counts = given.find(({ value }) => value === 'MASTER') ?? given[0];
  const second = given[1];
  if (counts && second) {
    sink.report('CONFIG_REPEATED', second.at, {
      message: `vrrp_instance ${name}: 'state' is given more than once: ${counts.value} counts (${renderPosition(counts.at)})`,
    });
  }
  return pick.optional('state', counts);
}

/** `preempt`, `nopreempt` and `preempt_delay`. */
export function preemption(
  section: InstanceSection,
  pick: Picker,
  { name, state, priority, strict }: Pick<InstanceConfig, 'name' | 'state' | 'priority' | 'strict'>,
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
      `nopreempt is ignored, the owner (priority ${OWNER_PRIORITY}) always preempts`,
    );
    preempt = true;
  } else if (!preempt && state === 'MASTER') {
    conflict(
      no?.at ?? section.at,
      'nopreempt does not work with the initial state MASTER and is ignored: this node takes the addresses back whenever it returns',
    );
    preempt = true;
  }
  if (preemptDelay > 0) {
    const why =
      state === 'MASTER'
        ? 'preempt_delay does not work with the initial state MASTER and is ignored'
        : strict
          ? 'preempt_delay is ignored with strict_mode, VRRP has none'
          : preempt
            ? undefined
            : 'preempt_delay is ignored with nopreempt, there is nothing to delay';
    if (why !== undefined) {
      conflict(delayAt, why);
      preemptDelay = 0;
    }
  }
  return { preempt, preemptDelay };
}
