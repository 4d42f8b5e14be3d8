/** The lines of `track_interface`, `track_script`, `track_file`, `track_process` and `track_bfd`. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import { suggest } from '../../diagnostics/nearest.js';
import { parseInteger } from '../../grammar/args.js';
import type { EntriesKeyword, ReportArg } from '../../grammar/keyword.js';
import {
  TRACK_LIMITS,
  type TrackKind,
  trackSyntax,
  type WeightArgs,
} from '../../grammar/vrrp/tracking.js';
import type { TrackConfig, TracksConfig } from '../../model/index.js';
import { renderPosition, type Statement, type Word } from '../../text/source.js';
import type { Section } from '../interpret.js';
import type { Trackers } from './context.js';

/** Nothing tracked: one object for all that track nothing. */
export const NO_TRACKS: TracksConfig = {
  interfaces: [],
  scripts: [],
  files: [],
  processes: [],
  bfds: [],
};

/** The keyword of each kind, as a constant: they are asked for in each of many instances. */
const KEYWORDS = {
  interface: 'track_interface',
  script: 'track_script',
  file: 'track_file',
  process: 'track_process',
  bfd: 'track_bfd',
} as const;
const ALL_KEYWORDS = Object.values(KEYWORDS);

type TrackLists = { readonly [K in TrackKind as `track_${K}`]: EntriesKeyword<true> };

/**
 * Builds what an instance or group tracks, weights that are not given taken from what is named.
 *
 * @param owner its name in messages.
 */
export function buildTracks(
  section: Section<TrackLists>,
  owner: string,
  trackers: Trackers,
  sink: Sink,
): TracksConfig {
  if (!ALL_KEYWORDS.some((keyword) => section.get(keyword))) return NO_TRACKS;
  const list = (kind: TrackKind): readonly TrackConfig[] => {
    const blocks = section.all(KEYWORDS[kind]);
    const tracks = new Map<string, TrackConfig>();
    for (const { entries } of blocks) {
      for (const statement of entries) {
        const track = buildTrack(kind, statement, owner, trackers, sink);
        if (!track) continue;
        const earlier = tracks.get(track.name);
        if (!earlier) tracks.set(track.name, track);
        else {
          sink.report('CONFIG_REPEATED', track.at, {
            message: `${owner}: track_${kind} lists ${track.name} already (${renderPosition(earlier.at)}): the first one counts`,
          });
        }
      }
    }
    return [...tracks.values()];
  };
  const tracks: TracksConfig = {
    interfaces: list('interface'),
    scripts: list('script'),
    files: list('file'),
    processes: list('process'),
    bfds: list('bfd'),
  };
  return Object.values(tracks).every(({ length }) => length === 0) ? NO_TRACKS : tracks;
}

const NO_WEIGHT: WeightArgs = { weight: 0, reverse: false };

const KIND_WORDS: Readonly<Record<Exclude<TrackKind, 'interface'>, string>> = {
  script: 'vrrp_script',
  file: 'track_file',
  process: 'vrrp_track_process',
  bfd: 'bfd_instance',
};

function buildTrack(
  kind: TrackKind,
  { keyword, args, body }: Statement,
  owner: string,
  trackers: Trackers,
  sink: Sink,
): TrackConfig | undefined {
  const report: ReportArg = (code, word, detail) =>
    sink.report(code, word.at, { ...detail, message: `track_${kind}: ${detail.message}` });
  if (body) {
    report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword, { message: 'an entry takes no block' });
    return undefined;
  }
  let inherited: WeightArgs = NO_WEIGHT;
  if (kind !== 'interface') {
    if (kind === 'script' || kind === 'process') trackers.named[kind].add(keyword.text);
    const known = trackers[kind].get(keyword.text);
    if (known) inherited = known;
    else {
      sink.report('CONFIG_UNKNOWN_REFERENCE', keyword.at, {
        message: `${owner}: there is no ${KIND_WORDS[kind]} '${keyword.text}': nothing would be tracked`,
        suggestion: suggest(keyword.text, trackers[kind].keys()),
      });
    }
  }
  const own = args.length === 0 ? inherited : readWeight(kind, keyword, args, inherited, report);
  return own && { at: keyword.at, name: keyword.text, weight: own.weight, reverse: own.reverse };
}

/** `weight N [reverse|noreverse]`; reverse is inherited by itself. */
function readWeight(
  kind: TrackKind,
  name: Word,
  [option, number, direction, extra]: readonly Word[],
  inherited: WeightArgs,
  report: ReportArg,
): WeightArgs | undefined {
  const { max, noreverse } = TRACK_LIMITS[kind];
  const expected = trackSyntax(kind);
  if (option?.text !== 'weight') {
    report('CONFIG_INVALID_VALUE', option ?? name, {
      message: `'${option?.text}' is not an option of an entry`,
      expected,
    });
    return undefined;
  }
  if (!number) {
    report('CONFIG_MISSING_VALUE', option, { message: "'weight' needs a value", expected });
    return undefined;
  }
  let weight = parseInteger(number, -254, 254, `a whole number from -${max} to ${max}`, report);
  if (weight === undefined) return undefined;
  if (Math.abs(weight) > max) {
    // keepalived took it once, and still does so with a complaint (but for track_bfd).
    weight = Math.sign(weight) * max;
    report('CONFIG_OUT_OF_RANGE', number, {
      message: `${number.text} is out of range: ${weight} is used`,
      expected,
      severity: 'warning',
    });
  }
  let { reverse } = inherited;
  if (direction) {
    const known = direction.text === 'reverse' || (noreverse && direction.text === 'noreverse');
    if (!known) {
      report('CONFIG_INVALID_VALUE', direction, {
        message: `'${direction.text}' is not an option of a weight`,
        expected,
      });
      return undefined;
    }
    reverse = direction.text === 'reverse';
  }
  if (extra) {
    report('CONFIG_EXTRA_WORD', extra, {
      message: 'an entry takes no more words: what follows is ignored',
    });
  }
  return { weight, reverse };
}
