/**
 * Keeps the switches of net.ipv4.vs as the services need them, writes down what they were, and puts
 * them back at the end.
 */
import { networkInterfaces } from 'node:os';
import { messageOf } from '../base/errors.js';
import type { Ip } from '../base/ip.js';
import type { Logger } from '../base/log.js';
import { differentServers } from '../checker/server-columns.js';
import type { CheckerSettings, VirtualServerSettings } from '../checker/settings.js';
import { type SysctlInput, type WantedSysctl, wantedSysctls } from '../ipvs/sysctls.js';
import {
  IpvsSysctls,
  type SavedSysctls,
  type SysctlFiles,
  type SysctlReport,
} from '../kernel/ipvs-sysctls.js';
import { readSavedSysctls, writeSavedSysctls } from './ipvs-sysctl-files.js';

interface Options {
  readonly logger: Logger;
  readonly files: SysctlFiles;
  /** The record's path. */
  readonly record: string;
}

export class SysctlKeeper {
  readonly #logger: Logger;
  readonly #sysctls: IpvsSysctls;
  #wanted: readonly WantedSysctl[] = [];
  /** What was told already; bounded by the switches. */
  #failed: readonly string[] = [];

  constructor({ logger, files, record }: Options) {
    this.#logger = logger;
    this.#sysctls = new IpvsSysctls(files, (saved) => this.#save(record, saved));
    this.#sysctls.adopt(readSavedSysctls(record));
  }

  /** Takes over what a configuration needs. */
  configure(settings: CheckerSettings): void {
    this.#wanted = wantedSysctls(sysctlInput(settings, ownAddresses()));
    this.#tell(this.#sysctls.reconcile(this.#wanted), 'set');
  }

  /** Puts back what something else has changed. */
  check(): void {
    this.#tell(this.#sysctls.reconcile(this.#wanted), 'set again');
  }

  /** Puts back what was before. */
  restore(): void {
    this.#tell(this.#sysctls.restore(), 'put back');
  }

  #tell({ changed, failed }: SysctlReport, how: string): void {
    for (const { name, from, to } of changed) {
      const why = this.#wanted.find((each) => each.name === name && each.value === to)?.why;
      const text = `net.ipv4.vs.${name} ${how}: ${from} -> ${to}`;
      this.#logger.notice('ipvs-sysctl', why ? `${text} (${why})` : text, { name, from, to });
    }
    for (const text of failed) {
      if (!this.#failed.includes(text)) this.#logger.warning('ipvs-sysctl-failed', text);
    }
    this.#failed = failed;
  }

  #save(record: string, saved: SavedSysctls): void {
    try {
      writeSavedSysctls(record, saved);
    } catch (error) {
      const text = `Cannot write down what net.ipv4.vs was: ${messageOf(error)}`;
      this.#logger.warning('ipvs-sysctl-failed', text);
    }
  }
}

/** What of a configuration decides about the switches. */
export function sysctlInput(settings: CheckerSettings, addresses: ReadonlySet<Ip>): SysctlInput {
  // An address that the machine answers for as a service is not its own one.
  const virtual = new Set(
    settings.virtualServers.map(({ id }) => (id.kind === 'address' ? id.address : '')),
  );
  return {
    services: settings.virtualServers.map((server) => ({
      persistent: server.persistenceTimeout > 0,
      // Of NAT a server is not this machine.
      servers: isAllNat(server) ? [] : server.realServers,
    })),
    wishes: settings.sysctls ?? {},
    own: new Set([...addresses].filter((address) => !virtual.has(address))),
    syncFollowsAll: settings.syncFollowsAll ?? false,
    translates: settings.virtualServers.some(({ realServers, sorryServer }) =>
      [...differentServers(realServers), ...(sorryServer ? [sorryServer] : [])].some(
        ({ sourceNat }) => sourceNat,
      ),
    ),
  };
}

function isAllNat({ realServers }: VirtualServerSettings): boolean {
  return [...differentServers(realServers)].every(({ method }) => method === 'NAT');
}

/** The addresses of this machine's interfaces, without those of the loopback network. */
export function ownAddresses(): ReadonlySet<Ip> {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set(
    all.map(({ address }) => address).filter((a) => !a.startsWith('127.') && a !== '::1'),
  );
}
