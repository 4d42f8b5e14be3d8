/**
 * The vrrp process: raw sockets, timers and the kernel's addresses around the VRRP engine, and
 * nothing else. What it hears becomes events; what the engine orders is done in the order of
 * `vrrp/effects.ts`. Nothing in here waits for a disk, a name server or another process.
 */
import { constants, setPriority } from 'node:os';
import { monotonicMicros, wallMillis } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { familyOf, type Ip } from '../base/ip.js';
import { nodeCrypto } from '../base/lazy-crypto.js';
import { flushLogs, type Logger } from '../base/log.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { AddressReconciler } from '../kernel/addresses.js';
import { NetlinkMonitor } from '../netlink/monitor.js';
import { openRoute } from '../netlink/route.js';
import type { AddressEntry } from '../netlink/rtnl.js';
import { AdvertTransport } from '../packet-io/advert-transport.js';
import type { AnnouncementQueue } from '../packet-io/announcement-queue.js';
import { Announcer } from '../packet-io/announcer.js';
import { getSocketOption, setSocketOption } from '../packet-io/libc.js';
import { loopPause } from '../packet-io/loop-pause.js';
import { arrival } from '../vrrp/arrival.js';
import { hasLeft } from '../vrrp/departure.js';
import { desiredKernel } from '../vrrp/desired.js';
import { desiredRouting } from '../vrrp/desired-routing.js';
import type { VrrpEffect } from '../vrrp/effects.js';
import { createEngine, type EngineState, step } from '../vrrp/engine.js';
import type { VrrpEvent } from '../vrrp/events.js';
import { quietLinks } from '../vrrp/hold-back.js';
import { rehearse } from '../vrrp/rehearsal.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import { snapshot } from '../vrrp/snapshot.js';
import { isExact, needsDrain, type TimerKey } from '../vrrp/timers.js';
import { AddressKeeper } from './address-keeper.js';
import { announcementQueue } from './announcements.js';
import { DrainingTimers } from './draining-timers.js';
import { FirewallKeeper } from './firewall-keeper.js';
import { FollowUp } from './follow-up.js';
import type { ToVrrp } from './ipc.js';
import { LinkTable } from './link-table.js';
import { rehearseTakeOver } from './rehearsal.js';
import { RoutingKeeper } from './routing-keeper.js';
import { Scheduling } from './scheduling.js';
import { serveSupervisor, tellSupervisor } from './supervised.js';
import { SyncDaemonKeeper } from './sync-daemon-keeper.js';
import { TrafficWatch } from './traffic-watch.js';
import { TransportTable, transportPlaces } from './transport-table.js';
import { VirtualInterfaceKeeper } from './virtual-interface-keeper.js';

/** Effects that only tell of what was done. */
type Report = Extract<
  VrrpEffect,
  { kind: 'state-changed' | 'priority-changed' | 'losing-advert' | 'log' }
>;

type Configure = Extract<ToVrrp, { kind: 'configure' }>;

/** What the supervisor tells of instances. */
type Happening = Extract<ToVrrp, { kind: 'tracked' | 'standby' | 'resign' }>;

const READ_AGAIN_MILLIS = 1_000;
/** Hundreds of timers that are near need one rehearsal. */
const WARM_FOR: Micros = 100 * MICROS_PER_MILLI;
/** So long before a take-over the process is to rest: who has just worked is put aside for others. */
const REST: Micros = 5 * MICROS_PER_MILLI;
/** Addresses and announcements follow the first advert within this. */
const AFTER_TAKE_OVER: Micros = 50 * MICROS_PER_MILLI;
/** Log lines and messages to the supervisor that are written before other work has its turn. */
const REPORTS_A_TURN = 32;
/** How long they may wait for announcements, and how often it is looked whether they must. */
const REPORTS_WAIT: Micros = 100 * MICROS_PER_MILLI;
const REPORTS_PAUSE_MILLIS = 2;

/** Runs the vrrp process until it is told to stop or its supervisor is gone. */
export async function runVrrpProcess(options: { readonly logger: Logger }): Promise<void> {
  const vrrp = new VrrpProcess(options.logger);
  await vrrp.start();
}

class VrrpProcess {
  readonly #logger: Logger;
  #engine = createEngine();
  readonly #links = new LinkTable();
  readonly #timers: DrainingTimers<TimerKey>;
  readonly #transports: TransportTable;
  readonly #announcer = new Announcer();
  readonly #announcements: AnnouncementQueue;
  readonly #route = openRoute();
  readonly #reconciler: AddressReconciler;
  readonly #addresses: AddressKeeper;
  readonly #routing: RoutingKeeper;
  readonly #traffic: TrafficWatch;
  readonly #daemons: SyncDaemonKeeper;
  readonly #virtual: VirtualInterfaceKeeper;
  readonly #firewall: FirewallKeeper;
  readonly #scheduling: Scheduling;
  /** One configuration after the other. */
  #configuring: Promise<void> = Promise.resolve();
  /** Configurations that the engine has not heard of yet. */
  #unheard = 0;
  /** What came after one of those, for instances that are in it. Bounded by what is tracked. */
  readonly #deferred: Happening[] = [];
  #monitor: NetlinkMonitor | undefined;
  /** Bounded by what the instances do until it has been told. */
  readonly #reports: Report[] = [];
  #packets = 0;
  #lastEventAt: Micros = 0;
  readonly #followUp: FollowUp;
  /** When {@link #warmUp} was last needed. */
  #warmAt = Number.NEGATIVE_INFINITY;
  /** Until it has left. */
  #leaving = false;
  #stopping = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#scheduling = new Scheduling(logger);
    this.#timers = new DrainingTimers<TimerKey>({
      needsDrain,
      isExact,
      onNear: (dueAt) => this.#warmUp(dueAt),
      pause: loopPause(),
      readAll: () => this.#transports.readAll(),
      packetsReceived: () => this.#packets,
      onLate: (late) => this.#scheduling.late(late),
      expire: (timer, dueAt) =>
        this.#dispatch({
          kind: 'timer-expired',
          at: monotonicMicros(),
          dueAt,
          timer,
          utc: utcMicros(),
        }),
    });
    this.#transports = new TransportTable(
      (place, index, handlers, receiveBytes) =>
        new AdvertTransport(place, index, handlers, receiveBytes),
      {
        onDatagram: (name, datagram, age) => {
          this.#packets++;
          const now = monotonicMicros();
          const at = arrival(now, age, this.#lastEventAt);
          const utc = utcMicros() - (now - at);
          this.#dispatch({ kind: 'packet-received', at, interface: name, datagram, utc });
        },
        onChange: (name, family, usable, reason) =>
          this.#dispatch({
            kind: 'transport-changed',
            at: monotonicMicros(),
            interface: name,
            family,
            usable,
            ...(reason === undefined ? {} : { reason }),
          }),
        onSendError: (name, error) =>
          logger.info('send-failed', `Cannot send on ${name}: ${error.message}`),
      },
    );
    this.#announcements = announcementQueue(
      this.#announcer,
      (name) => this.#links.named(name),
      logger,
    );
    this.#reconciler = new AddressReconciler(this.#route);
    this.#addresses = new AddressKeeper({
      reconcile: (desired, onAdded, hasNews) =>
        this.#reconciler.reconcile(desired, onAdded, hasNews),
      desired: () => desiredKernel(this.#engine).addresses,
      announce: (targets, repeat) => this.#announcements.push(targets, repeat),
      onReconciled: (report) =>
        this.#dispatch({ kind: 'addresses-reconciled', at: monotonicMicros(), ...report }),
      onError: (error) =>
        logger.error('addresses-failed', `Cannot reconcile addresses: ${messageOf(error)}`),
    });
    this.#followUp = new FollowUp({
      soon: () => this.#dropAnnouncements(),
      settled: () => this.#addresses.settled(),
      // Routes need the addresses, and starting a daemon blocks in the kernel for a while: both wait.
      later: () => {
        this.#routing.reconcile();
        this.#daemons.want(desiredKernel(this.#engine).syncDaemons);
      },
    });
    this.#routing = new RoutingKeeper({
      links: this.#links,
      desired: () => desiredRouting(this.#engine),
      onReconciled: (report) =>
        this.#dispatch({ kind: 'routing-reconciled', at: monotonicMicros(), ...report }),
      onError: (error) =>
        logger.error('routing-failed', `Cannot reconcile routes: ${messageOf(error)}`),
    });
    this.#traffic = new TrafficWatch({
      quiet: () => quietLinks(this.#engine),
      onTraffic: (name) =>
        this.#dispatch({ kind: 'traffic-seen', at: monotonicMicros(), interface: name }),
      probe: (name) => this.#probe(name),
    });
    this.#daemons = new SyncDaemonKeeper(logger);
    this.#virtual = new VirtualInterfaceKeeper({
      logger,
      onSaved: (saved) => tellSupervisor({ kind: 'interface-settings', saved }),
      // What they send when they come up is filtered already.
      beforeUp: async (links) => {
        for (const link of links) this.#links.setLink(link);
        await this.#firewall.reconcile();
      },
    });
    this.#firewall = new FirewallKeeper({
      logger,
      indexOf: (name) => this.#links.get(name)?.index,
    });
  }

  async start(): Promise<void> {
    // Listen before reading, so that nothing falls between.
    this.#monitor = new NetlinkMonitor(
      {
        onLink: (link) => {
          const old = this.#links.nameOf(link.index);
          if (old !== undefined && old !== link.name) this.#linkRemoved(link.index, old);
          this.#links.setLink(link);
          this.#linkChanged(link.name);
        },
        onLinkRemoved: (link) => this.#linkRemoved(link.index, link.name),
        onAddress: (entry) => {
          this.#links.addAddress(entry);
          this.#addressChanged(entry, true);
        },
        onAddressRemoved: (entry) => {
          this.#links.removeAddress(entry);
          this.#addressChanged(entry, false);
        },
        onOverrun: () => this.#readAgain(),
      },
      { socketOptions: { set: setSocketOption, get: getSocketOption } },
    );
    await this.#readKernel();
    this.#raisePriority();
    await rehearseTakeOver(this.#route, this.#announcer, this.#links.get('lo'));
    serveSupervisor<ToVrrp>({
      onMessage: (message) => void this.#onMessage(message),
      // Nobody is left to withdraw our addresses if we die: do it now.
      onGone: () => void this.#stop(),
      onTerm: () => void this.#stop(),
    });
  }

  async #onMessage(message: ToVrrp): Promise<void> {
    switch (message.kind) {
      case 'configure':
        this.#unheard++;
        this.#configuring = this.#configuring.then(() => this.#configure(message));
        await this.#configuring;
        return;
      case 'status-request':
        tellSupervisor({
          kind: 'status',
          id: message.id,
          snapshot: snapshot(this.#engine, monotonicMicros()),
        });
        return;
      case 'tracked':
      case 'standby':
      case 'resign':
        if (this.#unheard > 0) this.#deferred.push(message);
        else this.#dispatch({ ...message, at: monotonicMicros() });
        return;
      case 'leave':
        this.#leaving = true;
        this.#dispatch({ kind: 'stop-requested', at: monotonicMicros() });
        return;
      case 'shutdown':
        await this.#stop();
    }
  }

  async #configure({
    generation,
    settings,
    saved,
    startedAt,
    scheduling,
  }: Configure): Promise<void> {
    // The first signed advert is not to wait for it.
    if (settings.instances.some(({ hmac }) => hmac)) nodeCrypto();
    await this.#scheduling.want(scheduling);
    this.#daemons.enterNamespace(settings.ipvsNamespace);
    this.#virtual.adopt(saved);
    // The instances' own interfaces are there before the instances are.
    this.#firewall.want(settings);
    const { virtualInterfaces = [], promoteSecondaries, quietIgmp } = settings;
    if (await this.#virtual.want(virtualInterfaces, promoteSecondaries, quietIgmp))
      await this.#readKernel();
    await this.#firewall.reconcile();
    if (this.#stopping) return;
    this.#links.setVirtual(settings);
    this.#announcements.setPace(settings.pace);
    this.#transports.want(transportPlaces(settings));
    const links = this.#links.all();
    for (const link of links) this.#transports.linkPresent(link.name, link.index, link.mtu);
    const start = {
      notBefore: startOf(settings, startedAt),
      quiet: this.#traffic.quietOf(settings),
    };
    const at = monotonicMicros();
    this.#dispatch({ kind: 'configured', at, generation, settings, links, start });
    this.#unheard--;
    if (this.#unheard === 0) {
      for (const each of this.#deferred.splice(0)) this.#dispatch({ ...each, at });
    }
    this.#traffic.start();
    this.#transports.report();
    this.#reconcile();
    await this.#reconciled();
    await this.#transports.flushed();
    await this.#virtual.removeRetired();
    tellSupervisor({ kind: 'configured', generation });
  }

  /** Priority 0, everything withdrawn, exit 0. */
  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#dispatch({ kind: 'shutdown', at: monotonicMicros() });
    this.#timers.clear();
    this.#traffic.stop();
    this.#monitor?.close();
    this.#reconcile();
    await Promise.allSettled([
      this.#transports.flushed(),
      this.#reconciled(),
      this.#daemons.stop(),
    ]);
    this.#tellReports();
    this.#transports.close();
    this.#announcements.close();
    await this.#virtual.stop();
    await this.#firewall.stop();
    this.#announcer.close();
    this.#routing.close();
    this.#route.close();
    tellSupervisor({ kind: 'stopped' });
    await flushLogs();
    process.exit(0);
  }

  /**
   * A take-over may be near: nothing else on the machine is to delay it (design/0021). Its code has not run
   * for hours: what V8 and the processor have forgotten of it is there again after a rehearsal (design/0014).
   */
  #warmUp(dueAt: Micros): void {
    this.#scheduling.hurry(dueAt + AFTER_TAKE_OVER);
    let last = monotonicMicros();
    if (last - this.#warmAt < WARM_FOR) return;
    this.#warmAt = last;
    rehearse(() => {
      const now = monotonicMicros();
      const took = now - last;
      last = now;
      return now + took > dueAt - REST;
    });
  }

  #dispatch(event: VrrpEvent): void {
    this.#lastEventAt = Math.max(this.#lastEventAt, event.at);
    const timed = event.utc === undefined ? { ...event, utc: utcMicros() } : event;
    const result = step(this.#engine, timed);
    this.#engine = result.state;
    for (const effect of result.effects) this.#execute(effect);
    if (!this.#leaving || !hasLeft(this.#engine)) return;
    this.#leaving = false;
    tellSupervisor({ kind: 'left' });
  }

  #tellLater(report: Report): void {
    this.#reports.push(report);
    if (this.#reports.length > 1) return;
    const until = monotonicMicros() + REPORTS_WAIT;
    setImmediate(() => this.#tellSome(until));
  }

  /**
   * Of hundreds of transitions in one turn some: packets and the kernel's answers come between. Clients
   * wait for addresses that are to be announced, and nobody for a report.
   */
  #tellSome(until: Micros): void {
    if (this.#addresses.isExpected && monotonicMicros() < until) {
      setTimeout(() => this.#tellSome(until), REPORTS_PAUSE_MILLIS);
      return;
    }
    this.#tell(this.#reports.splice(0, REPORTS_A_TURN));
    if (this.#reports.length > 0) setImmediate(() => this.#tellSome(until));
  }

  #tellReports(): void {
    this.#tell(this.#reports.splice(0));
  }

  #tell(reports: readonly Report[]): void {
    for (const report of reports) {
      if (report.kind === 'log') {
        this.#logger[report.level](report.event, report.text, report.fields);
      } else tellSupervisor(report);
    }
  }

  #execute(effect: VrrpEffect): void {
    switch (effect.kind) {
      case 'send-advert':
        this.#transports.send(
          effect.interface,
          effect.packet,
          effect.source,
          effect.destination,
          effect.ttl,
        );
        return;
      case 'arm-timer':
        this.#timers.arm(effect.timer, effect.dueAt);
        return;
      case 'cancel-timer':
        this.#timers.cancel(effect.timer);
        return;
      case 'reconcile':
        this.#reconcile();
        return;
      case 'announce':
        this.#addresses.announceWhenPresent(effect.addresses, effect.repeat);
        return;
      case 'log':
      case 'state-changed':
      case 'priority-changed':
      case 'losing-advert':
        // What only tells of it waits until the packets of this turn have been read.
        this.#tellLater(effect);
        return;
    }
  }

  #reconcile(): void {
    this.#addresses.reconcile();
    this.#followUp.request();
  }

  /** Resolves when every pass over addresses and routes that was asked for has been tried. */
  async #reconciled(): Promise<void> {
    await this.#followUp.done();
    await this.#routing.settled();
  }

  /** Something for all on a wire that has been silent; one that is down hears nothing. */
  #probe(name: string): void {
    const link = this.#links.get(name);
    const own = link?.addresses.find((address) => familyOf(address) === 4);
    const address = virtualAddressOn(this.#engine, name) ?? own;
    if (!link?.up || address === undefined) return;
    try {
      this.#announcer.probe(link, address);
    } catch (error) {
      this.#logger.debug('probe-failed', `Cannot probe ${name}: ${messageOf(error)}`);
    }
  }

  /** What is another's now is not announced any more, however long it has waited for its turn. */
  #dropAnnouncements(): void {
    if (this.#announcements.isEmpty) return;
    this.#announcements.retain((target) => this.#addresses.isWanted(target));
  }

  /** Until the configuration is there: a machine whose processors are busy must not delay the start. */
  #raisePriority(): void {
    try {
      setPriority(constants.priority.PRIORITY_HIGHEST);
    } catch {
      // Not allowed: the configuration tries again, and says so.
    }
  }

  #linkChanged(name: string): void {
    const link = this.#links.get(name);
    if (!link) return;
    this.#transports.linkPresent(link.name, link.index, link.mtu);
    this.#dispatch({ kind: 'link-changed', at: monotonicMicros(), link });
    this.#virtual.linkChanged(name);
    this.#firewall.linkChanged(name);
    // Going down or coming back, an interface may have lost our addresses and routes.
    this.#reconcile();
  }

  #linkRemoved(index: number, name: string): void {
    this.#links.removeLink(index);
    this.#transports.linkAbsent(name);
    this.#dispatch({ kind: 'link-removed', at: monotonicMicros(), name });
    this.#virtual.linkChanged(name);
    this.#firewall.linkChanged(name);
  }

  #addressChanged(entry: AddressEntry, isThere: boolean): void {
    if (this.#links.isVirtual(entry.address)) {
      if (!this.#reconciler.isAsWanted(entry, isThere)) this.#reconcile();
      return;
    }
    const name = this.#links.nameOf(entry.interfaceIndex);
    if (name !== undefined) this.#linkChanged(name);
  }

  async #readKernel(): Promise<void> {
    const before = new Set(this.#links.all().map((link) => link.name));
    const [links, addresses] = [await this.#route.links(), await this.#route.addresses()];
    this.#links.load(links, addresses);
    this.#reconciler.learnLinks(links);
    for (const link of links) {
      before.delete(link.name);
      this.#linkChanged(link.name);
    }
    for (const name of before) {
      this.#transports.linkAbsent(name);
      this.#dispatch({ kind: 'link-removed', at: monotonicMicros(), name });
    }
  }

  /** Notifications were lost: what is known may be wrong until the kernel has been read. */
  #readAgain(): void {
    this.#readKernel().catch((error: unknown) => {
      this.#logger.error('kernel-unreadable', `Cannot read interfaces: ${messageOf(error)}`);
      setTimeout(() => this.#readAgain(), READ_AGAIN_MILLIS);
    });
  }
}

function utcMicros(): Micros {
  return wallMillis() * MICROS_PER_MILLI;
}

/**
 * When instances may start. CLOCK_MONOTONIC begins with the machine (clock_gettime(2)), which
 * `vrrp_delay_after_boot` counts from.
 */
function startOf({ startDelays }: VrrpSettings, startedAt: Micros): Micros {
  if (!startDelays) return 0;
  const { afterStart, afterBoot } = startDelays;
  return Math.max(afterStart === 0 ? 0 : startedAt + afterStart, afterBoot);
}

/** An IPv4 address that a MASTER would answer for. */
function virtualAddressOn({ instances }: EngineState, name: string): Ip | undefined {
  for (const { settings } of instances.values()) {
    const found = settings.virtualAddresses.find(
      (entry) => entry.interface === name && familyOf(entry.address) === 4,
    );
    if (found) return found.address;
  }
  return undefined;
}
