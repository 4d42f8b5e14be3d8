/**
 * Which interfaces of its own a configuration needs (`use_vmac`, `use_vmac_addr`, `use_ipvlan`), how
 * they are named, and what goes on them.
 *
 * Names are made as keepalived makes them, so that an interface that it has left is found: PREFIX.VRID,
 * if that is taken and it is for IPv6 PREFIX6.VRID, then PREFIX1.VRID and so on, in the order of the
 * configuration. One MAC address on one interface is one macvlan, whoever uses it.
 */
import { type Family, familyOf } from '../base/ip.js';
import type {
  Config,
  GlobalConfig,
  InstanceConfig,
  VirtualAddressConfig,
  VmacConfig,
} from '../config/model/index.js';
import type { InstanceSettings, VirtualInterface } from '../vrrp/settings.js';

export interface VirtualInterfaces {
  readonly all: readonly VirtualInterface[];
  /** What the engine is told of an instance's own interface. */
  instanceFields(
    instance: InstanceConfig,
  ): Pick<InstanceSettings, 'ownInterface' | 'transmitOnBase' | 'sourceInterface'>;
  /** The interface that an address goes on. */
  interfaceOf(instance: InstanceConfig, address: VirtualAddressConfig): string;
}

/** Derives them for instances in their order. */
export function virtualInterfaces(
  { global }: Pick<Config, 'global'>,
  instances: readonly InstanceConfig[],
): VirtualInterfaces {
  const table = new Table(global, instances);
  const own = new Map<InstanceConfig, VirtualInterface>();
  const onAddress = new Map<VirtualAddressConfig, string>();
  for (const instance of instances) {
    const made = table.ofInstance(instance);
    if (made) own.set(instance, made);
    for (const address of addressesOf(instance)) {
      if (made && isOnOwn(instance, address)) onAddress.set(address, made.name);
      else if (address.useVmac || (instance.vmacForAddresses && !isOnOwn(instance, address))) {
        onAddress.set(address, table.ofAddress(instance, address));
      }
    }
  }
  return {
    all: table.all(),
    instanceFields: (instance) => fieldsOf(instance, own.get(instance)),
    interfaceOf: (_, address) => onAddress.get(address) ?? address.interface,
  };
}

function fieldsOf(
  instance: InstanceConfig,
  own: VirtualInterface | undefined,
): Pick<InstanceSettings, 'ownInterface' | 'transmitOnBase' | 'sourceInterface'> {
  // Without an interface its packets are bound to those of the VRF.
  if (instance.vrf !== undefined && instance.interface === '') {
    return { ownInterface: instance.vrf };
  }
  if (!own) return {};
  const sendsFromOwn = !instance.transmitOnBase && (own.kind === 'ipvlan' || instance.family === 6);
  return {
    ownInterface: own.name,
    ...(instance.transmitOnBase ? { transmitOnBase: true } : {}),
    ...(sendsFromOwn ? { sourceInterface: own.name } : {}),
  };
}

function addressesOf(instance: InstanceConfig): readonly VirtualAddressConfig[] {
  return [...instance.virtualAddresses, ...instance.excludedAddresses];
}

/** Whether an address is on the instance's interface and of its family: then it is on its own one. */
function isOnOwn(instance: InstanceConfig, address: VirtualAddressConfig): boolean {
  return address.interface === instance.interface && familyOf(address.address) === instance.family;
}

class Table {
  readonly #global: GlobalConfig;
  readonly #made: VirtualInterface[] = [];
  readonly #names: Set<string>;

  constructor(global: GlobalConfig, instances: readonly InstanceConfig[]) {
    this.#global = global;
    this.#names = new Set(
      instances.flatMap(({ virtualInterface }) => virtualInterface?.name ?? []),
    );
  }

  all(): readonly VirtualInterface[] {
    return this.#made;
  }

  ofInstance(instance: InstanceConfig): VirtualInterface | undefined {
    const { virtualInterface: config, interface: parent, family, transmitOnBase } = instance;
    if (!config || parent === '') return undefined;
    const common = {
      instance: instance.name,
      parent,
      family,
      ipv6: family === 6 || hasIpv6(instance),
      ...(config.group === undefined ? {} : { group: config.group }),
    };
    if (config.kind === 'macvlan') {
      const { sourceAddress } = instance;
      return this.#macvlan(
        instance,
        {
          ...common,
          kind: 'macvlan',
          mac: macOf(config, family, instance.virtualRouterId),
          ...(family === 6 && !transmitOnBase ? { linkLocal: sourceAddress ?? 'parent' } : {}),
          ...(config.netlinkNotify ? { notify: true } : {}),
        },
        config.name,
        this.#global.vrrp.vmacPrefix,
      );
    }
    const made: VirtualInterface = {
      ...common,
      kind: 'ipvlan',
      name:
        config.name ??
        this.#freeName(this.#global.vrrp.vmacPrefix, instance.virtualRouterId, family),
      mode: config.mode,
      ...(config.address ? { address: config.address } : {}),
    };
    this.#made.push(made);
    return made;
  }

  /** The macvlan on an address's interface. */
  ofAddress(
    instance: InstanceConfig,
    { interface: parent, address }: VirtualAddressConfig,
  ): string {
    const family = familyOf(address);
    const config = instance.virtualInterface;
    const vmac = config?.kind === 'macvlan' ? config : undefined;
    return this.#macvlan(
      instance,
      {
        kind: 'macvlan',
        instance: instance.name,
        parent,
        family,
        ipv6: family === 6,
        mac: macOf(vmac, family, instance.virtualRouterId),
        ...(family === 6 ? { linkLocal: 'parent' } : {}),
      },
      undefined,
      this.#global.vrrp.vmacAddressPrefix,
    ).name;
  }

  #macvlan(
    instance: InstanceConfig,
    wanted: Omit<Extract<VirtualInterface, { kind: 'macvlan' }>, 'name'>,
    name: string | undefined,
    prefix: string,
  ): VirtualInterface {
    const there = this.#made.find(
      (one) => one.kind === 'macvlan' && one.parent === wanted.parent && one.mac === wanted.mac,
    );
    if (there && (name === undefined || name === there.name)) return there;
    const made: VirtualInterface = {
      ...wanted,
      name: name ?? this.#freeName(prefix, instance.virtualRouterId, wanted.family),
    };
    this.#made.push(made);
    return made;
  }

  #freeName(prefix: string, vrid: number, family: Family): string {
    const candidates = [`${prefix}.${vrid}`, ...(family === 6 ? [`${prefix}6.${vrid}`] : [])];
    let name = candidates.find((candidate) => !this.#names.has(candidate));
    for (let i = 1; name === undefined; i++) {
      const candidate = `${prefix}${i}.${vrid}`;
      if (!this.#names.has(candidate)) name = candidate;
    }
    this.#names.add(name);
    return name;
  }
}

/** The virtual router's MAC address (RFC 9568 7.3), or the one that is written. */
function macOf(config: VmacConfig | undefined, family: Family, vrid: number): string {
  const last = vrid.toString(16).padStart(2, '0');
  return config?.mac ?? `00:00:5e:00:${family === 4 ? '01' : '02'}:${last}`;
}

function hasIpv6(instance: InstanceConfig): boolean {
  return addressesOf(instance).some(({ address }) => familyOf(address) === 6);
}
