/**
 * Whether a way leads to every real server: the kernel takes one that no interface can reach into its
 * IPVS table without a word, and drops what is sent to it.
 *
 * Looked at after the table was made, at start and with each reload, in small slices. What has no
 * way is asked for again from time to time, so that it is known when there is one; a route that goes
 * later is noticed by the checks.
 */
import { monotonicMicros } from '../base/clock.js';
import type { Ip } from '../base/ip.js';
import type { Logger } from '../base/log.js';
import { MICROS_PER_MILLI } from '../base/time.js';
import {
  describeUnreachable,
  type Lookup,
  lookups,
  type Refusal,
} from '../kernel/server-routes.js';
import { NetlinkError } from '../netlink/errors.js';

/** Lookups in a row; between two such slices everything else has its turn. */
const SLICE = 32;
const PAUSE_MILLIS = 10;
/** What has no way is asked for again so often, or so that it takes this part of the time. */
const AGAIN_MILLIS = 10_000;
const AGAIN_SHARE = 20;
/** Lines of the log at once, and of the status. */
const LOGGED = 10;
const LISTED = 100;

/** Asks for ways, as long as it is open. */
export interface RouteKernel {
  /** Rejects with NetlinkError, refused, if there is no way. */
  lookUp(address: Ip): Promise<unknown>;
  close(): void;
}

interface Options {
  readonly logger: Logger;
  /** Opens a socket where IPVS is. */
  readonly open: () => RouteKernel;
  /** Waits; tests do not. */
  readonly pause?: (millis: number) => Promise<void>;
}

export class ServerRoutes {
  readonly #options: Options;
  #wanted: readonly Lookup[] = [];
  /** Those that no way leads to, by what is said of them; bounded by the lookups. */
  #unreachable: ReadonlyMap<string, Lookup> = new Map();
  /** Counts wishes: a look that is under way for an older one ends. */
  #generation = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What no way leads to, a line each; bounded. */
  get errors(): readonly string[] {
    const all = [...this.#unreachable.keys()];
    if (all.length <= LISTED) return all;
    return [...all.slice(0, LISTED), `... ${all.length - LISTED} more`];
  }

  /**
   * Looks at the ways to all real servers. Never rejects.
   *
   * @param servers see {@link lookups}.
   */
  async want(servers: Parameters<typeof lookups>[0]): Promise<void> {
    this.stop();
    this.#wanted = lookups(servers);
    await this.#look(this.#wanted);
  }

  /** No further lookups. */
  stop(): void {
    this.#generation++;
    clearTimeout(this.#timer);
  }

  async #look(wanted: readonly Lookup[]): Promise<void> {
    if (wanted.length === 0) {
      this.#tell(new Map());
      return;
    }
    const generation = this.#generation;
    const begun = monotonicMicros();
    const found = await this.#unreachableOf(wanted, generation);
    if (!found || generation !== this.#generation) return;
    this.#tell(found);
    if (found.size === 0) return;
    const took = (monotonicMicros() - begun) / MICROS_PER_MILLI;
    const again = [...found.values()];
    this.#timer = setTimeout(
      () => void this.#look(again),
      Math.max(AGAIN_MILLIS, took * AGAIN_SHARE),
    );
    this.#timer.unref();
  }

  /** `undefined`: it is not known, or nobody wants to know any more. */
  async #unreachableOf(
    wanted: readonly Lookup[],
    generation: number,
  ): Promise<ReadonlyMap<string, Lookup> | undefined> {
    const { open, pause = sleep } = this.#options;
    const found = new Map<string, Lookup>();
    let kernel: RouteKernel | undefined;
    try {
      kernel = open();
      for (const [i, lookup] of wanted.entries()) {
        if (i % SLICE === SLICE - 1) await pause(PAUSE_MILLIS);
        if (generation !== this.#generation) return undefined;
        const refusal = await refusalOf(kernel, lookup.address);
        if (refusal) found.set(describeUnreachable(lookup, refusal), lookup);
      }
      return found;
    } catch {
      // Without answers nothing is known of the ways, which is no reason to say anything.
      return undefined;
    } finally {
      kernel?.close();
    }
  }

  /** Logs what has changed. */
  #tell(found: ReadonlyMap<string, Lookup>): void {
    const { logger } = this.#options;
    const before = this.#unreachable;
    this.#unreachable = found;
    const fresh = [...found.keys()].filter((text) => !before.has(text));
    for (const text of fresh.slice(0, LOGGED)) logger.warning('server-unreachable', text);
    if (fresh.length > LOGGED) {
      const more = fresh.length - LOGGED;
      logger.warning('server-unreachable', `... and ${more} more: tandem status lists them`);
    }
    const addresses = new Set([...found.values()].map(({ address }) => address));
    const wanted = new Set(this.#wanted.map(({ address }) => address));
    const back = [...before.values()].filter(
      ({ address }) => wanted.has(address) && !addresses.has(address),
    );
    for (const { servers, service } of back.slice(0, LOGGED)) {
      logger.notice('server-reachable', `${service}: there is a route to ${servers} again`);
    }
    if (back.length > LOGGED) {
      logger.notice('server-reachable', `... and to ${back.length - LOGGED} more`);
    }
  }
}

async function refusalOf(kernel: RouteKernel, address: Ip): Promise<Refusal | undefined> {
  try {
    await kernel.lookUp(address);
    return undefined;
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'NETLINK_REFUSED') throw error;
    return { errnoName: error.errnoName, message: error.message };
  }
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis).unref();
  });
}
