/** `vrrp_script`, `track_file` and `vrrp_track_process` to the model. */
import { fromSeconds, type Micros } from '../../../base/time.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { grammar } from '../../grammar/index.js';
import type { WeightArgs } from '../../grammar/vrrp/tracking.js';
import type {
  TrackConfig,
  TrackFileConfig,
  TrackProcessConfig,
  TrackScriptConfig,
  TracksConfig,
} from '../../model/index.js';
import { type Position, renderPosition, type Word } from '../../text/source.js';
import type { Setting } from '../interpret.js';
import { Picker } from '../pick.js';

type Grammar = typeof grammar;

const ONE_SECOND: Micros = fromSeconds(1);

/** Builds a script; `undefined` after a report. */
export function buildTrackScript(
  { section, at, value }: Setting<Grammar['vrrp_script']>,
  sink: Sink,
): TrackScriptConfig | undefined {
  const name = (value as Word | undefined)?.text ?? '';
  const pick = new Picker();
  const command = section.get('script');
  if (!command) {
    if (!section.mentions('script')) {
      sink.report('CONFIG_MISSING_SETTING', at, {
        message: `vrrp_script ${name} has no script: nothing would be run`,
        expected: "'script <COMMAND>'",
      });
    }
    sink.noteDropped(name);
    return undefined;
  }
  pick.origins['script'] = command.at;
  const interval = scriptTime(pick, 'interval', section.get('interval'), ONE_SECOND, name, sink);
  const weight = pick.value('weight', NO_WEIGHT, section.get('weight'));
  const user = pick.value('user', {}, section.get('user'));
  return {
    at,
    name,
    script: { at: command.at, command: command.value, ...user },
    interval,
    timeout: scriptTime(pick, 'timeout', section.get('timeout'), interval, name, sink),
    ...weight,
    rise: pick.value('rise', 1, section.get('rise')),
    fall: pick.value('fall', 1, section.get('fall')),
    initFail: pick.value<boolean>('init_fail', false, section.get('init_fail')),
    origins: pick.origins,
  };
}

const NO_WEIGHT: WeightArgs = { weight: 0, reverse: false };

/** keepalived takes 0 for one second, and says so; it knows whole seconds only. */
function scriptTime(
  pick: Picker,
  keyword: string,
  setting: { readonly value: Micros; readonly at: Position } | undefined,
  fallback: Micros,
  name: string,
  sink: Sink,
): Micros {
  const value = pick.value(keyword, fallback, setting);
  if (!setting) return value;
  if (value % ONE_SECOND !== 0) {
    sink.report('CONFIG_KEEPALIVED_DIFFERS', setting.at, {
      message: `vrrp_script ${name}: parts of a second count here; keepalived takes whole seconds only and ignores this line`,
      expected: 'whole seconds, on nodes that run keepalived',
    });
  }
  if (value > 0) return value;
  sink.report('CONFIG_OUT_OF_RANGE', setting.at, {
    message: `vrrp_script ${name}: ${keyword} 0 is out of range: 1 second is used`,
    severity: 'warning',
  });
  return ONE_SECOND;
}

/** Builds a file; `undefined` after a report. */
export function buildTrackFile(
  { section, at, value }: Setting<Grammar['track_file']>,
  sink: Sink,
): TrackFileConfig | undefined {
  const name = (value as Word | undefined)?.text ?? '';
  const pick = new Picker();
  const path = pick.optional('file', section.get('file'));
  if (path === undefined) {
    if (!section.mentions('file')) {
      sink.report('CONFIG_MISSING_SETTING', at, {
        message: `track_file ${name} has no file: there is nothing to read`,
        expected: "'file <PATH>'",
      });
    }
    sink.noteDropped(name);
    return undefined;
  }
  const init = pick.optional('init_file', section.get('init_file'));
  const weight = pick.value('weight', { weight: 1, reverse: false }, section.get('weight'));
  return { at, name, path, ...weight, ...(init ? { init } : {}), origins: pick.origins };
}

/** Builds a process; `undefined` after a report. */
export function buildTrackProcess(
  { section, at, value }: Setting<Grammar['vrrp_track_process']>,
  sink: Sink,
): TrackProcessConfig | undefined {
  const name = (value as Word | undefined)?.text ?? '';
  const pick = new Picker();
  const words = pick.optional('process', section.get('process'));
  if (words === undefined) {
    if (!section.mentions('process')) {
      sink.report('CONFIG_MISSING_SETTING', at, {
        message: `vrrp_track_process ${name} has no process: there is nothing to look for`,
        expected: "'process <PROCESS>'",
      });
    }
    sink.noteDropped(name);
    return undefined;
  }
  const [program = '', ...parameters] = words;
  const match = pick.optional('param_match', section.get('param_match'));
  const hasParameters = parameters.length > 0;
  const full = pick.value<boolean>('full_command', false, section.get('full_command'));
  const delay = section.get('delay');
  const later = (keyword: 'fork_delay' | 'terminate_delay'): Micros => {
    const own = section.get(keyword);
    const counts = own && (!delay || own.order > delay.order) ? own : delay;
    return pick.value(keyword, 0, counts);
  };
  return {
    at,
    name,
    program,
    parameters,
    parameterMatch: match ?? (hasParameters ? 'exact' : 'none'),
    fullCommand: full || hasParameters || match !== undefined,
    ...pick.value('weight', NO_WEIGHT, section.get('weight')),
    ...quorumOf(section, pick, name, sink),
    forkDelay: later('fork_delay'),
    terminateDelay: later('terminate_delay'),
    origins: pick.origins,
  };
}

function quorumOf(
  section: Setting<Grammar['vrrp_track_process']>['section'],
  pick: Picker,
  name: string,
  sink: Sink,
): Pick<TrackProcessConfig, 'quorum' | 'quorumMax'> {
  const quorumMax = pick.optional('quorum_max', section.get('quorum_max'));
  const given = section.get('quorum');
  const quorum = pick.value('quorum', quorumMax === 0 ? 0 : 1, given);
  if (given && quorumMax !== undefined && quorum > quorumMax) {
    sink.report('CONFIG_OUT_OF_RANGE', given.at, {
      message: `vrrp_track_process ${name}: quorum ${quorum} is more than quorum_max ${quorumMax}: it could never be up`,
    });
  }
  return quorumMax === undefined ? { quorum } : { quorum, quorumMax };
}

/**
 * The first of each name, as keepalived finds them, with a warning for every other one.
 *
 * @param kind the keyword, for messages.
 */
export function firstOfEachName<T extends { readonly name: string; readonly at: Position }>(
  kind: string,
  objects: readonly (T | undefined)[],
  sink: Sink,
): T[] {
  const byName = new Map<string, T>();
  for (const object of objects) {
    if (!object) continue;
    const earlier = byName.get(object.name);
    if (!earlier) byName.set(object.name, object);
    else {
      sink.report('CONFIG_DUPLICATE_NAME', object.at, {
        message: `${kind} '${object.name}' is there already (${renderPosition(earlier.at)}): the first one counts`,
        severity: 'warning',
      });
    }
  }
  return [...byName.values()];
}

/** Says what no list names; not after an error, when the line that does may not have been read. */
export function reportUnused(
  objects: readonly { readonly name: string; readonly at: Position }[],
  kind: string,
  named: ReadonlySet<string>,
  consequence: string,
  sink: Sink,
): void {
  if (sink.hasErrors) return;
  for (const { name, at } of objects) {
    if (named.has(name)) continue;
    sink.noteUnsure(at);
    sink.report('CONFIG_UNUSED', at, {
      message: `${kind} ${name} is tracked by no instance and no group: ${consequence}`,
    });
  }
}

/**
 * Says what is tracked above the block that defines it: keepalived ignores such a line. Not after an
 * error, when a block above may not have been read.
 *
 * @param kind the keyword of the blocks.
 * @param owners instances and groups, with their place among all blocks.
 */
export function reportTrackedAbove(
  kind: string,
  blocks: readonly Pick<Setting, 'order' | 'value'>[],
  owners: readonly { readonly order: number; readonly tracks: TracksConfig }[],
  listOf: (tracks: TracksConfig) => readonly TrackConfig[],
  sink: Sink,
): void {
  if (blocks.length === 0 || sink.hasErrors) return;
  const orders = new Map<string, number>();
  for (const { order, value } of blocks) {
    const name = (value as Word | undefined)?.text ?? '';
    if (!orders.has(name)) orders.set(name, order);
  }
  for (const { order, tracks } of owners) {
    for (const { name, at } of listOf(tracks)) {
      if ((orders.get(name) ?? order) <= order) continue;
      sink.report('CONFIG_KEEPALIVED_DIFFERS', at, {
        message: `${kind} ${name} stands further down: keepalived would not find it, and not track it`,
        expected: `'${kind} ${name} {' above this block, on nodes that run keepalived`,
      });
    }
  }
}
