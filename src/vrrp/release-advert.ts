/** Priority 0 in the name of an instance whose process is gone. */
import { type Ip, ipToBytes } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { VrrpEffect } from './effects.js';
import { createInstance } from './instance.js';
import { Outbox } from './outbox.js';
import type { InstanceSettings } from './settings.js';
import { createState, type Step } from './state.js';
import { sendRelease } from './transmit.js';

/** A packet that is to be sent; see `send-advert` in `effects.ts`. */
export type ReleaseAdvert = Extract<VrrpEffect, { kind: 'send-advert' }>;

/**
 * The adverts by which an instance gives up mastership (RFC 9568 5.2.4), one for each destination.
 *
 * @param source the address that they will be sent from.
 * @param utc wall-clock µs since 1970, for `auth_hmac`.
 */
export function releaseAdverts(
  settings: InstanceSettings,
  source: Ip,
  utc: Micros,
): readonly ReleaseAdvert[] {
  const instance = createInstance(settings, 0);
  instance.source = { ip: source, bytes: ipToBytes(source) };
  const step: Step = { state: createState(), at: 0, out: new Outbox() };
  step.state.utcOffset = utc;
  const { interface: name } = settings;
  step.state.links.set(name, { index: 0, name, up: true, mac: '', mtu: 0, addresses: [source] });
  sendRelease(step, instance);
  return step.out.take().filter((effect) => effect.kind === 'send-advert');
}
