/**
 * Keeps the rules that give FULLNAT's connections their source, and a setting of connection tracking that
 * they need.
 *
 * A service comes into the table only after its rules, and its rules go after it: a connection that is
 * let through in between would reach a server that cannot answer. A file says what was set, so that
 * a process that comes after a crash finds it; without it, and as long as no service is FULLNAT,
 * nothing is touched.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf } from '../base/errors.js';
import type { Ip } from '../base/ip.js';
import type { Logger } from '../base/log.js';
import { destinationKey, type IpvsService, type ServiceId, serviceKey } from '../ipvs/model.js';
import {
  OwnedRules,
  type RulesBackend,
  type RulesReport,
  type WantedRules,
} from '../kernel/owned-rules.js';
import { Reconciler } from '../kernel/reconciler.js';
import type { TranslatedService } from '../kernel/source-nat.js';
import {
  iptablesRules,
  SOURCE_NAT_CHAIN,
  SOURCE_NAT_CHAINS,
} from '../kernel/source-nat-iptables.js';
import { SOURCE_NAT_TABLE, sourceNatTables } from '../kernel/source-nat-tables.js';
import { openNfTables } from '../netlink/nf-client.js';
import { iptablesPrograms, type Within } from './iptables.js';
import { LazyNfTables } from './lazy-nf-tables.js';
import { writeFileAtomically } from './pidfile.js';

interface Options {
  readonly logger: Logger;
  /** Where it is remembered what was set. */
  readonly file?: string;
  /** Where IPVS is: rules and settings are in the same network namespace. */
  readonly within: Within;
  /** What is wanted in the table, servers that are on their way out of it included. */
  inTable(): readonly IpvsService[];
  /** Services that had to wait for their rules need not any more. */
  onReady(): void;
}

/** What the file says. */
interface Remembered {
  readonly backend?: RulesBackend;
  /** What settings were before they were changed, by their path below /proc/sys. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * IPVS's connections are kept in connection tracking, where rules that translate are applied. It is set
 * with the other switches of IPVS.
 */
const CONNTRACK = 'net/ipv4/vs/conntrack';
/**
 * A director that has been MASTER before knows connections as they were then; what the other one has
 * passed on meanwhile would be outside of their windows, and not translated.
 */
const LIBERAL = 'net/netfilter/nf_conntrack_tcp_be_liberal';
const FORWARDING = { 4: 'net/ipv4/ip_forward', 6: 'net/ipv6/conf/all/forwarding' } as const;
const WORDS: Readonly<Record<RulesBackend, string>> = {
  nftables: `nftables table ${SOURCE_NAT_TABLE}`,
  iptables: `iptables chain ${SOURCE_NAT_CHAIN}`,
};

export class SourceNatKeeper {
  readonly #options: Options;
  readonly #loop: Reconciler<RulesReport>;
  readonly #rules: OwnedRules;
  readonly #tables: LazyNfTables;
  #remembered: Remembered;
  #wanted: readonly TranslatedService[] = [];
  /** What was wanted and may still be in the table; its rules go after it. */
  #former: readonly TranslatedService[] = [];
  /** Services that have their rules; bounded by what is wanted. */
  #made = new Set<string>();
  #wantedKeys: ReadonlySet<string> = new Set();
  #isNew = false;
  #isPreparing = false;
  #lastError: string | undefined;
  #told: RulesBackend | undefined;
  #toldClosed: string | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#remembered = options.file === undefined ? {} : read(options.file);
    this.#tables = new LazyNfTables(() => options.within(() => openNfTables()));
    this.#rules = new OwnedRules(
      this.#tables,
      iptablesPrograms(options.within),
      SOURCE_NAT_CHAINS,
      this.#remembered.backend && { backend: this.#remembered.backend, name: SOURCE_NAT_TABLE },
    );
    this.#loop = new Reconciler<RulesReport>({
      pass: () => this.#pass(),
      isComplete: () => true,
      onReport: (report) => this.#tell(report),
      onError: (error) => this.#tellError(messageOf(error)),
    });
  }

  /** What could not be done, in words. */
  get errors(): readonly string[] {
    return this.#lastError === undefined ? [] : [this.#lastError];
  }

  /** Says what is wanted; {@link prepare} makes it so. */
  want(services: readonly TranslatedService[]): void {
    const pairs = pairsOf(services);
    this.#former = without([...this.#wanted, ...this.#former], (pair) => pairs.has(pair));
    this.#wanted = services;
    this.#wantedKeys = new Set(services.map(({ id }) => serviceKey(id)));
    this.#isNew = true;
  }

  /** Sets the rules that are newly wanted; resolves when that has been tried. Never rejects. */
  async prepare(): Promise<void> {
    if (!this.#isNew || this.#wanted.length === 0) return;
    this.#isNew = false;
    this.#isPreparing = true;
    await this.#loop.reconcileNow().catch(() => {});
    this.#isPreparing = false;
  }

  /** The table is as wanted: rules that nothing in it needs go. Never rejects. */
  async settle(): Promise<void> {
    const isOver = this.#wanted.length === 0 && this.#isThere();
    if (this.#prune() || isOver) await this.#loop.reconcileNow().catch(() => {});
  }

  /** Whether a service may be in the table: it needs no rules, or has had them. */
  admits(service: ServiceId): boolean {
    const key = serviceKey(service);
    return !this.#wantedKeys.has(key) || this.#made.has(key);
  }

  /** No further passes; the rules stay as they are. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Removes all, after the services. {@link stop} comes before. Never rejects. */
  async withdraw(): Promise<void> {
    [this.#wanted, this.#former] = [[], []];
    try {
      if (this.#isThere()) await this.#pass();
    } catch (error) {
      this.#tellError(messageOf(error));
    }
    this.#tables.close();
  }

  /** Something of ours is, or may be, set. */
  #isThere(): boolean {
    const { backend, settings } = this.#remembered;
    return backend !== undefined || settings !== undefined;
  }

  /** Forgets what does not drain (any more). @returns whether there was something. */
  #prune(): boolean {
    if (this.#former.length === 0) return false;
    const draining = this.#options.inTable().map(({ id, destinations }) => ({
      id,
      servers: [...destinations].filter(({ weight }) => weight === 0),
    }));
    const there = pairsOf(draining);
    const left = without(this.#former, (pair) => !there.has(pair));
    const changed = pairsOf(left).size < pairsOf(this.#former).size;
    this.#former = left;
    return changed;
  }

  async #pass(): Promise<RulesReport> {
    // What is newly wanted is prepared before the table is changed.
    if (!this.#isPreparing) this.#prune();
    const services = [...this.#wanted, ...this.#former];
    if (services.length === 0) {
      const report = await this.#rules.reconcile(undefined);
      this.#restore();
      this.#remember({});
      this.#made.clear();
      return report;
    }
    this.#adjust(services);
    // Before they are there: a crash in between must not leave rules that nobody knows of.
    if (this.#remembered.backend === undefined) this.#remember({ backend: 'nftables' });
    const report = await this.#rules.reconcile(wantedRules(services));
    this.#remember({ backend: report.backend });
    const waited = services.some(({ id }) => !this.#made.has(serviceKey(id)));
    this.#made = new Set(services.map(({ id }) => serviceKey(id)));
    if (waited && !this.#isPreparing) this.#options.onReady();
    return report;
  }

  /** Sets what the rules need of the kernel. */
  #adjust(services: readonly TranslatedService[]): void {
    const tracked = this.#read(CONNTRACK);
    if (tracked !== '1') throw new Error(`net.ipv4.vs.conntrack is ${tracked ?? 'not there'}`);
    // Only connections from an address that moves survive a fail-over.
    if (services.some(({ servers }) => servers.some(({ pool }) => pool))) this.#set(LIBERAL);
    const closed = ([4, 6] as const)
      .filter((each) => services.some(({ family }) => family === each))
      .map((each) => FORWARDING[each])
      .find((name) => this.#read(name) === '0');
    if (closed !== undefined && closed !== this.#toldClosed) {
      const name = closed.replaceAll('/', '.');
      const text = `FULLNAT: ${name} is 0: answers of real servers are not passed on`;
      this.#options.logger.warning('fullnat-forwarding', text);
    }
    this.#toldClosed = closed;
  }

  #set(name: string): void {
    const value = this.#read(name);
    if (value === undefined || value === '1') return;
    this.#remember({ settings: { [name]: value, ...this.#remembered.settings } });
    this.#write(name, '1');
  }

  #restore(): void {
    for (const [name, value] of Object.entries(this.#remembered.settings ?? {})) {
      try {
        this.#write(name, value);
      } catch {
        // The module has been unloaded.
      }
    }
  }

  /** A setting's value; undefined: the kernel has none of that name. */
  #read(name: string): string | undefined {
    try {
      return this.#options.within(() => readFileSync(`/proc/sys/${name}`, 'latin1')).trim();
    } catch {
      return undefined;
    }
  }

  #write(name: string, value: string): void {
    this.#options.within(() => writeFileSync(`/proc/sys/${name}`, value));
  }

  /** Adds to what is remembered; nothing at all forgets it. */
  #remember(more: Remembered): void {
    const next = Object.keys(more).length === 0 ? {} : { ...this.#remembered, ...more };
    const text = JSON.stringify(next);
    if (text === JSON.stringify(this.#remembered)) return;
    this.#remembered = next;
    const { logger, file } = this.#options;
    if (file === undefined) return;
    try {
      if (text === '{}') rmSync(file, { force: true });
      else writeFileAtomically(file, `${text}\n`, 0o644);
    } catch (error) {
      logger.warning('fullnat-record', `Cannot write ${file}: ${messageOf(error)}`);
    }
  }

  #tell({ backend, repaired }: RulesReport): void {
    const { logger } = this.#options;
    if (this.#lastError !== undefined && this.#wanted.length > 0) {
      logger.notice('fullnat-recovered', 'FULLNAT: the rules are set now');
    }
    this.#lastError = undefined;
    if (repaired) {
      logger.warning(
        'fullnat-repaired',
        `FULLNAT: ${WORDS[backend]} was changed by something else: restored`,
      );
    }
    if (this.#wanted.length > 0 && this.#told !== backend) {
      this.#told = backend;
      logger.info('fullnat-rules', `FULLNAT: connections get their source by ${WORDS[backend]}`);
    }
  }

  #tellError(error: string): void {
    const text = `FULLNAT: cannot set the rules: ${error}`;
    if (text === this.#lastError) return;
    this.#lastError = text;
    this.#options.logger.error('fullnat-failed', text);
  }
}

function wantedRules(services: readonly TranslatedService[]): WantedRules {
  return {
    name: SOURCE_NAT_TABLE,
    tables: sourceNatTables(services),
    chains: (table, family) => iptablesRules(table, family, services),
  };
}

/** A service with servers of it. */
interface Served {
  readonly id: ServiceId;
  readonly servers: readonly { readonly address: Ip; readonly port: number }[];
}

function pairsOf(services: readonly Served[]): Set<string> {
  return new Set(
    services.flatMap(({ id, servers }) => servers.map((server) => pairKey(id, server))),
  );
}

function pairKey(id: ServiceId, server: Served['servers'][number]): string {
  return `${serviceKey(id)} ${destinationKey(server)}`;
}

/** What is left of services without some of their servers. */
function without(
  services: readonly TranslatedService[],
  isGone: (pair: string) => boolean,
): TranslatedService[] {
  return services.flatMap((service) => {
    const servers = service.servers.filter((server) => !isGone(pairKey(service.id, server)));
    return servers.length > 0 ? [{ ...service, servers, uniform: false }] : [];
  });
}

function read(file: string): Remembered {
  try {
    const { backend, settings } = JSON.parse(readFileSync(file, 'utf8')) as Remembered;
    const known = Object.entries(settings ?? {}).filter(
      ([name, value]) => name === LIBERAL && value === '0',
    );
    return {
      ...(backend === 'nftables' || backend === 'iptables' ? { backend } : {}),
      ...(known.length > 0 ? { settings: Object.fromEntries(known) } : {}),
    };
  } catch {
    return {};
  }
}
