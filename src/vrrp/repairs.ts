/** What is told of routes, rules and static addresses that something else has removed. */
import type { VrrpEvent } from './events.js';
import { log } from './instance.js';
import type { Step } from './state.js';

/** What a pass over routes and rules found for one instance, or for what is static. */
export function onRoutingReconciled(
  step: Step,
  event: Extract<VrrpEvent, { kind: 'routing-reconciled' }>,
): void {
  const instance = step.state.instances.get(event.instance);
  if (instance) instance.kernelRepairs += event.restored.length;
  for (const what of event.restored) {
    if (instance) {
      const text = `${what}, no longer existed and was restored`;
      log(step, instance, 'warning', 'routing-restored', text, { what });
    } else tell(step, 'warning', 'routing-restored', `Restoring deleted static ${what}`, { what });
  }
  for (const { what, reason } of event.failed) {
    const fields = { what, reason };
    if (instance)
      log(step, instance, 'error', 'routing-failed', `cannot set ${what}: ${reason}`, fields);
    else tell(step, 'error', 'routing-failed', `cannot set static ${what}: ${reason}`, fields);
  }
}

/** What a pass over the addresses found for the static ones. No instance gives up for them. */
export function onStaticAddresses(
  step: Step,
  event: Extract<VrrpEvent, { kind: 'addresses-reconciled' }>,
): void {
  for (const address of event.restored) {
    tell(step, 'warning', 'address-restored', `Restoring deleted static address ${address}`, {
      address,
    });
  }
  for (const { address, reason } of event.failed) {
    const known = step.state.staticFailures.get(address);
    if (known === reason) continue;
    step.state.staticFailures.set(address, reason);
    tell(step, 'error', 'address-failed', `cannot set static ip address ${address}: ${reason}`, {
      address,
      reason,
    });
  }
  const failing = new Set(event.failed.map(({ address }) => address));
  for (const address of step.state.staticFailures.keys()) {
    if (!failing.has(address)) step.state.staticFailures.delete(address);
  }
}

function tell(
  step: Step,
  level: 'warning' | 'error',
  event: string,
  text: string,
  fields: Readonly<Record<string, string>>,
): void {
  step.out.add({ kind: 'log', level, event, text, fields });
}
