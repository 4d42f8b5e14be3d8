/** Names in checks that must be of something. */

import type { Sink } from '../../diagnostics/diagnostics.js';
import { suggest } from '../../diagnostics/nearest.js';
import type { Config } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';

interface Named {
  readonly name: string;
  readonly at: Position;
}

export function checkReferences(
  config: Pick<Config, 'virtualServers' | 'trackFiles' | 'bfdInstances'>,
  sink: Sink,
): void {
  const files = byName(config.trackFiles);
  const sessions = byName(config.bfdInstances);
  for (const server of config.virtualServers) {
    for (const real of server.realServers) {
      for (const check of real.checks) {
        if (check.type === 'FILE_CHECK') {
          const at = check.origins['track_file'];
          if (at) checkReference({ name: check.trackFile, at }, 'track_file', files, sink);
        } else if (check.type === 'BFD_CHECK') {
          const at = check.origins['name'];
          if (at) checkReference({ name: check.name, at }, 'bfd_instance', sessions, sink);
        }
      }
    }
  }
}

function byName(objects: readonly Named[]): ReadonlyMap<string, Named> {
  return new Map(objects.map((object) => [object.name, object]));
}

function checkReference(
  { name, at }: Named,
  kind: string,
  known: ReadonlyMap<string, Named>,
  sink: Sink,
): void {
  const found = known.get(name);
  if (!found) {
    sink.report('CONFIG_UNKNOWN_REFERENCE', at, {
      message: `there is no ${kind} '${name}': the check could never succeed`,
      suggestion: suggest(name, [...known.keys()]),
    });
    return;
  }
  const isLater =
    found.at.file === at.file &&
    (found.at.line > at.line || (found.at.line === at.line && found.at.column > at.column));
  if (!isLater) return;
  sink.report('CONFIG_UNKNOWN_REFERENCE', at, {
    message: `${kind} '${name}' is defined behind this line (${renderPosition(found.at)}): keepalived would ignore the check, here it counts`,
    severity: 'warning',
  });
}
