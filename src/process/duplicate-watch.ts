/**
 * While this node is MASTER it asks the segment now and then whether somebody else holds the
 * address too: the only sign of a split brain on the node that hears no adverts (design/0019).
 */
import { monotonicMicros } from '../base/clock.js';
import { familyOf, type Ip } from '../base/ip.js';
import type { Logger } from '../base/log.js';
import type { Mac } from '../base/mac.js';
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { openRoute } from '../netlink/route.js';
import { ArpProber } from '../packet-io/arp-probe.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import type { AlarmSnapshot, VrrpSnapshot } from '../vrrp/snapshot.js';

const TICK_MILLIS = 500;
/** A loser has let go of the address by then, and after so many of its intervals. */
const FIRST: Micros = MICROS_PER_SECOND;
const FIRST_INTERVALS = 3;
/**
 * How often each address is asked for. Of hundreds less often: each question goes to the whole segment, and
 * whoever holds one of them holds most.
 */
const EVERY: Micros = 10 * MICROS_PER_SECOND;
const EVERY_OF_MANY: Micros = 30 * MICROS_PER_SECOND;
const PER_SECOND = 8;
/** What was found is looked at again soon; only the second time in a row counts. */
const AGAIN: Micros = MICROS_PER_SECOND;
const CONFIRMATIONS = 2;
/** The most that are asked for in a tick; the others are late. */
const PER_TICK = 64;

/** A holder of an address of a MASTER of ours. */
interface Watched {
  readonly interface: string;
  readonly address: Ip;
  dueAt: Micros;
  /** Answers, or silences while an alarm is on, in a row. */
  inRow: number;
  alarm:
    | { readonly mac: Mac; readonly since: Micros; lastAt: Micros; sightings: number }
    | undefined;
}

interface Place {
  readonly interface: string;
  readonly address: Ip;
}

/**
 * Who holds each address on its interface besides this machine: their hardware addresses;
 * `undefined` where it cannot be asked.
 */
export interface AskSegment {
  ask(places: readonly Place[]): Promise<readonly (readonly Mac[] | undefined)[]>;
  /** Until it asks again. */
  close(): void;
}

export class DuplicateWatch {
  readonly #logger: Logger;
  readonly #segment: AskSegment;
  /** By instance; bounded by the configuration. */
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  constructor(logger: Logger, segment: AskSegment = new SegmentAsker()) {
    this.#logger = logger;
    this.#segment = segment;
  }

  /** An instance has changed its state. Instances without an IPv4 address are not watched. */
  stateChanged(instance: string, isMaster: boolean, settings: VrrpSettings): void {
    const known = this.#watched.get(instance);
    if (!isMaster) {
      if (known?.alarm) this.#over(instance, known, 'not MASTER any more');
      this.#watched.delete(instance);
    } else if (!known) {
      const found = settings.instances.find(({ name }) => name === instance);
      const entry = found?.virtualAddresses.find(({ address }) => familyOf(address) === 4);
      if (!found || !entry) return;
      const wait = Math.max(FIRST, FIRST_INTERVALS * found.advertInterval);
      this.#watched.set(instance, {
        interface: entry.interface,
        address: entry.address,
        dueAt: monotonicMicros() + wait,
        inRow: 0,
        alarm: undefined,
      });
    }
    this.#schedule();
  }

  /** Another configuration: what is watched is looked up again. */
  configure(settings: VrrpSettings): void {
    const names = [...this.#watched.keys()];
    for (const name of names) {
      const { interface: device, address, alarm } = this.#watched.get(name) as Watched;
      const found = settings.instances.find((instance) => instance.name === name);
      const isSame = found?.virtualAddresses.some(
        (entry) => entry.address === address && entry.interface === device,
      );
      if (isSame) continue;
      if (alarm) this.#over(name, this.#watched.get(name) as Watched, 'another configuration');
      this.#watched.delete(name);
      this.stateChanged(name, true, settings);
    }
    this.#schedule();
  }

  /** The vrrp process is gone: nobody is MASTER. */
  clear(): void {
    for (const name of [...this.#watched.keys()]) this.#watched.delete(name);
    this.#schedule();
  }

  /** Adds its alarms to what the engine tells. */
  addTo(vrrp: VrrpSnapshot): VrrpSnapshot {
    const now = monotonicMicros();
    return {
      ...vrrp,
      instances: vrrp.instances.map((instance) => {
        const watched = this.#watched.get(instance.name);
        if (!watched?.alarm || instance.state !== 'MASTER') return instance;
        const { mac, since, lastAt, sightings } = watched.alarm;
        // The engine has seen the same by its adverts: one alarm, with the MAC.
        if (instance.alarms.some(({ kind }) => kind === 'split-brain')) {
          const alarms = instance.alarms.map((one) =>
            one.kind === 'split-brain' ? { ...one, mac } : one,
          );
          return { ...instance, alarms };
        }
        const alarm: AlarmSnapshot = {
          kind: 'split-brain',
          text: textOf(watched.address, mac),
          mac,
          firstAgo: now - since,
          ago: now - lastAt,
          sightings,
        };
        return { ...instance, alarms: [...instance.alarms, alarm] };
      }),
    };
  }

  #schedule(): void {
    if (this.#watched.size === 0) {
      if (this.#timer) clearInterval(this.#timer);
      this.#timer = undefined;
      if (!this.#asking) this.#segment.close();
    } else
      this.#timer ??= setInterval(() => void this.tick(monotonicMicros()), TICK_MILLIS).unref();
  }

  /** Asks for what is due. */
  async tick(now: Micros): Promise<void> {
    if (this.#asking) return;
    const due = [...this.#watched].filter(([, { dueAt }]) => dueAt <= now).slice(0, PER_TICK);
    if (due.length === 0) return;
    const pause = Math.max(EVERY, (this.#watched.size / PER_SECOND) * MICROS_PER_SECOND);
    for (const [, watched] of due) watched.dueAt = now + Math.min(pause, EVERY_OF_MANY);
    this.#asking = true;
    let answers: Awaited<ReturnType<AskSegment['ask']>>;
    try {
      answers = await this.#segment.ask(due.map(([, watched]) => watched));
    } catch {
      // The kernel cannot be asked: the vrrp process has the same trouble, and says so.
      return;
    } finally {
      this.#asking = false;
      if (this.#watched.size === 0) this.#segment.close();
    }
    due.forEach(([name, watched], i) => {
      const macs = answers[i];
      if (macs && this.#watched.get(name) === watched) this.#judge(name, watched, macs[0], now);
    });
  }

  #judge(name: string, watched: Watched, mac: Mac | undefined, now: Micros): void {
    const { alarm } = watched;
    const isNews = (mac !== undefined) !== (alarm !== undefined);
    watched.inRow = isNews ? watched.inRow + 1 : 0;
    if (isNews && watched.inRow < CONFIRMATIONS) {
      watched.dueAt = now + AGAIN;
      return;
    }
    if (mac !== undefined && alarm) {
      alarm.lastAt = now;
      alarm.sightings++;
    } else if (mac !== undefined) {
      watched.inRow = 0;
      watched.alarm = { mac, since: now, lastAt: now, sightings: CONFIRMATIONS };
      const fields = { instance: name, alarm: 'split-brain', mac };
      this.#logger.warning('alarm', `(${name}) ${textOf(watched.address, mac)}`, fields);
    } else if (alarm) this.#over(name, watched, `nobody else answers for ${watched.address}`);
  }

  #over(name: string, watched: Watched, why: string): void {
    watched.inRow = 0;
    watched.alarm = undefined;
    const fields = { instance: name, alarm: 'split-brain' };
    this.#logger.notice('alarm-over', `(${name}) split brain is over: ${why}`, fields);
  }
}

function textOf(address: Ip, mac: Mac): string {
  return `split brain suspected: ${mac} answers for ${address}, too, which this MASTER holds: its adverts do not arrive here`;
}

/** Asks by ARP, through sockets that are kept until it is closed. */
class SegmentAsker {
  readonly #prober = new ArpProber();

  async ask(places: readonly Place[]): Promise<(readonly Mac[] | undefined)[]> {
    const route = openRoute();
    try {
      const links = await route.links();
      // Every link's own address is ours: with use_vmac the answer of our kernel comes from another.
      const own = new Set(links.map(({ mac }) => mac));
      const answers = new Map<string, ReadonlyMap<Ip, readonly Mac[]>>();
      await Promise.all(
        [...new Set(places.map((place) => place.interface))].map(async (name) => {
          const link = links.find((each) => each.name === name);
          if (!link) return;
          const asked = places.filter((place) => place.interface === name);
          const addresses = asked.map(({ address }) => address);
          // An interface that is down or gone: the engine knows, too.
          const held = await this.#prober.whoHold(link, addresses, own).catch(() => undefined);
          if (held) answers.set(name, held);
        }),
      );
      return places.map((place) => answers.get(place.interface)?.get(place.address));
    } finally {
      route.close();
    }
  }

  close(): void {
    this.#prober.close();
  }
}
