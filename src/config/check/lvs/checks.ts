/** Rules between checks, their servers and what they name. */
import { toSeconds } from '../../../base/time.js';
import { labelOf } from '../../build/lvs/settle.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  CheckConfig,
  Config,
  RealServerConfig,
  RepetitionConfig,
  VirtualServerConfig,
} from '../../model/index.js';
import type { Position } from '../../text/source.js';

export function checkChecks(config: Pick<Config, 'virtualServers'>, sink: Sink): void {
  const told = new Set<Position>();
  // A line that is inherited by many is told once.
  const once = (at: Position): boolean => told.size < told.add(at).size;
  for (const server of config.virtualServers) {
    for (const real of server.realServers) {
      if (real.checks.length === 0) checkUnchecked(real, server, once, sink);
      for (const check of real.checks) checkInterval(check, once, sink);
    }
  }
}

/** A server without checks never fails and never has to succeed. */
function checkUnchecked(
  real: RealServerConfig,
  server: VirtualServerConfig,
  once: (at: Position) => boolean,
  sink: Sink,
): void {
  const idle = [
    real.alpha ? 'alpha' : undefined,
    real.inhibitOnFailure ? 'inhibit_on_failure' : undefined,
  ];
  for (const word of idle) {
    const at = word === undefined ? undefined : real.origins[word];
    if (!at || !once(at)) continue;
    sink.report('CONFIG_WITHOUT_EFFECT', at, {
      message: `virtual_server ${labelOf(server)}: real_server ${real.address} has no check, it is in service always: '${word}' changes nothing for it`,
    });
  }
}

/** An attempt may take longer than the pause to the next one. */
function checkInterval(check: CheckConfig, once: (at: Position) => boolean, sink: Sink): void {
  if (check.type === 'FILE_CHECK' || check.type === 'BFD_CHECK') return;
  const { timing } = check;
  const isScript = check.type === 'MISC_CHECK';
  const deadline = isScript ? check.timeout : check.timing.connectTimeout;
  if (deadline <= timing.delayLoop) return;
  const word = isScript ? 'misc_timeout' : 'connect_timeout';
  const at = check.origins['delay_loop'] ?? check.origins[word] ?? check.at;
  if (!once(at)) return;
  const silent = isScript ? deadline : deadline + timing.delayLoop;
  sink.report('CONFIG_CHECK_INTERVAL', at, {
    message: `delay_loop ${toSeconds(timing.delayLoop)} is shorter than the deadline of an attempt, ${word} ${toSeconds(deadline)}: a server that is silent is tried every ${toSeconds(silent)} seconds, and is out of service after ${toSeconds(untilFailed(timing, deadline))}`,
    expected: `'delay_loop ${toSeconds(deadline)}', or a shorter ${word}`,
  });
}

/** From the beginning of the first failing attempt until the server counts as failed. */
function untilFailed({ retry, delayBeforeRetry }: RepetitionConfig, deadline: number): number {
  return (retry + 1) * deadline + retry * delayBeforeRetry;
}
