/** What is tracked, and the lists that track it, as canonical text. */
import { TRACK_LIMITS, type TrackKind } from '../../grammar/vrrp/tracking.js';
import type {
  TrackConfig,
  TrackFileConfig,
  TrackProcessConfig,
  TrackScriptConfig,
  TracksConfig,
} from '../../model/index.js';
import { commandText, userWords } from '../script.js';
import { block, blockUnlessEmpty, flag, type Line, line, quote, seconds } from '../text.js';

export function trackScriptBlock(script: TrackScriptConfig): Line {
  const user = userWords(script.script);
  return block(`vrrp_script ${quote(script.name)}`, script.at, [
    line(script, 'script', commandText(script.script.command)),
    line(script, 'interval', seconds(script.interval)),
    line(script, 'timeout', seconds(script.timeout)),
    weightLine(script),
    line(script, 'rise', script.rise),
    line(script, 'fall', script.fall),
    ...flag(user.length > 0, script, 'user', ...user),
    ...flag(script.initFail, script, 'init_fail'),
  ]);
}

export function trackFileBlock(file: TrackFileConfig): Line {
  const { init } = file;
  return block(`track_file ${quote(file.name)}`, file.at, [
    line(file, 'file', quote(file.path)),
    weightLine(file),
    ...(init
      ? [line(file, 'init_file', init.value, ...(init.overwrite ? ['overwrite'] : []))]
      : []),
  ]);
}

export function trackProcessBlock(tracked: TrackProcessConfig): Line {
  const { parameterMatch: match, quorumMax } = tracked;
  return block(`vrrp_track_process ${quote(tracked.name)}`, tracked.at, [
    line(tracked, 'process', ...[tracked.program, ...tracked.parameters].map(quote)),
    ...flag(match !== 'none', tracked, 'param_match', ...(match === 'exact' ? [] : [match])),
    ...flag(tracked.fullCommand, tracked, 'full_command'),
    weightLine(tracked),
    ...flag(quorumMax !== 0, tracked, 'quorum', tracked.quorum),
    ...(quorumMax === undefined ? [] : [line(tracked, 'quorum_max', quorumMax)]),
    ...flag(tracked.forkDelay > 0, tracked, 'fork_delay', seconds(tracked.forkDelay)),
    ...flag(
      tracked.terminateDelay > 0,
      tracked,
      'terminate_delay',
      seconds(tracked.terminateDelay),
    ),
  ]);
}

function weightLine(tracked: TrackScriptConfig | TrackFileConfig | TrackProcessConfig): Line {
  return line(tracked, 'weight', tracked.weight, ...(tracked.reverse ? ['reverse'] : []));
}

/** The `track_*` blocks of an instance or group. */
export function trackLines(tracks: TracksConfig): Line[] {
  return [
    ...list('interface', tracks.interfaces),
    ...list('script', tracks.scripts),
    ...list('file', tracks.files),
    ...list('process', tracks.processes),
    ...list('bfd', tracks.bfds),
  ];
}

function list(kind: TrackKind, tracks: readonly TrackConfig[]): Line[] {
  const { max, noreverse } = TRACK_LIMITS[kind];
  return blockUnlessEmpty(
    `track_${kind}`,
    tracks[0]?.at,
    tracks.map(({ at, name, weight, reverse }) => {
      // Only a file itself can have such a weight: the entry inherits it.
      if (Math.abs(weight) > max) return { text: quote(name), from: at };
      const direction = reverse ? ' reverse' : noreverse ? ' noreverse' : '';
      return { text: `${quote(name)} weight ${weight}${direction}`, from: at };
    }),
  );
}
