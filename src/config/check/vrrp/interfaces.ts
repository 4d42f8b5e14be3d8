/** The interfaces that instances, addresses and groups need. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config, InstanceConfig, TracksConfig } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';
import { checkInterface } from '../interfaces.js';

/** Reports interfaces that cannot be used or are not there. */
export function checkInterfaces(
  config: Config,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  for (const instance of config.instances) checkInstance(instance, known, sink);
  for (const group of config.syncGroups) {
    checkTracked(group.tracks, `vrrp_sync_group ${group.name}`, known, sink);
  }
  checkOwnNames(config.instances, sink);
}

function checkInstance(
  instance: InstanceConfig,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  const at = instance.origins['interface'] ?? instance.at;
  if (instance.interface === 'lo') {
    sink.report('CONFIG_UNUSABLE_INTERFACE', at, {
      message: `vrrp_instance ${instance.name}: adverts cannot be sent on the loopback interface, nobody would hear them`,
    });
  } else {
    checkInterface(
      instance.interface,
      at,
      `vrrp_instance ${instance.name} could not run`,
      known,
      sink,
      'error',
    );
  }
  if (!known) return;
  for (const addresses of [instance.virtualAddresses, instance.excludedAddresses]) {
    for (const address of addresses) {
      // Without a word of its own it is the instance's, of which all was said.
      const dev = address.origins['dev'];
      if (!dev || address.interface === instance.interface) continue;
      checkInterface(address.interface, dev, `${address.address} could not be added`, known, sink);
    }
  }
  checkTracked(instance.tracks, `vrrp_instance ${instance.name}`, known, sink);
}

function checkTracked(
  { interfaces }: TracksConfig,
  owner: string,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  for (const { name, weight, at } of interfaces) {
    const consequence =
      weight === 0 ? `${owner} would stay in FAULT` : `${owner} would never get its weight`;
    checkInterface(name, at, consequence, known, sink);
  }
}

/** Two instances cannot make one interface each of the same name, nor one on top of itself. */
function checkOwnNames(instances: readonly InstanceConfig[], sink: Sink): void {
  const first = new Map<string, InstanceConfig>();
  for (const instance of instances) {
    const name = instance.virtualInterface?.name;
    if (name === undefined) continue;
    const at = (own: InstanceConfig): Position =>
      own.origins['use_vmac'] ?? own.origins['use_ipvlan'] ?? own.at;
    if (name === instance.interface) {
      sink.report('CONFIG_VIRTUAL_INTERFACE', at(instance), {
        message: `vrrp_instance ${instance.name}: the interface ${name} cannot be made on top of itself`,
        expected: 'another name, or none',
        severity: 'error',
      });
      continue;
    }
    const earlier = first.get(name);
    if (!earlier) {
      first.set(name, instance);
      continue;
    }
    sink.report('CONFIG_VIRTUAL_INTERFACE', at(instance), {
      message: `vrrp_instance ${instance.name}: the interface ${name} is that of vrrp_instance ${earlier.name} (${renderPosition(at(earlier))}): only one of them could be made`,
      expected: 'another name, or none',
      severity: 'error',
    });
  }
}
