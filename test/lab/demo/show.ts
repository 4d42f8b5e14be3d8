/** The demo itself, inside the lab kernel: node show.js [nat|dr] [tandem|keepalived]. */
import type { Echo, EchoReport } from '../client.js';
import { type Millis, now, renderMillis, sleep } from '../clock.js';
import { DELAY_LOOP, LEAVES_WITHIN, masterDownInterval } from '../config-text.js';
import type { Product } from '../director.js';
import { Lab } from '../lab.js';
import { allowance } from '../noise.js';
import {
  HIGH,
  killMachine,
  LOW,
  observeTakeOver,
  ownsAll,
  type PairOptions,
  settled,
  startDirector,
  startPair,
  syncedTo,
  type TakeOver,
  takeOverBound,
} from '../steps.js';
import { Narrator } from './narrator.js';

/** What a take-over may be late because the kernel of the lab has one processor, at most. */
const MOST_NOISE: Millis = 50;

/** What the issue allows for the withdrawal of an address whose vrrp process was killed, and a stop. */
const WITHDRAWN_WITHIN = 200;
const STOPPED_WITHIN = 2000;
/** A check that fails and one that succeeds again are noticed with this much of processing, ms. */
const CHECK_SLACK = 1000;
const REQUESTS = 20;

export class Show {
  readonly #narrator = new Narrator();
  readonly #lab: Lab;
  readonly #product: Product;

  constructor(lab: Lab, product: Product) {
    this.#lab = lab;
    this.#product = product;
  }

  /** All of it; whether every step held. */
  async run(): Promise<boolean> {
    await this.#slow();
    await this.#fast();
    return this.#narrator.close();
  }

  /** VRRP version 2, an advert each second: the classic pair. */
  async #slow(): Promise<void> {
    const { vip, client, capture } = this.#lab;
    const say = (text: string): void => this.#narrator.say(text);
    const options = this.#options({});

    this.#narrator.step(`Two directors, started with priorities ${HIGH} and ${LOW}`);
    say(this.#lab.topology.drawing);
    say(`Each box is a network namespace with its own addresses, routes and IPVS table.`);
    say(`Clients use the virtual address ${vip}; exactly one director may have it.`);
    await startPair(this.#lab, options);
    const start = now();
    this.#state();
    say(`\nThe MASTER's IPVS table (ipvsadm -Ln), kept in step with health checks:`);
    say(await this.#lab.director('a').ipvsadm());

    this.#narrator.step(`${REQUESTS} web requests to the virtual address`);
    const tally = await client.burst({ url: `http://${vip}/`, count: REQUESTS });
    const half = REQUESTS / 2;
    this.#narrator.check(
      'requests spread over the real servers',
      tally['r1'] === half && tally['r2'] === half,
      Object.entries(tally)
        .sort()
        .map(([who, count]) => `${who} ${count}`)
        .join(', '),
      `${half} each`,
    );

    await this.#realServerDies();

    this.#narrator.step('The machine of the MASTER dies under a running TCP connection');
    const knocking = await client.knock(vip);
    const echo = await this.#openEcho();
    const over = await this.#machineDies(echo, 1, 2);
    say(`Director b took over; director a is a dead machine.`);

    this.#narrator.step('The dead machine returns, and takes the address back (preemption)');
    await this.#lab.director('a').powerOn();
    await this.#return(echo, options);

    await this.#killVrrp();
    await this.#gracefulStop();

    this.#narrator.step('Director a is started again: fail-back');
    await this.#return(echo, { ...options });
    this.#echoed('connection through every fail-over and fail-back', await echo.close());
    await knocking.stop();

    await this.#killAll();
    this.#oneOwner('moments with two owners of the address, in the capture', 1, start);
    say(
      `Owners one after the other: ${capture
        .owners(vip, 1000, over.lastAdvert - 1500)
        .map(({ owner }) => owner)
        .join(', ')}`,
    );
  }

  /** VRRP version 3, ten adverts a second. */
  async #fast(): Promise<void> {
    const { vip, client } = this.#lab;
    // A machine that is back within 0.4 s has not heard of the connections yet.
    const options = this.#options({ version: 3, advertInt: 0.1, instance: ['preempt_delay 3'] });
    this.#narrator.step('The same with VRRP version 3 and an advert each 0.1 s');
    await this.#lab.director('b').stop();
    await startPair(this.#lab, options);
    const start = now();
    this.#state();
    const knocking = await client.knock(vip);
    const echo = await this.#openEcho();
    await this.#machineDies(echo, 0.1, 3);
    await knocking.stop();
    this.#echoed('connection, advert_int 0.1', await echo.close());
    this.#oneOwner('moments with two owners, advert_int 0.1', 0.1, start);
  }

  async #realServerDies(): Promise<void> {
    const { vip, client } = this.#lab;
    const a = this.#lab.director('a');
    const service = `TCP ${vip}:80`;
    this.#narrator.step('Real server r1 dies (its cable is pulled)');
    const died = now();
    await this.#lab.realServer('r1').unplug();
    await this.#lab.eventually(
      () => a.table().every(({ servers }) => servers.length === 1),
      LEAVES_WITHIN + 5000,
      'r1 leaves every service',
    );
    this.#narrator.within(
      'a dead real server left the table',
      now() - died,
      LEAVES_WITHIN + CHECK_SLACK,
    );
    this.#narrator.say(`In the table of ${service}: ${a.servers(service).join(', ')}`);
    const tally = await client.burst({ url: `http://${vip}/`, count: 10 });
    this.#narrator.check('requests go on', tally['r2'] === 10, `r2 ${tally['r2'] ?? 0}`, 'r2 10');
    this.#narrator.say('It comes back:');
    const back = now();
    await this.#lab.realServer('r1').plug();
    await this.#lab.eventually(
      () => a.table().every(({ servers }) => servers.length === 2),
      10_000,
      'r1 returns to every service',
    );
    const bound = 1000 * DELAY_LOOP + LEAVES_WITHIN + CHECK_SLACK;
    this.#narrator.within('it returned to the table', now() - back, bound);
  }

  async #openEcho(): Promise<Echo> {
    const { vip, client } = this.#lab;
    const echo = await client.openEcho(vip);
    const { localPort } = await echo.report();
    this.#narrator.say(
      `The client opens a connection to the echo service and says something every 20 ms.`,
    );
    await syncedTo(this.#lab, 'b', localPort);
    this.#narrator.say(`The MASTER's kernel has told the BACKUP's kernel about that connection.`);
    return echo;
  }

  async #machineDies(echo: Echo, advertInt: number, version: 2 | 3): Promise<TakeOver> {
    await echo.mark();
    const over = await killMachine(this.#lab, 'a');
    const timer = masterDownInterval(LOW, advertInt, version);
    this.#narrator.say(
      `Its cables are dead at once. The BACKUP has to wait ${renderMillis(timer)} after the last\n` +
        `advert that it heard (3 intervals and a skew by its priority), then takes the address:\n` +
        `first advert after ${since(over, over.firstAdvert)}, announced to the network (gratuitous ARP) after\n` +
        `${since(over, over.firstAnnouncement)}, first answer after ${since(over, over.answeredAt)}; ` +
        `${renderMillis(over.sinceDeath)} after the death.`,
    );
    const noise = Math.min(MOST_NOISE, allowance(over.lastAdvert, over.answeredAt));
    if (noise > 0) {
      this.#narrator.say(
        `Processes of this kernel had to wait meanwhile: the bound is ${renderMillis(noise)} later for that.`,
      );
    }
    this.#narrator.within(
      `master's machine lost, advert_int ${advertInt}: address answers`,
      over.took,
      takeOverBound(advertInt, version) + noise,
    );
    // TCP repeats at intervals that double, so it tries again up to that much later.
    await sleep(over.sinceDeath + 500);
    const report = await echo.report();
    this.#narrator.say(
      `The connection was silent for ${renderMillis(report.longestGap)} (TCP repeats what was lost at growing\n` +
        `intervals), then got all answers: ${report.received} of ${report.sent}, ${report.wrong} lost or out of order.`,
    );
    this.#echoed(`connection after the fail-over, advert_int ${advertInt}`, report);
    return over;
  }

  #echoed(what: string, report: EchoReport): void {
    const missing = report.sent - report.received;
    const good = report.ended === null && report.wrong === 0 && missing < 10;
    const seen = report.ended ?? (good ? 'echoes' : `${missing} answers missing`);
    this.#narrator.check(what, good, seen, 'echoes');
  }

  /** Director a is started, and preempts. */
  async #return(echo: Echo, options: PairOptions): Promise<void> {
    await echo.mark();
    startDirector(this.#lab, 'a', options);
    await settled(this.#lab, 'a', 'b');
    await sleep(800);
    const report = await echo.report();
    this.#state();
    this.#narrator.say(
      `The connection moved back with it; its longest silence was ${renderMillis(report.longestGap)}.`,
    );
    this.#echoed('connection after the fail-back', report);
  }

  async #killVrrp(): Promise<void> {
    if (this.#product === 'keepalived') return;
    const { vip, capture } = this.#lab;
    const [a, b] = [this.#lab.director('a'), this.#lab.director('b')];
    this.#narrator.step("kill -9 of the MASTER's vrrp process");
    const watch = a.watchAddresses();
    await sleep(500);
    const killed = a.kill('vrrp');
    const gone = await this.#lab.eventually(() => watch.first(vip, killed), 5000, 'withdrawn');
    watch.stop();
    this.#narrator.within('kill -9 of vrrp: address withdrawn', gone - killed, WITHDRAWN_WITHIN);
    await this.#lab.eventually(() => ownsAll(this.#lab, b), 5000, 'b takes over');
    const last = capture.adverts('a', killed).filter(({ priority }) => priority > 0);
    const ended = (last.at(-1)?.at ?? killed) - killed;
    this.#narrator.within('kill -9 of vrrp: adverts ended', ended, WITHDRAWN_WITHIN);
    await settled(this.#lab, 'a', 'b');
    this.#narrator.say('Its supervisor has started it again, and it has taken back the address.');
  }

  async #gracefulStop(): Promise<void> {
    const a = this.#lab.director('a');
    this.#narrator.step('The MASTER is stopped in an orderly way (SIGTERM)');
    const stopped = await a.stop();
    const clean = stopped.code === 0 && !a.holds(this.#lab.vip) && a.table().length === 0;
    this.#narrator.within('graceful stop', stopped.tookMs, STOPPED_WITHIN);
    this.#narrator.check(
      'exit code 0, addresses and services withdrawn',
      clean,
      clean ? 'yes' : `code ${stopped.code}, ${a.addresses().join(' ')}`,
      'yes',
    );
    const over = await observeTakeOver(this.#lab, 'a', stopped.at);
    this.#narrator.say(
      `It said so (an advert of priority 0), so the BACKUP waited its skew time only: the address\n` +
        `was silent for ${renderMillis(over.answeredAt - over.silentFrom)}.`,
    );
  }

  async #killAll(): Promise<void> {
    if (this.#product === 'keepalived') {
      await this.#lab.director('a').stop();
      return;
    }
    const { vip } = this.#lab;
    const [a, b] = [this.#lab.director('a'), this.#lab.director('b')];
    this.#narrator.step('kill -9 of every process of the MASTER');
    a.kill('all');
    await sleep(50);
    const left = a.holds(vip);
    this.#narrator.say(
      `Nobody is left to withdraw the address: it is ${left ? 'still there' : 'gone'}.\n` +
        'The clean-up command, which the systemd unit runs (bin/tandemd --release):',
    );
    const released = await a.release();
    this.#narrator.say(released.stdout + released.stderr);
    this.#narrator.check(
      'kill -9 of all: --release withdraws the address',
      released.code === 0 && !ownsAll(this.#lab, a) && !a.holds(vip),
      a.holds(vip) ? 'still there' : 'gone',
      'gone',
    );
    await this.#lab.eventually(() => ownsAll(this.#lab, b), 6000, 'b takes over');
  }

  #oneOwner(what: string, advertInt: number, start: Millis): void {
    const conflicts = this.#lab.capture.conflicts(this.#lab.vip, advertInt * 1000, start);
    this.#narrator.check(what, conflicts.length === 0, String(conflicts.length), 'none');
    for (const { owners, from, length } of conflicts) {
      this.#narrator.say(
        `${owners.join(' and ')} from ${renderMillis(from - start)} after the start, for ${renderMillis(length)}:`,
      );
      this.#narrator.say(this.#lab.capture.excerpt(from - 30, from + length + 30));
    }
  }

  #options(options: PairOptions): PairOptions {
    return { ...options, a: this.#product, b: this.#product };
  }

  /** Who is what. */
  #state(): void {
    for (const director of this.#lab.directors) {
      const has = director.holds(this.#lab.vip) ? `has ${this.#lab.vip}` : 'waits';
      this.#narrator.say(`director ${director.name}: ${director.state()}, ${has}`);
    }
  }
}

function since(over: TakeOver, at: Millis): string {
  return renderMillis(at - over.lastAdvert);
}

const topology = process.argv[2] === 'dr' ? 'dr' : 'nat';
const product = process.argv[3] === 'keepalived' ? 'keepalived' : 'tandem';
const lab = await Lab.build(topology);
let good = false;
try {
  good = await new Show(lab, product).run();
} catch (error) {
  console.log(await lab.report());
  console.log(error);
}
process.exit(good ? 0 : 1);
