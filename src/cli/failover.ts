/** `tandem failover` and `tandem failback`: another node is to be MASTER, or this one may be again. */
import { MICROS_PER_MILLI, toSeconds } from '../base/time.js';
import type { DaemonStatus } from '../control/status.js';
import type { InstanceSnapshot } from '../vrrp/snapshot.js';
import { type CommandLine, UsageError } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { requestStandby, requestStatus } from './control-client.js';
import { EXIT } from './exit-codes.js';
import { askDaemon } from './find-daemon.js';

const POLL_MILLIS = 50;
/** For the last step: the resignation is sent and done. */
const MARGIN_MILLIS = 2_000;
const MAX_DEADLINE_SECONDS = 3_600;

/** Hands over without a gap where the other node preempts; returns the exit code. */
export async function failoverCommand({
  values,
  operands,
}: CommandLine<(typeof COMMANDS)['failover']['options']>): Promise<number> {
  const deadlineSeconds = parseDeadline(values.deadline);
  return askDaemon(values, async (socket) => {
    const begun = Date.now();
    const answer = await requestStandby(socket, {
      names: operands,
      on: true,
      ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    });
    if (answer.unknown.length > 0) return reportUnknown(answer.unknown);
    const end = begun + answer.deadline / MICROS_PER_MILLI + MARGIN_MILLIS;
    for (;;) {
      const concerned = instancesOf(await requestStatus(socket), answer.instances);
      const masters = concerned.filter(({ state }) => state === 'MASTER');
      if (masters.length === 0 || Date.now() > end) {
        const took = ((Date.now() - begun) / 1_000).toFixed(1);
        for (const instance of concerned) process.stdout.write(describe(instance, took));
        return masters.length === 0 ? EXIT.ok : EXIT.failed;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
  });
}

/** Ends the standby; returns the exit code. */
export function failbackCommand({
  values,
  operands,
}: CommandLine<(typeof COMMANDS)['failback']['options']>): Promise<number> {
  return askDaemon(values, async (socket) => {
    const answer = await requestStandby(socket, { names: operands, on: false });
    if (answer.unknown.length > 0) return reportUnknown(answer.unknown);
    for (const instance of instancesOf(await requestStatus(socket), answer.instances)) {
      const { name, state, effectivePriority } = instance;
      process.stdout.write(
        `${name}: no longer in standby, ${state}, priority ${effectivePriority}\n`,
      );
    }
    return EXIT.ok;
  });
}

function parseDeadline(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0 && seconds <= MAX_DEADLINE_SECONDS) return seconds;
  throw new UsageError(`--deadline takes seconds from 0 to ${MAX_DEADLINE_SECONDS}, not '${text}'`);
}

function reportUnknown(names: readonly string[]): number {
  for (const name of names) {
    process.stderr.write(`tandem: no instance or sync group '${name}' runs here\n`);
  }
  return EXIT.usage;
}

function instancesOf(status: DaemonStatus, names: readonly string[]): readonly InstanceSnapshot[] {
  return (status.vrrp?.instances ?? []).filter(({ name }) => names.includes(name));
}

function describe({ name, state, reason, lastAdvert }: InstanceSnapshot, took: string): string {
  if (state === 'MASTER') return `${name}: still MASTER after ${took} s: ${reason}\n`;
  const master =
    lastAdvert && lastAdvert.priority > 0 && toSeconds(lastAdvert.ago) <= Number(took)
      ? `, ${lastAdvert.source} is MASTER with priority ${lastAdvert.priority}`
      : '';
  return `${name}: ${state} after ${took} s${master}: ${reason}\n`;
}
