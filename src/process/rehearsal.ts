/**
 * Goes once through everything that a take-over does, where it does no harm, before the process
 * says that it is ready: timers, a packet and an ARP frame on the loopback interface, a request to
 * rtnetlink for an address that is not there. What is called the first time is compiled, linked and
 * read into memory first, and would make the first take-over of a process its slowest (in the lab's
 * kernel 23 ms against 6 ms from the timer to the announcement).
 */
import { monotonicMicros } from '../base/clock.js';
import { MICROS_PER_MILLI } from '../base/time.js';
import { AddressReconciler } from '../kernel/addresses.js';
import type { RouteClient } from '../netlink/route.js';
import { AdvertTransport } from '../packet-io/advert-transport.js';
import type { Announcer } from '../packet-io/announcer.js';
import { loopPause } from '../packet-io/loop-pause.js';
import type { DesiredAddress } from '../vrrp/desired.js';
import type { LinkState } from '../vrrp/events.js';
import { rehearse } from '../vrrp/rehearsal.js';
import { AddressKeeper } from './address-keeper.js';
import { DrainingTimers } from './draining-timers.js';
import { TransportTable } from './transport-table.js';

const LOOPBACK = ['127.0.0.1', '::1'];
/** Addresses for documentation (RFC 5737, RFC 3849). */
const NOWHERE = '192.0.2.1';
const NOWHERE_IPV6 = '2001:db8::1';
const DEADLINE_MILLIS = 500;

/**
 * Rehearses. Never rejects: what is not allowed here will fail, and be told, when it is needed.
 *
 * @param loopback the interface `lo`; without one only the engine is rehearsed.
 */
export async function rehearseTakeOver(
  route: RouteClient,
  announcer: Announcer,
  loopback: LinkState | undefined,
): Promise<void> {
  rehearse();
  if (!loopback) return;
  // Twice: the second time finds the sockets open and the first answers come.
  for (let i = 0; i < 2; i++) {
    await Promise.allSettled([
      rehearsePacket(loopback),
      rehearseAddresses(route, announcer, loopback),
    ]);
  }
}

/** A held timer expires, and packets of both families that say nothing go to their sender. */
async function rehearsePacket(loopback: LinkState): Promise<void> {
  const transports = new TransportTable(
    (place, index, handlers) => new AdvertTransport(place, index, handlers),
    { onDatagram() {}, onChange() {}, onSendError() {} },
  );
  transports.want(([4, 6] as const).map((family) => ({ ...place(loopback), family })));
  transports.linkPresent(loopback.name, loopback.index);
  await new Promise<void>((resolve) => {
    const giveUp = setTimeout(resolve, DEADLINE_MILLIS);
    const timers = new DrainingTimers<string>({
      needsDrain: () => true,
      isExact: () => true,
      pause: loopPause(),
      packetsReceived: () => 0,
      readAll: () => transports.readAll(),
      expire: () => {
        for (const ip of LOOPBACK) transports.send(loopback.name, new Uint8Array(8), ip, ip, 1);
        clearTimeout(giveUp);
        // The packets come back with the next poll.
        setImmediate(resolve);
      },
    });
    timers.arm('rehearsal', monotonicMicros() + MICROS_PER_MILLI);
  });
  transports.close();
}

/** An address that is not there is deleted, one is found missing, and one is announced on `lo`. */
async function rehearseAddresses(
  route: RouteClient,
  announcer: Announcer,
  loopback: LinkState,
): Promise<void> {
  const target = { interface: loopback.name, address: NOWHERE };
  const absent: DesiredAddress = {
    instance: 'rehearsal',
    address: { ...target, prefixLength: 32, scope: 0 },
    present: false,
  };
  await route.applyAddresses([
    {
      kind: 'delete',
      spec: { interfaceIndex: loopback.index, address: NOWHERE, prefixLength: 32 },
    },
  ]);
  const reconciler = new AddressReconciler(route);
  const keeper = new AddressKeeper({
    reconcile: (desired, onAdded) => reconciler.reconcile(desired, onAdded),
    desired: () => [absent],
    announce() {},
    onReconciled() {},
    onError() {},
  });
  keeper.reconcile();
  keeper.announceWhenPresent([target], 1);
  await keeper.settled();
  keeper.stop();
  for (const address of [NOWHERE, NOWHERE_IPV6]) announcer.announce(loopback, address);
}

function place(loopback: LinkState): { readonly interface: string; readonly groups: readonly [] } {
  return { interface: loopback.name, groups: [] };
}
