/** Steps that several scenarios, and the demo, take. */
import type { KnockReport } from './client.js';
import { type Millis, now } from './clock.js';
import { type DirectorConfig, directorConfig, masterDownInterval } from './config-text.js';
import type { Director, Product } from './director.js';
import type { Lab } from './lab.js';

export const HIGH = 150;
export const LOW = 100;
/** What the issue allows above the RFC's timer. */
export const TAKEOVER_SLACK = 50;
/** A Node process takes more than a second to start in the lab, a daemon is three. */
export const START_TIMEOUT = 30_000;

/** While something is measured by capture and probe, looking often would only disturb it, ms. */
const LAZY_POLL = 200;

export interface PairOptions
  extends Partial<Omit<DirectorConfig, 'topology' | 'priority' | 'unicast'>> {
  /** What runs on which director; default tandem on both. */
  readonly a?: Product;
  readonly b?: Product;
  /** Adverts from one to the other instead of to a group. */
  readonly unicast?: boolean;
}

/** A fail-over as the wire and the client saw it; instants are monotonic ms. */
export interface TakeOver {
  /** When the old master was made to die. */
  readonly died: Millis;
  /** Its last advert. */
  readonly lastAdvert: Millis;
  /** The new master's first advert and first gratuitous ARP. */
  readonly firstAdvert: Millis;
  readonly firstAnnouncement: Millis;
  /** The VIP's last answer before and first answer after. */
  readonly silentFrom: Millis;
  readonly answeredAt: Millis;
  /** From the last advert to the answer: what the RFC bounds. */
  readonly took: Millis;
  /** From the death to the answer. */
  readonly sinceDeath: Millis;
}

/** The configuration of one of a pair. */
export function pairConfig(lab: Lab, name: 'a' | 'b', options: PairOptions = {}): string {
  const { a: _a, b: _b, unicast, ...rest } = options;
  const other = lab.director(name === 'a' ? 'b' : 'a');
  return directorConfig({
    topology: lab.name,
    priority: name === 'a' ? HIGH : LOW,
    tls: false,
    ...(unicast && { unicast: { own: lab.director(name).address(), peer: other.address() } }),
    ...rest,
  });
}

/**
 * Lets others say something to a director that starts alone: a link on which nothing is heard is not
 * believed for half a minute (src/vrrp/hold-back.ts). Goes on in the background for that long.
 */
export function speakTo(lab: Lab, director: Director): void {
  const ping = 'ping -q -c 60 -i 0.5';
  void lab.client.run(`${ping} ${director.address()}`);
  if (lab.topology.innerVip === undefined) return;
  void lab.realServers[0]?.run(`${ping} ${director.address('inner')}`);
}

/** Starts one director of a pair. */
export function startDirector(lab: Lab, name: 'a' | 'b', options: PairOptions = {}): void {
  if (options.family === 'ipv6') lab.director(name).enableIpv6('eth0');
  lab.director(name).start(options[name] ?? 'tandem', pairConfig(lab, name, options));
}

/** Starts both and waits until `a` is MASTER, `b` is BACKUP, and both have their IPVS table. */
export async function startPair(lab: Lab, options: PairOptions = {}): Promise<void> {
  startDirector(lab, 'a', options);
  startDirector(lab, 'b', options);
  await settled(lab, 'a', 'b');
}

/** Waits until one is MASTER, the other BACKUP, and the tables of both have all servers. */
export async function settled(lab: Lab, master: 'a' | 'b', backup: 'a' | 'b'): Promise<void> {
  const [one, other] = [lab.director(master), lab.director(backup)];
  await lab.eventually(
    () => ownsAll(lab, one) && one.state() === 'MASTER',
    START_TIMEOUT,
    `${master} is MASTER and has the addresses`,
  );
  await lab.eventually(
    () => other.state() === 'BACKUP' && !other.holds(lab.vip),
    START_TIMEOUT,
    `${backup} is BACKUP`,
  );
  for (const director of [one, other]) {
    await lab.eventually(
      () => tableComplete(lab, director),
      START_TIMEOUT,
      `${director.name} has all services and servers in its table`,
    );
  }
}

/** Whether a director has all virtual addresses. */
export function ownsAll(lab: Lab, director: Director): boolean {
  const { innerVip } = lab.topology;
  return director.holds(lab.vip) && (innerVip === undefined || director.holds(innerVip));
}

/** Whether a director's table has every service with every server (topologies that have some). */
export function tableComplete(lab: Lab, director: Director): boolean {
  if (lab.realServers.length === 0) return true;
  const table = director.table();
  return (
    table.length > 0 && table.every(({ servers }) => servers.length === lab.realServers.length)
  );
}

/**
 * Kills the machine of the master and waits until the VIP answers on the other. Somebody has to
 * knock at the VIP meanwhile.
 */
export async function killMachine(lab: Lab, master: 'a' | 'b'): Promise<TakeOver> {
  const died = await lab.director(master).powerOff();
  return observeTakeOver(lab, master, died);
}

/** Waits until the VIP answers on the other director, after `master` went at an instant. */
export async function observeTakeOver(
  lab: Lab,
  master: 'a' | 'b',
  died: Millis,
): Promise<TakeOver> {
  const other = master === 'a' ? 'b' : 'a';
  const { vip, capture } = lab;
  await lab.eventually(
    () => lab.director(other).holds(vip) && capture.announcements(vip, other, died).length > 0,
    10_000,
    `${other} has and announces the VIP`,
    LAZY_POLL,
  );
  // On the wire: when the client's process gets around to reading it is another matter.
  await lab.eventually(
    () => capture.answers(vip, other, died).length > 0,
    5_000,
    'the VIP answers again',
    LAZY_POLL,
  );
  const lastAdvert = capture.adverts(master).findLast(({ priority }) => priority > 0);
  const firstAdvert = capture.adverts(other, died).find(({ priority }) => priority > 0);
  const firstAnnouncement = capture.announcements(vip, other, died)[0];
  const lastAnswer = capture.answers(vip, master).at(-1);
  const firstAnswer = capture.answers(vip, other, died)[0];
  if (!lastAdvert || !firstAdvert || !firstAnnouncement || !lastAnswer || !firstAnswer) {
    throw new Error('the capture lacks adverts, announcements or answers of the take-over');
  }
  return {
    died,
    lastAdvert: lastAdvert.at,
    firstAdvert: firstAdvert.at,
    firstAnnouncement: firstAnnouncement.at,
    silentFrom: lastAnswer.at,
    answeredAt: firstAnswer.at,
    took: firstAnswer.at - lastAdvert.at,
    sinceDeath: firstAnswer.at - died,
  };
}

/** The longest time without an answer. `{from: 0, to: null}` if there was none. */
export function longestOutage(report: KnockReport): { from: Millis; to: Millis | null } {
  const length = ({ from, to }: { from: number; to: number | null }): number =>
    (to ?? now()) - from;
  return [...report.outages].sort((x, y) => length(y) - length(x))[0] ?? { from: 0, to: null };
}

/** The latest at which the VIP has to answer after the last advert, ms. */
export function takeOverBound(advertInt: number, version: 2 | 3): Millis {
  return masterDownInterval(LOW, advertInt, version) + TAKEOVER_SLACK;
}

/** Waits until an echo connection of the client is in a director's table by sync. */
export async function syncedTo(lab: Lab, name: 'a' | 'b', clientPort: number): Promise<void> {
  const client = `${lab.client.address()}:${clientPort}`;
  await lab.eventually(
    () =>
      lab
        .director(name)
        .connections(true)
        .some((connection) => connection.client === client && connection.state === 'ESTABLISHED'),
    10_000,
    `${name} has the connection of ${client} by sync`,
  );
}

/** Prints a measurement under the test that made it. */
export function measured(text: string): void {
  console.log(`      measured: ${text}`);
}
