/**
 * Makes the routes and rules of instances, and the static ones, true.
 *
 * The kernel is asked by trying: adding a route or rule that is there fails with EEXIST, and the
 * kernel compares all of it. So a pass sends what is wanted and learns from the answers what was
 * missing. That costs as much as what is configured, where a dump costs as much as what the machine
 * has, which on a router is a million routes. Others' routes are never touched.
 */
import { constants } from 'node:os';
import { describeRouting, type Route, type RoutingEntry } from '../base/routing.js';
import type { NetlinkError } from '../netlink/errors.js';
import type { RouteClient } from '../netlink/route.js';
import {
  encodeDeleteRoute,
  encodeNewRoute,
  type LinkNames,
  type MissingLink,
} from '../netlink/route-codec.js';
import { encodeDeleteRule, encodeNewRule } from '../netlink/rule-codec.js';
import type { NetlinkRequest } from '../netlink/socket.js';
import type { DesiredRouting } from '../vrrp/desired-routing.js';

/** What a pass did and found, for each instance; '' is what is static. */
export interface RoutingReport {
  /** Were there after the pass before, are still wanted, and were gone: something removed them. */
  readonly restored: readonly RoutingNotice[];
  /** Wanted and not there, or not wanted and still there: all of them. */
  readonly failed: readonly (RoutingNotice & { readonly reason: string })[];
  /** Of `failed` those that were not so, or not for that reason, after the pass before. */
  readonly newlyFailed: readonly (RoutingNotice & { readonly reason: string })[];
}

export interface RoutingNotice {
  readonly instance: string;
  /** In ip(8)'s words: `route 10.0.0.0/8 via 192.0.2.1 dev eth0`. */
  readonly what: string;
}

/** What is needed of the kernel. */
export type RoutingKernel = Pick<RouteClient, 'applyRequests'>;

/**
 * Requests that are sent at a time. The kernel works on them before it returns, and adverts wait for
 * that: some ten microseconds each.
 */
const CHUNK = 32;

interface Item {
  readonly key: string;
  readonly desired: DesiredRouting;
}

interface Try {
  readonly item: Item;
  readonly request: NetlinkRequest | MissingLink;
}

export class RoutingReconciler {
  readonly #kernel: RoutingKernel;
  readonly #links: LinkNames;
  /** The text that identifies an entry; settings are made once and used in every pass. */
  readonly #keys = new WeakMap<RoutingEntry, string>();
  /** What is there by our hand; bounded by the configurations in force since it was removed. */
  readonly #held = new Map<string, DesiredRouting>();
  /** What an earlier process may have left, and is gone now; bounded by the configuration. */
  #gone: ReadonlySet<string> = new Set();
  /** Why what failed did, by key. */
  #failures: ReadonlyMap<string, string> = new Map();

  constructor(kernel: RoutingKernel, links: LinkNames) {
    this.#kernel = kernel;
    this.#links = links;
  }

  /**
   * One pass. Passes must not overlap. Routes come before rules, what is added before what is
   * removed; removing, rules go first. Never rejects.
   *
   * @param desired every route and rule of the configuration, wanted or not. What was held and is
   *   not listed any more is removed.
   */
  async reconcile(desired: readonly DesiredRouting[]): Promise<RoutingReport> {
    const wanted = new Map<string, Item>();
    const unwanted = new Map<string, Item>();
    for (const item of this.#items(desired)) if (item.desired.present) wanted.set(item.key, item);
    for (const item of this.#items(desired)) {
      if (!wanted.has(item.key) && !this.#gone.has(item.key)) unwanted.set(item.key, item);
    }
    for (const [key, held] of this.#held) {
      if (!wanted.has(key)) unwanted.set(key, { key, desired: held });
    }
    const failures = new Map<string, { readonly item: Item; readonly reason: string }>();
    const restored: RoutingNotice[] = [];
    const replaced = await this.#add([...wanted.values()], unwanted, failures, restored);
    const gone = await this.#remove(
      [...unwanted.values()].filter(({ key }) => !replaced.has(key)),
      failures,
    );
    const listed = new Set([...this.#items(desired)].map(({ key }) => key));
    this.#gone = new Set(
      [...this.#gone, ...gone, ...replaced].filter((key) => listed.has(key) && !wanted.has(key)),
    );
    const failed = [...failures.values()].map(({ item, reason }) => ({ ...notice(item), reason }));
    const before = this.#failures;
    this.#failures = new Map([...failures].map(([key, { reason }]) => [key, reason]));
    const newlyFailed = [...failures]
      .filter(([key, { reason }]) => before.get(key) !== reason)
      .map(([, { item, reason }]) => ({ ...notice(item), reason }));
    return { restored, failed, newlyFailed };
  }

  *#items(desired: readonly DesiredRouting[]): Iterable<Item> {
    for (const each of desired) yield { key: this.#keyOf(each.entry), desired: each };
  }

  #keyOf(entry: RoutingEntry): string {
    const known = this.#keys.get(entry);
    if (known !== undefined) return known;
    const key = JSON.stringify(entry);
    this.#keys.set(entry, key);
    return key;
  }

  /** Adds what is missing. Returns what is gone because something took its place. */
  async #add(
    wanted: readonly Item[],
    unwanted: ReadonlyMap<string, Item>,
    failures: Map<string, { readonly item: Item; readonly reason: string }>,
    restored: RoutingNotice[],
  ): Promise<ReadonlySet<string>> {
    const places = this.#placesOf([...unwanted.values()].filter(({ key }) => this.#held.has(key)));
    const replaced = new Set<string>();
    const tries: Try[] = [];
    for (const item of inOrder(wanted)) {
      const { entry } = item.desired;
      // What something else removed stays so until the instance is MASTER again.
      if (this.#held.has(item.key) && isUntracked(entry)) continue;
      if (entry.kind === 'rule') {
        tries.push({ item, request: encodeNewRule(entry.rule) });
        continue;
      }
      const place = this.#held.has(item.key) ? undefined : placeOf(entry.route);
      const old = place === undefined ? undefined : places.get(place);
      if (place !== undefined && old) {
        places.delete(place);
        for (const { key } of old) replaced.add(key);
      }
      const request = encodeNewRoute(entry.route, this.#links, old !== undefined);
      tries.push({ item, request });
    }
    await this.#apply(tries, ({ item }, error) => {
      const { key, desired } = item;
      if (error === undefined) {
        if (this.#held.has(key)) restored.push(notice(item));
        this.#held.set(key, desired);
      } else if (typeof error !== 'string' && error.errno === constants.errno.EEXIST) {
        this.#held.set(key, desired);
      } else failures.set(key, { item, reason: reasonOf(error) });
    });
    for (const key of replaced) this.#held.delete(key);
    return replaced;
  }

  async #remove(
    unwanted: readonly Item[],
    failures: Map<string, { readonly item: Item; readonly reason: string }>,
  ): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    const tries = inOrder(unwanted)
      .reverse()
      .map((item): Try => {
        const { entry } = item.desired;
        const request =
          entry.kind === 'rule'
            ? encodeDeleteRule(entry.rule)
            : encodeDeleteRoute(entry.route, this.#links);
        return { item, request };
      });
    await this.#apply(tries, ({ item }, error) => {
      // With its interface a route is gone as well.
      if (error === undefined || typeof error === 'string' || isAbsent(error)) {
        gone.add(item.key);
        this.#held.delete(item.key);
      } else failures.set(item.key, { item, reason: reasonOf(error) });
    });
    return gone;
  }

  /** Of IPv6 two routes of one place are ways of one route: the new one replaces the old one. */
  #placesOf(items: readonly Item[]): Map<string, Item[]> {
    const places = new Map<string, Item[]>();
    for (const item of items) {
      const { entry } = item.desired;
      const place = entry.kind === 'route' ? placeOf(entry.route) : undefined;
      if (place === undefined) continue;
      const others = places.get(place);
      if (others) others.push(item);
      else places.set(place, [item]);
    }
    return places;
  }

  /** Sends in small batches; the outcome of each is `undefined` for success, or why not. */
  async #apply(
    tries: readonly Try[],
    onResult: (attempt: Try, error: NetlinkError | string | undefined) => void,
  ): Promise<void> {
    const sent: { readonly attempt: Try; readonly request: NetlinkRequest }[] = [];
    for (const attempt of tries) {
      if ('missing' in attempt.request) onResult(attempt, attempt.request.missing);
      else sent.push({ attempt, request: attempt.request });
    }
    for (let from = 0; from < sent.length; from += CHUNK) {
      const chunk = sent.slice(from, from + CHUNK);
      const results = await this.#kernel.applyRequests(chunk.map(({ request }) => request));
      chunk.forEach(({ attempt }, i) => {
        onResult(attempt, results[i]);
      });
    }
  }
}

function notice({ desired }: Item): RoutingNotice {
  return { instance: desired.instance, what: describeRouting(desired.entry) };
}

/** Routes, then rules, as keepalived adds them. */
function inOrder(items: readonly Item[]): Item[] {
  const kind = ({ desired }: Item): number => (desired.entry.kind === 'route' ? 0 : 1);
  return [...items].sort((a, b) => kind(a) - kind(b));
}

/** What the kernel tells IPv6 routes apart by, besides their ways. */
function placeOf({ family, destination, from, table, vrf, metric }: Route): string | undefined {
  return family === 4 ? undefined : JSON.stringify([destination, from, table, vrf, metric]);
}

function isUntracked(entry: RoutingEntry): boolean {
  return (entry.kind === 'route' ? entry.route : entry.rule).noTrack === true;
}

function isAbsent({ errno }: NetlinkError): boolean {
  const { ESRCH, ENOENT, ENODEV } = constants.errno;
  return errno === ESRCH || errno === ENOENT || errno === ENODEV;
}

function reasonOf(error: NetlinkError | string): string {
  return typeof error === 'string' ? `no interface ${error}` : error.message;
}
