/**
 * Withdraws what a dead process left: its addresses, and the connection-sync daemons. Fast, needs
 * nothing of the process that died, and goes on after every failure.
 */
import { messageOf } from '../base/errors.js';
import { IpvsClient } from '../ipvs/client.js';
import { openRoute } from '../netlink/route.js';
import type { OpenTransport } from '../netlink/transport.js';
import type { VirtualAddress } from '../vrrp/settings.js';
import { type AddressKernel, AddressReconciler } from './addresses.js';

export interface ReleaseReport {
  /** The addresses that were there and are gone. */
  readonly removed: readonly VirtualAddress[];
  /** States of the daemons that ran and are stopped. */
  readonly daemonsStopped: readonly ('master' | 'backup')[];
  /** In words; empty: nothing is left. */
  readonly failed: readonly string[];
}

/**
 * Removes the addresses from their interfaces and, if asked to, stops the sync daemons. Addresses
 * first: they are what harms. Those of others that the kernel takes along are put back.
 *
 * Never rejects.
 */
export async function release(
  what: { readonly addresses: readonly VirtualAddress[]; readonly syncDaemons?: boolean },
  transports: { readonly route?: OpenTransport; readonly generic?: OpenTransport } = {},
): Promise<ReleaseReport> {
  const failed: string[] = [];
  const removed: VirtualAddress[] = [];
  try {
    const route = openRoute(transports.route ? { transport: transports.route } : {});
    try {
      const report = await releaseAddresses(what.addresses, route);
      removed.push(...report.removed);
      failed.push(...report.failed);
    } finally {
      route.close();
    }
  } catch (error) {
    failed.push(messageOf(error));
  }
  const stopped: ('master' | 'backup')[] = [];
  if (what.syncDaemons === true) {
    try {
      const client = await IpvsClient.open(
        transports.generic ? { transport: transports.generic } : {},
      );
      try {
        for (const { state } of await client.readDaemons()) {
          try {
            await client.stopDaemon(state);
            stopped.push(state);
          } catch (error) {
            failed.push(messageOf(error));
          }
        }
      } finally {
        client.close();
      }
    } catch (error) {
      failed.push(messageOf(error));
    }
  }
  return { removed, daemonsStopped: stopped, failed };
}

/**
 * Removes addresses over an open socket. Those of one interface that cannot be removed do not keep
 * the others.
 *
 * @throws {NetlinkError} the kernel could not be read.
 */
export async function releaseAddresses(
  addresses: readonly VirtualAddress[],
  route: AddressKernel,
): Promise<{ readonly removed: readonly VirtualAddress[]; readonly failed: readonly string[] }> {
  const report = await new AddressReconciler(route).reconcile(
    addresses.map((address) => ({ instance: '', address, present: false })),
  );
  return {
    removed: report.removed.map(({ address }) => address),
    failed: report.failed.map(
      ({ address, reason }) =>
        `${address.address}/${address.prefixLength} on ${address.interface}: ${reason}`,
    ),
  };
}
