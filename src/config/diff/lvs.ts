/** What a reload means for services; the counterpart of `checker/reload.ts` and `ipvs/plan.ts`. */
import { type Micros, toSeconds } from '../../base/time.js';
import { destinationKey } from '../../ipvs/model.js';
import type { RealServerConfig, VirtualServerConfig } from '../model/index.js';
import type { Consequence } from './index.js';

/** Real servers named in one text; the others are counted. */
const MAX_NAMED = 4;

/** What a service's change means; `undefined`: not there, or not run. */
export function serverConsequences(
  old: VirtualServerConfig | undefined,
  next: VirtualServerConfig | undefined,
): Consequence[] {
  if (old && !next) {
    if (old.drainTimeout > 0) {
      const span = `up to ${toSeconds(old.drainTimeout)} s`;
      return [
        may(
          `the service leaves the kernel: its connections go on for ${span}, new ones are refused`,
        ),
      ];
    }
    return [
      {
        kind: 'drops-connections',
        text: 'the service leaves the kernel: its connections end, new ones are refused',
      },
    ];
  }
  if (!old || !next) return [];
  const before = new Map(old.realServers.map((real) => [destinationKey(real), real]));
  const after = new Map(next.realServers.map((real) => [destinationKey(real), real]));
  return [
    ...removed(before, after, next.drainTimeout),
    ...changed(before, after),
    ...sorryConsequences(old, next),
    ...quorumConsequences(old, next),
  ];
}

type Servers = ReadonlyMap<string, RealServerConfig>;

function removed(before: Servers, after: Servers, drain: Micros): Consequence[] {
  const gone = [...before.keys()].filter((key) => !after.has(key));
  if (gone.length === 0) return [];
  const leave = `${named(gone)} ${gone.length > 1 ? 'leave' : 'leaves'} the table`;
  if (drain > 0) {
    return [may(`${leave}: connections there go on for up to ${toSeconds(drain)} s`)];
  }
  const text = `${leave}: connections there end (drain_timeout lets them finish)`;
  return [{ kind: 'drops-connections', text }];
}

function changed(before: Servers, after: Servers): Consequence[] {
  const both = [...after].flatMap(([key, next]) => {
    const old = before.get(key);
    return old ? [{ key, old, next }] : [];
  });
  const which = (
    matters: (old: RealServerConfig, next: RealServerConfig) => boolean,
  ): string | undefined => {
    const keys = both.filter(({ old, next }) => matters(old, next)).map(({ key }) => key);
    return keys.length > 0 ? named(keys) : undefined;
  };
  const drained = which((old, next) => old.weight > 0 && next.weight === 0);
  const method = which((old, next) => old.method !== next.method);
  const inhibited = which((old, next) => old.inhibitOnFailure && !next.inhibitOnFailure);
  return [
    ...(drained ? [note(`${drained}: no new connections, those that are there live on`)] : []),
    ...(method ? [note(`${method}: new connections go by the new method`)] : []),
    ...(inhibited
      ? [
          may(
            `${inhibited}: failed, it leaves the table instead of staying with weight 0: connections there end`,
          ),
        ]
      : []),
  ];
}

function sorryConsequences(old: VirtualServerConfig, next: VirtualServerConfig): Consequence[] {
  const was = old.sorryServer && destinationKey(old.sorryServer);
  const is = next.sorryServer && destinationKey(next.sorryServer);
  if (was === undefined || was === is) return [];
  return [may(`if the sorry server ${was} is in use, it leaves the table: connections there end`)];
}

/** With a sorry server a lost quorum takes the real servers out of the table. */
function quorumConsequences(old: VirtualServerConfig, next: VirtualServerConfig): Consequence[] {
  if (!next.sorryServer) return [];
  const weight = (server: VirtualServerConfig): number =>
    server.realServers.reduce((sum, real) => sum + Math.max(0, real.weight), 0);
  const isLost = ({ quorum, hysteresis }: VirtualServerConfig, sum: number): boolean =>
    sum === 0 || sum < quorum - hysteresis;
  const sum = weight(next);
  if (isLost(next, sum)) {
    if (old.sorryServer && isLost(old, weight(old))) return [];
    const text = `the weights sum up to ${sum}, the quorum is lost: the sorry server takes over, the real servers leave the table, their connections end`;
    return [{ kind: 'drops-connections', text }];
  }
  const isHarder = next.quorum - next.hysteresis > old.quorum - old.hysteresis || sum < weight(old);
  if (!isHarder && old.sorryServer) return [];
  return [
    may(
      `if the living servers weigh less than ${Math.max(1, next.quorum - next.hysteresis)}, the sorry server takes over: the others leave the table, their connections end`,
    ),
  ];
}

function may(text: string): Consequence {
  return { kind: 'may-drop-connections', text };
}

function note(text: string): Consequence {
  return { kind: 'note', text };
}

function named(keys: readonly string[]): string {
  const more = keys.length - MAX_NAMED;
  return keys.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
