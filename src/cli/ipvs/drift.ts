/** Tells who changes services that the running daemon owns that they will not stay changed. */
import { existsSync, readlinkSync } from 'node:fs';
import { compareIp } from '../../base/ip.js';
import type { GroupMember } from '../../checker/settings.js';
import type { VirtualServerSnapshot } from '../../checker/snapshot.js';
import type { DaemonStatus } from '../../control/status.js';
import { type ServiceId, serviceKey } from '../../ipvs/model.js';
import { runFolder } from '../../process/run-files.js';
import type { Changed } from './session.js';

const SHOWN = 3;

/**
 * What to say of changes; nothing if no daemon runs, or it owns none of the services, or it works in
 * another network namespace. Never rejects.
 */
export async function driftOf(changed: Changed): Promise<string | undefined> {
  if (!existsSync(runFolder(process.env))) return undefined;
  const { runningDaemons } = await import('../find-daemon.js');
  const lines: string[] = [];
  for (const { control } of await runningDaemons(process.env)) {
    const line = await driftAgainst(control, changed);
    if (line !== undefined) lines.push(line);
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

async function driftAgainst(control: string, changed: Changed): Promise<string | undefined> {
  try {
    const { requestStatus } = await import('../control-client.js');
    const status = await requestStatus(control);
    return sharesNetwork(status) ? renderDrift(status, changed) : undefined;
  } catch {
    // Nobody answers: what lies there was left behind, or is another user's.
    return undefined;
  }
}

/** The words for it; `undefined`: none of the services is the daemon's. */
export function renderDrift(
  { pid, configFile, checker }: Pick<DaemonStatus, 'pid' | 'configFile' | 'checker'>,
  changed: Changed,
): string | undefined {
  const touched = (checker?.virtualServers ?? []).flatMap((one) => touchedOf(one, changed));
  if (touched.length === 0) return undefined;
  const more = touched.length - SHOWN;
  const which = `${touched.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return (
    `drift: tandemd (pid ${pid}) owns ${which} and will put back what differs from its ` +
    `configuration; to keep the change, make it in ${configFile} and reload`
  );
}

/** The changed services that are a virtual server's, by name. */
function touchedOf({ id, members = [] }: VirtualServerSnapshot, changed: Changed): string[] {
  if (changed === 'all') return [id.kind === 'group' ? `group ${id.group}` : serviceKey(id)];
  if (id.kind !== 'group') {
    const key = serviceKey(id);
    return changed.some((one) => serviceKey(one) === key) ? [key] : [];
  }
  return changed
    .filter((one) => members.some((member) => contains(member, one)))
    .map((one) => `${serviceKey(one)} (group ${id.group})`);
}

function contains(member: GroupMember, id: ServiceId): boolean {
  if (member.kind === 'fwmark') return serviceKey(member) === serviceKey(id);
  if (id.kind !== 'address') return false;
  return (
    member.protocol === id.protocol &&
    member.port === id.port &&
    compareIp(member.first, id.address) <= 0 &&
    compareIp(id.address, member.last) <= 0
  );
}

/** Whether the daemon's table is the one that was changed. */
function sharesNetwork({ pid, processes }: DaemonStatus): boolean {
  const checker = processes.find(({ role }) => role === 'checker')?.pid ?? pid;
  try {
    return readlinkSync('/proc/self/ns/net') === readlinkSync(`/proc/${checker}/ns/net`);
  } catch {
    return true;
  }
}
