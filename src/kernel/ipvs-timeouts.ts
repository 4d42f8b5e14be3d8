/**
 * Makes the times true for which IPVS remembers idle connections (`lvs_timeouts`). They belong to
 * the whole network namespace: only what the configuration names is changed, and what it does not
 * name any more is as it was before we changed it.
 */
import type { IpvsClient } from '../ipvs/client.js';
import type { IpvsTimeouts } from '../ipvs/control-codec.js';

/** What is needed of the kernel. */
export type TimeoutKernel = Pick<IpvsClient, 'readTimeouts' | 'setTimeouts'>;

type Name = keyof IpvsTimeouts;
const NAMES: readonly Name[] = ['tcp', 'tcpFin', 'udp'];

/** What a pass did: `undefined`: nothing had to be changed. */
export type TimeoutReport = { readonly changed: IpvsTimeouts | undefined };

export class IpvsTimeoutReconciler {
  readonly #kernel: TimeoutKernel;
  /** What each was before we changed it. */
  readonly #before = new Map<Name, number>();

  constructor(kernel: TimeoutKernel) {
    this.#kernel = kernel;
  }

  /**
   * One pass. Passes must not overlap.
   *
   * @param wanted seconds; what is missing, or 0, is to be what it was before us.
   * @throws {NetlinkError}
   */
  async reconcile(wanted: Partial<IpvsTimeouts>): Promise<TimeoutReport> {
    const now = await this.#kernel.readTimeouts();
    const target = { ...now };
    for (const name of NAMES) {
      const value = wanted[name];
      if (value && !this.#before.has(name)) this.#before.set(name, now[name]);
      target[name] = value || (this.#before.get(name) ?? now[name]);
      if (!value) this.#before.delete(name);
    }
    if (NAMES.every((name) => target[name] === now[name])) return { changed: undefined };
    await this.#kernel.setTimeouts(target);
    return { changed: target };
  }
}
