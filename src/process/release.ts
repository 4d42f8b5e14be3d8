/**
 * Withdraws what a vrrp process that is gone has left on this node: its addresses, then priority 0
 * in the name of each instance that held one, so that the peer need not wait for its timer
 * (RFC 9568 6.4.3), then its routes and rules, then the connection-sync daemons. IPVS services stay: established connections
 * are to live through a restart.
 *
 * Addresses go first: the peer takes over after a skew time, and by then nobody may answer for
 * them here.
 */
import { constants } from 'node:os';
import { wallMillis } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { MICROS_PER_MILLI } from '../base/time.js';
import { AddressReconciler } from '../kernel/addresses.js';
import { FirewallReconciler } from '../kernel/firewall.js';
import type { SavedSettings } from '../kernel/interface-settings.js';
import { RoutingReconciler } from '../kernel/routing.js';
import { NetlinkError } from '../netlink/errors.js';
import { openNfTables } from '../netlink/nf-client.js';
import { openRoute, type RouteClient } from '../netlink/route.js';
import { AdvertTransport } from '../packet-io/advert-transport.js';
import { sourceOf } from '../vrrp/instance.js';
import { releaseAdverts } from '../vrrp/release-advert.js';
import { socketInterface } from '../vrrp/routers.js';
import type { InstanceSettings, VrrpSettings } from '../vrrp/settings.js';
import { openIpvs } from './ipvs-namespace.js';
import { LinkTable } from './link-table.js';
import { VirtualInterfaceKeeper } from './virtual-interface-keeper.js';

export interface ReleaseReport {
  /** Addresses that were there and are gone. */
  readonly removed: readonly string[];
  /** What could not be done, in words. */
  readonly failed: readonly string[];
}

export class Releaser {
  readonly #logger: Logger;
  #route: RouteClient | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Opens now what a release will need, so that it does not wait then. */
  async prepare(): Promise<void> {
    try {
      this.#route ??= openRoute();
      await this.#route.links();
    } catch (error) {
      this.#logger.warning('release-unprepared', `Cannot open netlink: ${messageOf(error)}`);
    }
  }

  /**
   * Withdraws all that the settings name. Goes on after a failure; rejects only when the kernel's
   * addresses cannot be read at all.
   *
   * @param forGood nobody goes on after this: interfaces of instances' own and filters go as well, and
   *   other interfaces get their settings back (`saved`, see {@link InterfaceSettings}).
   */
  async release(
    settings: VrrpSettings,
    { forGood, saved = {} }: { readonly forGood: boolean; readonly saved?: SavedSettings },
  ): Promise<ReleaseReport> {
    this.#route ??= openRoute();
    const route = this.#route;
    const links = new LinkTable();
    links.setVirtual(settings);
    links.load(await route.links(), await route.addresses());
    const report = await new AddressReconciler(route).reconcile(
      settings.instances.flatMap((instance) =>
        [...instance.virtualAddresses, ...instance.excludedAddresses].map((address) => ({
          instance: instance.name,
          address,
          present: false,
        })),
      ),
    );
    const failed = report.failed.map(({ address, reason }) => `${address.address}: ${reason}`);
    const held = new Set(report.removed.map(({ instance }) => instance));
    for (const instance of settings.instances) {
      if (!held.has(instance.name)) continue;
      try {
        await sendPriorityZero(instance, links);
      } catch (error) {
        failed.push(`priority 0 of ${instance.name}: ${messageOf(error)}`);
      }
    }
    failed.push(...(await removeRouting(settings, route, links)));
    if (settings.syncDaemon) failed.push(...(await stopSyncDaemons(settings.ipvsNamespace)));
    if (forGood) failed.push(...(await removeInterfaces(settings, saved, this.#logger)));
    for (const failure of failed) {
      this.#logger.error('release-failed', `Cannot withdraw ${failure}`, {});
    }
    return { removed: [...new Set(report.removed.map(({ address }) => address.address))], failed };
  }

  /** Closes what was opened; an open socket keeps a process from ending. */
  close(): void {
    this.#route?.close();
    this.#route = undefined;
  }
}

/** Removes interfaces and filters as a vrrp process does that stops; returns what failed. */
async function removeInterfaces(
  settings: VrrpSettings,
  saved: SavedSettings,
  logger: Logger,
): Promise<string[]> {
  const failed: string[] = [];
  const { firewall, virtualInterfaces = [] } = settings;
  if (virtualInterfaces.length > 0 || Object.keys(saved).length > 0) {
    const keeper = new VirtualInterfaceKeeper({
      logger,
      onSaved: () => {},
      beforeUp: async () => {},
    });
    keeper.adopt(saved);
    await keeper.removeAll(virtualInterfaces);
  }
  if (!firewall) return failed;
  try {
    const client = openNfTables();
    try {
      await new FirewallReconciler(client).remove(firewall.table);
    } finally {
      client.close();
    }
  } catch (error) {
    // A kernel without nf_tables has none of ours.
    if (error instanceof NetlinkError && error.errno === constants.errno.EOPNOTSUPP) return failed;
    failed.push(`nftables table ${firewall.table}: ${messageOf(error)}`);
  }
  return failed;
}

/**
 * Removes the routes and rules of instances, whoever holds the addresses now. What is static stays
 * where it is, as it does not move.
 */
async function removeRouting(
  { instances }: VrrpSettings,
  route: RouteClient,
  links: LinkTable,
): Promise<string[]> {
  const desired = instances.flatMap(({ name, routing = [] }) =>
    routing.map((entry) => ({ instance: name, entry, present: false })),
  );
  if (desired.length === 0) return [];
  const { failed } = await new RoutingReconciler(route, links).reconcile(desired);
  return failed.map(({ what, reason }) => `${what}: ${reason}`);
}

/** Stops the daemons of both states; returns what failed, in words. */
async function stopSyncDaemons(ipvsNamespace: string | undefined): Promise<string[]> {
  const failed: string[] = [];
  try {
    const client = await openIpvs(ipvsNamespace);
    try {
      for (const { state } of await client.readDaemons()) {
        await client.stopDaemon(state).catch((error: unknown) => failed.push(messageOf(error)));
      }
    } finally {
      client.close();
    }
  } catch (error) {
    failed.push(`connection sync daemons: ${messageOf(error)}`);
  }
  return failed;
}

async function sendPriorityZero(instance: InstanceSettings, links: LinkTable): Promise<void> {
  const name = socketInterface(instance);
  const link = links.get(name);
  const source = sourceOf(instance, links.get(instance.sourceInterface ?? instance.interface));
  if ((!link && name !== '') || source === undefined) {
    throw new Error('no interface or no address to send from');
  }
  let problem: Error | undefined;
  const { family } = instance;
  const place = { interface: name, family, groups: [] };
  const transport = new AdvertTransport(place, link?.index ?? 0, {
    onDatagram: () => {},
    onError: (error) => {
      problem = error;
    },
  });
  try {
    const utc = wallMillis() * MICROS_PER_MILLI;
    for (const { packet, destination, ttl } of releaseAdverts(instance, source, utc)) {
      transport.send(packet, source, destination, ttl);
    }
    await transport.flushed();
  } finally {
    transport.close();
  }
  if (problem) throw problem;
}
