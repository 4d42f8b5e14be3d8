/**
 * Keeps the interfaces that instances have of their own (`use_vmac`, `use_ipvlan`), and how those
 * below them behave. They are there before the engine hears of its configuration, and go after it has
 * released what is on them. Nothing is opened before one is wanted.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { InterfaceSettings, type SavedSettings } from '../kernel/interface-settings.js';
import { Reconciler } from '../kernel/reconciler.js';
import { VirtualLinkReconciler, type VirtualLinkReport } from '../kernel/virtual-links.js';
import { type LinkClient, openLinks } from '../netlink/links.js';
import type { LinkDetails } from '../netlink/virtual-link.js';
import type { VirtualInterface } from '../vrrp/settings.js';

const IPV4 = '/proc/sys/net/ipv4';
const IGMP_REPORTS = 'igmp_link_local_mcast_reports';

interface Options {
  readonly logger: Logger;
  /** What was changed on other interfaces: to be remembered beyond this process. */
  onSaved(saved: SavedSettings): void;
  /** New interfaces are there, and not up yet. Never rejects. */
  beforeUp(links: readonly LinkDetails[]): Promise<void>;
}

export class VirtualInterfaceKeeper {
  readonly #logger: Logger;
  readonly #loop: Reconciler<VirtualLinkReport>;
  readonly #links: VirtualLinkReconciler;
  readonly #settings: InterfaceSettings;
  /** Interfaces with `promote_secondaries`; bounded by the configuration. */
  #promote: readonly string[] = [];
  /** `disable_local_igmp` */
  #quietIgmp = false;
  /** An earlier process has left something to put back. */
  #hasSaved = false;
  readonly #beforeUp: Options['beforeUp'];
  #client: LinkClient | undefined;
  #desired: readonly VirtualInterface[] = [];
  /** Names of interfaces that are to go, and for which instance they were; bounded by reloads. */
  readonly #retired = new Map<string, string>();
  /** Whether those may go by now. */
  #retire = false;
  /** What failed in the last pass, so that it is told once. Bounded by the configuration. */
  #failed: ReadonlyMap<string, string> = new Map();

  constructor({ logger, onSaved, beforeUp }: Options) {
    this.#beforeUp = beforeUp;
    this.#logger = logger;
    const client = (): LinkClient => this.#client as LinkClient;
    this.#links = new VirtualLinkReconciler(
      {
        links: () => client().links(),
        addresses: () => client().addresses(),
        apply: (operation) => client().apply(operation),
      },
      disableIpv6,
    );
    this.#settings = new InterfaceSettings({
      apply: (operation) => client().apply(operation),
      readRpFilter,
      writeRpFilter: (name, value) => this.#write(`conf/${name}/rp_filter`, value),
      readIgmpReports: () => readSysctl(IGMP_REPORTS),
      writeIgmpReports: (value) => this.#write(IGMP_REPORTS, value),
      onSaved,
    });
    this.#loop = new Reconciler<VirtualLinkReport>({
      pass: () => this.#pass(),
      isComplete: (report) => report.failed.length === 0,
      onReport: (report) => this.#tell(report),
      onError: (error) =>
        logger.error('vmac-failed', `Cannot keep virtual interfaces: ${messageOf(error)}`),
    });
  }

  /** Takes over what an earlier process has changed on other interfaces. */
  adopt(saved: SavedSettings): void {
    this.#settings.adopt(saved);
    this.#hasSaved ||= Object.keys(saved).length > 0;
  }

  /**
   * Makes what is wanted; what no longer is stays until {@link removeRetired}. Never rejects.
   *
   * @param promote interfaces with `promote_secondaries`.
   * @param quietIgmp `disable_local_igmp`.
   * @returns whether there is or was anything to do.
   */
  async want(
    interfaces: readonly VirtualInterface[],
    promote: readonly string[] = [],
    quietIgmp = false,
  ): Promise<boolean> {
    const names = new Set(interfaces.map(({ name }) => name));
    for (const { name, instance } of this.#desired) {
      if (!names.has(name)) this.#retired.set(name, instance);
    }
    for (const name of names) this.#retired.delete(name);
    this.#desired = interfaces;
    this.#promote = promote;
    this.#quietIgmp = quietIgmp;
    if (!this.#isUsed()) return false;
    this.#retire = false;
    await this.#loop.reconcileNow().catch(() => {});
    return true;
  }

  /** Removes what an earlier configuration had. */
  async removeRetired(): Promise<void> {
    if (!this.#isUsed()) return;
    this.#retire = true;
    if (this.#retired.size > 0) await this.#loop.reconcileNow().catch(() => {});
  }

  /** An interface has appeared, changed or gone. */
  linkChanged(name: string): void {
    const concerns = (item: VirtualInterface): boolean =>
      item.name === name || item.parent === name;
    if (this.#desired.some(concerns) || this.#promote.includes(name)) this.#loop.trigger();
  }

  /** Removes what a process that is gone has made. Never rejects. */
  async removeAll(interfaces: readonly VirtualInterface[]): Promise<void> {
    for (const { name, instance } of interfaces) this.#retired.set(name, instance);
    await this.stop();
  }

  /** Removes everything and puts back how other interfaces were. Never rejects. */
  async stop(): Promise<void> {
    await this.want([]);
    await this.removeRetired();
    await this.#loop.stop();
    this.#client?.close();
  }

  #isUsed(): boolean {
    return (
      this.#promote.length > 0 ||
      this.#quietIgmp ||
      this.#hasSaved ||
      this.#desired.length > 0 ||
      this.#retired.size > 0 ||
      this.#client !== undefined
    );
  }

  async #pass(): Promise<VirtualLinkReport> {
    this.#client ??= openLinks();
    const report = await this.#links.reconcile(
      this.#desired,
      this.#retire ? [...this.#retired.keys()] : [],
      this.#beforeUp,
    );
    await this.#settings.reconcile(this.#desired, report.links, this.#promote, this.#quietIgmp);
    return report;
  }

  #tell({ created, removed, failed }: VirtualLinkReport): void {
    const of = (name: string): VirtualInterface | undefined =>
      this.#desired.find((item) => item.name === name);
    for (const name of created) {
      const item = of(name);
      const kind = item?.kind === 'ipvlan' ? 'IPVLAN' : 'VMAC';
      this.#logger.info(
        'vmac-created',
        `(${item?.instance}) Success creating ${kind} interface ${name}`,
      );
    }
    for (const name of removed) {
      const instance = this.#retired.get(name);
      this.#retired.delete(name);
      this.#logger.info('vmac-removed', `(${instance}) Success removing VMAC interface ${name}`);
    }
    for (const { name, reason } of failed) {
      if (this.#failed.get(name) === reason) continue;
      const instance = of(name)?.instance ?? this.#retired.get(name);
      this.#logger.error(
        'vmac-failed',
        `(${instance}) Unable to create VMAC interface ${name}: ${reason}`,
      );
    }
    this.#failed = new Map(failed.map(({ name, reason }) => [name, reason]));
  }

  #write(setting: string, value: number): void {
    try {
      writeFileSync(`${IPV4}/${setting}`, String(value));
    } catch (error) {
      const name = `net.ipv4.${setting.replaceAll('/', '.')}`;
      this.#logger.warning('sysctl-failed', `Cannot set ${name}: ${messageOf(error)}`);
    }
  }
}

function readRpFilter(name: 'all' | 'default'): number {
  return readSysctl(`conf/${name}/rp_filter`) ?? 0;
}

/** /proc is no disk. */
function readSysctl(setting: string): number | undefined {
  try {
    return Number(readFileSync(`${IPV4}/${setting}`, 'latin1').trim());
  } catch {
    return undefined;
  }
}

function disableIpv6(name: string, disabled: boolean): void {
  writeFileSync(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, disabled ? '1' : '0');
}
