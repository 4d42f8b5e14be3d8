/** `tandem status` and `tandem explain`: what the running daemon says of itself. */
import { suggest } from '../config/diagnostics/nearest.js';
import type { DaemonStatus } from '../control/status.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { requestStatus } from './control-client.js';
import { EXIT } from './exit-codes.js';
import { askDaemon } from './find-daemon.js';
import { renderStatus } from './status.js';
import { explainInstance } from './why.js';

/** Why each instance, or the one that is named, is in its state; returns the exit code. */
export function explainStateCommand({
  values,
  operands: [wanted],
}: CommandLine<(typeof COMMANDS)['explain']['options']>): Promise<number> {
  return askDaemon(values, async (control) => explainState(await requestStatus(control), wanted));
}

function explainState(answer: DaemonStatus, wanted: string | undefined): number {
  const instances = answer.vrrp?.instances ?? [];
  const chosen = instances.filter(({ name }) => wanted === undefined || name === wanted);
  const left = answer.notRun.filter(({ name }) => wanted === undefined || name === wanted);
  for (const { kind, name, needs } of left) {
    process.stdout.write(`${kind} ${name} is not run: this version lacks ${needs.join(', ')}.\n`);
  }
  process.stdout.write(
    chosen.map((one) => explainInstance(one, answer.transitions[one.name])).join('\n'),
  );
  if (chosen.length + left.length > 0 || wanted === undefined) return EXIT.ok;
  const meant = suggest(
    wanted,
    instances.map(({ name }) => name),
  );
  const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
  process.stderr.write(`tandem: no instance '${wanted}' runs here${hint}\n`);
  return EXIT.usage;
}

/** What runs, for people or as JSON; returns the exit code. */
export function statusCommand({
  values,
}: CommandLine<(typeof COMMANDS)['status']['options']>): Promise<number> {
  return askDaemon(values, async (control) => {
    const answer = await requestStatus(control);
    process.stdout.write(
      values.json ? `${JSON.stringify(answer, null, 2)}\n` : renderStatus(answer),
    );
    return EXIT.ok;
  });
}
