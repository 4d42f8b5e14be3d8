/**
 * What must hold between the nodes of a simulation.
 *
 * - Two nodes that hear each other are not both MASTER for longer than three intervals and a skew;
 *   once all is well for no longer than an advert travels.
 * - Once all is well nobody is MASTER for no longer than the longest down interval, and in the end
 *   exactly one node is, the best one if all preempt, with the addresses.
 * - A MASTER that heard a losing advert has announced itself after the loser did; with
 *   `higher_prio_send_advert` every MASTER has, even if all it could hear was lost; not if the wire
 *   doubled what the loser received meanwhile.
 * - Once it has settled nothing changes any more, and a sync group is not half MASTER.
 */
import { MAX_LATENESS, type SimNode } from './node.js';
import { longestDownInterval, type Plan } from './plan.js';

/** The longest that an advert travels, µs. */
export const MAX_DELAY = 1_500;

interface Options {
  readonly plan: Plan;
  readonly nodes: readonly SimNode[];
  readonly names: readonly string[];
  now(): number;
  /** Since when all that a node sends comes to another one; Infinity: it does not. */
  hearsSince(from: number, to: number): number;
  violated(rule: string, text: string): void;
}

export class Judge {
  readonly #options: Options;
  /** Per instance: since when there are how many masters. */
  readonly #masters = new Map<string, { count: number; since: number }>();
  /** `instance a b`: since when both are MASTER. */
  readonly #dual = new Map<string, { since: number; reported: boolean }>();
  readonly #announcedAt = new Map<string, number>();
  /** `instance winner loser`: when the winner last heard the loser lose. */
  readonly #lostAt = new Map<string, number>();
  /** `instance node`: when it last received the copy of an advert besides the advert. */
  readonly #copiedAt = new Map<string, number>();
  /** When everything was well again. */
  healedAt = Number.POSITIVE_INFINITY;
  lastChange = 0;

  constructor(options: Options) {
    this.#options = options;
    for (const name of options.names) this.#masters.set(name, { count: 0, since: 0 });
  }

  changed(instance: string): void {
    this.lastChange = this.#options.now();
    this.count(instance);
  }

  announced(node: SimNode, instance: string): void {
    this.#announcedAt.set(`${instance} ${node.name}`, this.#options.now());
  }

  /** A MASTER has heard an advert of one that is worse. */
  heardLoser(instance: string, winner: SimNode, loser: SimNode): void {
    this.#lostAt.set(`${instance} ${winner.name} ${loser.name}`, this.#options.now());
  }

  /** The wire has doubled an advert, and both have come. */
  heardTwice(instance: string, node: SimNode): void {
    this.#copiedAt.set(`${instance} ${node.name}`, this.#options.now());
  }

  healed(): void {
    this.healedAt = this.#options.now();
    for (const entry of this.#masters.values()) entry.since = this.healedAt;
    for (const name of this.#options.names) this.count(name);
  }

  /**
   * Judges the time that ends now, and counts anew. The count may pass through intermediate values
   * within one instant; those last no time and are never judged.
   */
  count(instance: string): void {
    const { nodes, plan } = this.#options;
    const entry = this.#masters.get(instance);
    if (!entry) return;
    const now = this.#options.now();
    const masters = nodes.filter((node) => node.state(instance) === 'MASTER');
    const from = Math.max(entry.since, this.healedAt);
    if (entry.count === 0 && now - from > longestDownInterval(plan) + MAX_LATENESS + MAX_DELAY) {
      this.#options.violated('one MASTER', `${instance}: no MASTER from ${from}`);
    }
    // Each MASTER advertises within an interval; a hand-over takes as long as an advert travels.
    const advertised = this.healedAt + plan.interval + MAX_DELAY + MAX_LATENESS;
    const dual = now - Math.max(entry.since, advertised);
    if (entry.count > 1 && dual > MAX_DELAY) {
      const text = `${instance}: ${entry.count} MASTERs from ${entry.since}`;
      this.#options.violated('one MASTER', text);
    }
    this.#judgePairs(instance, now);
    this.#pair(instance, masters, now);
    if (masters.length !== entry.count) {
      this.#masters.set(instance, { count: masters.length, since: now });
    }
  }

  /** Before something cuts or mends a way, and whenever a MASTER comes or goes. */
  judgePairs(): void {
    for (const name of this.#options.names) this.#judgePairs(name, this.#options.now());
  }

  #judgePairs(instance: string, now: number): void {
    if (this.#dual.size === 0) return;
    const { plan, hearsSince } = this.#options;
    const bound = longestDownInterval(plan) + MAX_DELAY + MAX_LATENESS;
    for (const [key, dual] of this.#dual) {
      const [name, a, b] = key.split(' ');
      if (name !== instance || dual.reported) continue;
      const since = Math.max(
        dual.since,
        hearsSince(Number(a), Number(b)),
        hearsSince(Number(b), Number(a)),
      );
      if (now - since <= bound) continue;
      dual.reported = true;
      const text = `${instance}: n${a} and n${b} hear each other and are MASTER from ${since}`;
      this.#options.violated('one MASTER', text);
    }
  }

  #pair(instance: string, masters: readonly SimNode[], now: number): void {
    if (masters.length < 2 && this.#dual.size === 0) return;
    const present = new Set<string>();
    for (const a of masters) {
      for (const b of masters)
        if (a.index < b.index) present.add(`${instance} ${a.index} ${b.index}`);
    }
    for (const key of this.#dual.keys()) {
      if (key.startsWith(`${instance} `) && !present.has(key)) this.#dual.delete(key);
    }
    for (const key of present) {
      if (!this.#dual.has(key)) this.#dual.set(key, { since: now, reported: false });
    }
  }

  /** When it has settled. */
  judgeEnd(): void {
    const { nodes, names, plan } = this.#options;
    const best = Math.max(...nodes.map(priorityOf));
    const allPreempt = nodes.every((node) => node.settings.instances[0]?.preempt);
    for (const instance of names) {
      this.count(instance);
      const masters = nodes.filter((node) => node.state(instance) === 'MASTER');
      const [master] = masters;
      if (!master || masters.length !== 1) {
        const text = `${instance}: ${masters.length} MASTERs in the end`;
        this.#options.violated('one MASTER', text);
        continue;
      }
      if (allPreempt && priorityOf(master) !== best) {
        const text = `${instance}: ${master.name} is MASTER with ${priorityOf(master)}, not ${best}`;
        this.#options.violated('priority', text);
      }
      this.#judgeAnnouncements(instance, master);
    }
    const owners = names.map((name) => nodes.findIndex((node) => node.state(name) === 'MASTER'));
    if (new Set(owners).size > 1) this.#options.violated('sync group', 'two owners');
    if (plan.grouped) {
      for (const node of nodes) {
        const states = names.map((name) => node.state(name));
        if (new Set(states).size > 1) {
          this.#options.violated('sync group', `${node.name} is ${states.join(' and ')}`);
        }
      }
    }
  }

  #judgeAnnouncements(instance: string, master: SimNode): void {
    const { plan, nodes } = this.#options;
    const own = this.#announcedAt.get(`${instance} ${master.name}`) ?? -1;
    // Unless a process ended with what it knew, the loser has seen to it, whatever got lost.
    const knows = plan.higherPrioSendAdvert && nodes.every(({ life }) => life === 1);
    for (const loser of nodes) {
      const theirLast = this.#announcedAt.get(`${instance} ${loser.name}`) ?? -1;
      // A copy of the winner's advert looks like its answer to the last word: VRRP has no numbers.
      const wasMisled = (this.#copiedAt.get(`${instance} ${loser.name}`) ?? -1) > theirLast;
      const isWorse = priorityOf(master) > priorityOf(loser);
      if (knows && isWorse && !wasMisled && own < theirLast) {
        const text = `${instance}: ${loser.name} announced last, and the MASTER was not told`;
        this.#options.violated('GARP', text);
      }
      const lost = this.#lostAt.get(`${instance} ${master.name} ${loser.name}`);
      const theirs = this.#announcedAt.get(`${instance} ${loser.name}`);
      if (lost === undefined || theirs === undefined || lost < theirs) continue;
      if (own < theirs) {
        this.#options.violated('GARP', `${instance}: ${loser.name} announced last`);
      }
    }
  }
}

function priorityOf(node: SimNode): number {
  return node.engine.instances.get('VI_1')?.effectivePriority ?? 0;
}
