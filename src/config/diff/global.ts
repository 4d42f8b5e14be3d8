/** What a reload means for what concerns the whole daemon. */
import type { GlobalConfig } from '../model/index.js';
import type { Consequence } from './index.js';

/** What other `global_defs` mean by themselves; what objects inherit is told with the objects. */
export function globalConsequences(old: GlobalConfig, next: GlobalConfig): Consequence[] {
  const notes: string[] = [];
  const daemon = ({ syncDaemon }: GlobalConfig): string =>
    syncDaemon ? `${syncDaemon.interface} ${syncDaemon.instance} ${syncDaemon.syncId}` : '';
  if (daemon(old) !== daemon(next)) {
    notes.push(
      next.syncDaemon
        ? "the kernel's sync daemon is started anew: what changes meanwhile is not told to the peer"
        : "the kernel's sync daemon stops: connections do not live through a take-over any more",
    );
  }
  if (next.lvsFlush && !old.lvsFlush) notes.push('lvs_flush acts at the start of the daemon only');
  return notes.map((text) => ({ kind: 'note', text }));
}
