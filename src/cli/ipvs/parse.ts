/**
 * ipvsadm's command line (version 1.31) into a request. Pure: what a name means is told by the
 * caller.
 *
 * The command comes first. The options behind it are looked at one after the other, each with what
 * is known by then: `-M` before `-t` takes an IPv4 mask, `-6` comes behind `-f`, a port's name in
 * `-r` needs the service's protocol. What is said twice, or does not go with the command, is
 * refused with status 2; words that are no options with 255.
 */
import type { Family, Ip } from '../../base/ip.js';
import { familyOf, parseIp } from '../../base/ip.js';
import type { IpvsTimeouts, SyncDaemon } from '../../ipvs/control-codec.js';
import {
  type ForwardingMethod,
  type IpvsDestination,
  prefixToMask,
  type ServiceId,
  type Tunnel,
} from '../../ipvs/model.js';
import type { ServiceOptions } from '../../ipvs/operations.js';
import { addressOf, nameNeeded, parseEndpoint, type SomewhereWords } from './endpoint.js';
import type { Names, Transport } from './names.js';
import { type IpvsRequest, type ListFormat, type Parsed, PLAIN, STATUS } from './request.js';
import { type CommandWord, checkCommand, checkTunnel, type Given } from './rules.js';
import { type ScannedOption, Scanner } from './scanner.js';
import { ONE_PACKET, parseSchedulerFlags } from './scheduler-flags.js';
import { cut, ipv4ToNumber, leadingNumber, parseLooseIpv4, parseNumber } from './values.js';

const INT_MAX = 0x7fff_ffff;
const MAX_TIMEOUT = 86_400 * 31;
/** IPVS_SVC_PERSISTENT_TIMEOUT; the manual page says 300. */
const DEFAULT_PERSISTENCE = 360;
/** IP_VS_SCHEDNAME_MAXLEN, IP_VS_IFNAME_MAXLEN (with the zero byte) and IP_VS_PENAME_MAXLEN. */
const MAX_SCHEDULER = 15;
const MAX_INTERFACE = 15;
const MAX_ENGINE = 16;

/** A command line that is refused. */
class Refused extends Error {
  readonly status: number;
  readonly fatal: boolean;

  constructor(message: string, status: number = STATUS.illegal, fatal = true) {
    super(message);
    this.status = status;
    this.fatal = fatal;
  }
}

/**
 * @param words behind the program's name.
 */
export function parseIpvsCommand(words: readonly string[], names: Names): Parsed {
  try {
    return { kind: 'request', request: new Parser(words, names).parse() };
  } catch (error) {
    const name = nameNeeded(error);
    if (name !== undefined) return { kind: 'name', name };
    if (!(error instanceof Refused)) throw error;
    const { status, message, fatal } = error;
    return { kind: 'refusal', refusal: { status, message, fatal } };
  }
}

class Parser {
  readonly #scanner: Scanner;
  readonly #names: Names;
  readonly #given = new Set<Given>();
  #protocol: 'TCP' | 'UDP' | 'SCTP' | undefined;
  /** The service's; IPv4 until something says otherwise. */
  #family: Family = 4;
  #address: Ip | undefined;
  #port = 0;
  #mark = 0;
  /** Of IPv4 a mask as a number, of IPv6 a prefix length. */
  #netmask = 0xffff_ffff;
  #scheduler = '';
  #flags = 0;
  #flagWords = '';
  #persistence = 0;
  #engine = '';
  #server: { address: Ip; port: number } | undefined;
  #method: ForwardingMethod = 'DR';
  #weight = 1;
  #upper = 0;
  #lower = 0;
  #tunnelType: Tunnel['type'] | 'ipip' = 'ipip';
  #tunnelPort = 0;
  #daemon: { -readonly [K in keyof SyncDaemon]?: SyncDaemon[K] } = {};

  constructor(words: readonly string[], names: Names) {
    this.#scanner = new Scanner(words);
    this.#names = names;
  }

  parse(): IpvsRequest {
    const command = this.#command();
    if (command === 'help' || command === 'version') return { kind: command };
    for (let option = this.#scanner.next(); option; option = this.#scanner.next()) {
      this.#option(option);
    }
    const { problem, word, operands } = this.#scanner;
    if (problem) throw new Refused(`${word}: ${problem}`, STATUS.refused, false);
    const words = command === 'set' ? operands.splice(0, 3) : [];
    const timeouts = command === 'set' ? this.#timeouts(words) : undefined;
    if (operands.length > 0) throw new Refused(`'${operands[0]}' is one word too many`);
    if (this.#flagWords !== '') this.#schedulerFlags();
    const problems = checkCommand(command, this.#given);
    if (problems !== undefined) throw new Refused(problems);
    if (command !== 'set') return this.#request(command);
    return { kind: 'set-timeouts', timeouts: timeouts as IpvsTimeouts };
  }

  /** The first option. */
  #command(): CommandWord | 'help' | 'version' {
    const option = this.#scanner.next();
    const tryHelp = (what: string): Refused =>
      new Refused(`${what}: 'tandem ipvs --help' tells more`, STATUS.refused);
    if (!option) {
      const { problem, word } = this.#scanner;
      throw tryHelp(problem ? `${word}: ${problem}` : 'a command is missing');
    }
    switch (option.name) {
      case 'add-service':
      case 'edit-service':
      case 'delete-service':
      case 'add-server':
      case 'edit-server':
      case 'delete-server':
      case 'clear':
      case 'list':
      case 'zero':
      case 'set':
      case 'restore':
      case 'save':
      case 'help':
      case 'version':
        return option.name;
      case 'start-daemon':
      case 'stop-daemon':
        if (option.value !== 'master' && option.value !== 'backup') {
          throw new Refused(`--${option.name} is master or backup, not '${option.value}'`);
        }
        this.#daemon.state = option.value;
        return option.name;
      default:
        throw tryHelp(`--${option.name} is no command, and the command comes first`);
    }
  }

  #option({ name, value }: ScannedOption): void {
    const text = value ?? '';
    switch (name) {
      case 'tcp-service':
        this.#service('TCP', text);
        return;
      case 'udp-service':
        this.#service('UDP', text);
        return;
      case 'sctp-service':
        this.#service('SCTP', text);
        return;
      case 'fwmark-service':
        this.#once('service-address');
        this.#family = 4;
        this.#protocol = 'TCP';
        this.#mark = this.#number(text, 1, 0xffff_ffff, 'a firewall mark');
        return;
      case 'ipv6':
        if (this.#mark === 0) throw new Refused('-6 is for a firewall mark, and comes behind -f');
        this.#family = 6;
        this.#netmask = 128;
        return;
      case 'scheduler':
        this.#once(name);
        this.#scheduler = cut(text, MAX_SCHEDULER);
        return;
      case 'persistent':
        this.#once(name);
        this.#persistence =
          value === undefined
            ? DEFAULT_PERSISTENCE
            : this.#number(value, 1, MAX_TIMEOUT, 'a persistence timeout in seconds');
        return;
      case 'netmask':
        this.#once(name);
        this.#netmask = this.#mask(text);
        return;
      case 'real-server':
        this.#once(name);
        this.#server = this.#realServer(text);
        return;
      case 'gatewaying':
      case 'ipip':
      case 'masquerading':
        this.#once('forwarding-method');
        this.#method = name === 'gatewaying' ? 'DR' : name === 'ipip' ? 'TUN' : 'NAT';
        return;
      case 'weight':
        this.#once(name);
        this.#weight = this.#number(text, 0, INT_MAX, 'a weight');
        return;
      case 'u-threshold':
        this.#once(name);
        this.#upper = this.#number(text, 0, INT_MAX, 'an upper threshold');
        return;
      case 'l-threshold':
        this.#once(name);
        this.#lower = this.#number(text, 0, INT_MAX, 'a lower threshold');
        return;
      case 'ops':
        this.#once(name);
        this.#flags |= ONE_PACKET;
        return;
      case 'pe':
        this.#once(name);
        this.#engine = cut(text, MAX_ENGINE);
        return;
      case 'sched-flags':
        this.#once(name);
        this.#flagWords = text;
        return;
      case 'tun-type':
        this.#once(name);
        if (text !== 'ipip' && text !== 'gue' && text !== 'gre') {
          throw new Refused(`a tunnel is ipip, gue or gre, not '${text}'`);
        }
        this.#tunnelType = text;
        return;
      case 'tun-port':
        this.#once(name);
        this.#tunnelPort = this.#number(text, 1, 65_535, 'the port of a tunnel');
        return;
      case 'numeric':
      case 'connection':
      case 'timeout':
      case 'daemon':
      case 'stats':
      case 'rate':
      case 'thresholds':
      case 'persistent-conn':
      case 'nosort':
      case 'exact':
      case 'tun-info':
      case 'tun-nocsum':
      case 'tun-csum':
      case 'tun-remcsum':
      case 'json':
        this.#once(name);
        return;
      case 'sort':
        return;
      default:
        this.#daemonOption(name, text);
        return;
    }
  }

  #daemonOption(name: ScannedOption['name'], text: string): void {
    switch (name) {
      case 'mcast-interface':
        this.#once(name);
        this.#daemon.interface = cut(text, MAX_INTERFACE);
        return;
      case 'syncid':
        this.#once(name);
        this.#daemon.syncId = this.#number(text, 0, 255, 'a sync id');
        return;
      case 'sync-maxlen':
        this.#once(name);
        this.#daemon.maxLength = this.#number(text, 1, 65_535 - 20 - 8, 'a length of messages');
        return;
      case 'mcast-port':
        this.#once(name);
        this.#daemon.port = this.#number(text, 1, 65_535, 'a multicast port');
        return;
      case 'mcast-ttl':
        this.#once(name);
        this.#daemon.ttl = this.#number(text, 1, 255, 'a multicast TTL');
        return;
      case 'mcast-group': {
        this.#once(name);
        const group = parseIp(text);
        if (group === undefined || !isMulticast(group)) {
          throw new Refused(`'${text}' is no multicast address`);
        }
        this.#daemon.group = group;
        return;
      }
      case 'interval':
      case 'count':
        throw new Refused(`--${name}: it is for 'tandem ipvs watch'`, STATUS.refused, false);
      default:
        throw new Refused(`--${name} is a command, and there is one already`);
    }
  }

  #once(name: Given): void {
    if (this.#given.has(name)) throw new Refused(`${name} is given more than once`);
    this.#given.add(name);
  }

  #number(text: string, min: number, max: number, what: string): number {
    const value = parseNumber(text, min, max);
    if (value !== undefined) return value;
    throw new Refused(`'${text}' is not ${what}: a number from ${min} to ${max}`);
  }

  #service(protocol: 'TCP' | 'UDP' | 'SCTP', text: string): void {
    this.#once('service-address');
    this.#protocol = protocol;
    const found = this.#endpoint(text, 'a virtual service');
    this.#address = found.address;
    this.#port = found.port ?? 0;
    this.#family = familyOf(found.address);
    if (this.#family === 6) this.#netmask = 128;
  }

  /** Without a port of its own it has the service's, if that is known already. */
  #realServer(text: string): { address: Ip; port: number } {
    const { address, port } = this.#endpoint(text, 'a real server');
    return { address, port: port ?? this.#port };
  }

  #endpoint(text: string, what: string): { address: Ip; port: number | undefined } {
    const transport = this.#protocol?.toLowerCase() as Transport | undefined;
    const found: SomewhereWords = parseEndpoint(text, transport, this.#names);
    if (typeof found !== 'string') return found;
    throw new Refused(`'${text}' is not the address of ${what}: ${found}`);
  }

  #mask(text: string): number {
    if (this.#family === 6) {
      const length = leadingNumber(text);
      if (length >= 1 && length <= 128) return length;
      throw new Refused(`'${text}' is not the prefix length of an IPv6 netmask: 1 to 128`);
    }
    // ipvsadm asks for a host of that name, too.
    const mask = parseLooseIpv4(text) ?? addressOf(text, this.#names);
    if (mask === undefined) throw new Refused(`'${text}' is not a netmask`);
    return ipv4ToNumber(mask);
  }

  #timeouts(words: readonly string[]): IpvsTimeouts {
    if (words.length < 3) throw new Refused('--set needs three timeouts: TCP TCPFIN UDP');
    const [tcp, tcpFin, udp] = words.map((word) =>
      this.#number(word, 0, MAX_TIMEOUT, 'a timeout in seconds'),
    ) as [number, number, number];
    return { tcp, tcpFin, udp };
  }

  #schedulerFlags(): void {
    const flags = parseSchedulerFlags(this.#flagWords, this.#scheduler);
    if (typeof flags === 'string') throw new Refused(flags);
    this.#flags |= flags;
  }

  #request(command: Exclude<CommandWord, 'set'>): IpvsRequest {
    switch (command) {
      case 'add-service':
      case 'edit-service': {
        const kind = command === 'add-service' ? 'add-service' : 'set-service';
        return { kind: 'apply', operation: { kind, service: this.#wantedService() } };
      }
      case 'delete-service':
        return { kind: 'apply', operation: { kind: 'delete-service', id: this.#id() } };
      case 'add-server':
      case 'edit-server': {
        const kind = command === 'add-server' ? 'add-destination' : 'set-destination';
        const destination = this.#wantedDestination();
        return { kind: 'apply', operation: { kind, id: this.#id(), destination } };
      }
      case 'delete-server': {
        const destination = this.#server as { address: Ip; port: number };
        return {
          kind: 'apply',
          operation: { kind: 'delete-destination', id: this.#id(), destination },
        };
      }
      case 'clear':
      case 'restore':
        return { kind: command };
      case 'zero':
        return this.#isService() ? { kind: 'zero', id: this.#id() } : { kind: 'zero' };
      case 'start-daemon': {
        const { state = 'master', interface: name, syncId = 0, ...more } = this.#daemon;
        return {
          kind: 'start-daemon',
          daemon: { state, interface: name || 'eth0', syncId, ...more },
        };
      }
      case 'stop-daemon':
        return { kind: 'stop-daemon', state: this.#daemon.state ?? 'master' };
      case 'save':
        return { kind: 'list-table', format: { ...this.#format(), rules: true } };
      case 'list':
        return this.#list();
    }
  }

  #list(): IpvsRequest {
    const format = this.#format();
    if (this.#given.has('connection')) return { kind: 'list-connections', format };
    if (this.#given.has('service-address')) return { kind: 'list-service', id: this.#id(), format };
    if (this.#given.has('timeout')) return { kind: 'list-timeouts', format };
    if (this.#given.has('daemon')) return { kind: 'list-daemons', format };
    return { kind: 'list-table', format };
  }

  #format(): ListFormat {
    const has = (name: Given): boolean => this.#given.has(name);
    return {
      ...PLAIN,
      numeric: has('numeric'),
      stats: has('stats'),
      rate: has('rate'),
      thresholds: has('thresholds'),
      persistentConnections: has('persistent-conn'),
      tunnels: has('tun-info'),
      exact: has('exact'),
      sorted: !has('nosort'),
      json: has('json'),
    };
  }

  #id(): ServiceId {
    if (this.#mark !== 0) return { kind: 'fwmark', family: this.#family, fwmark: this.#mark };
    const [protocol, address] = [this.#protocol ?? 'TCP', this.#address as Ip];
    return { kind: 'address', protocol, address, port: this.#port };
  }

  /** To ipvsadm's `-Z` no address and no port mean every service, also where they were given. */
  #isService(): boolean {
    if (this.#mark !== 0 || this.#port !== 0) return true;
    return this.#address !== undefined && this.#address !== '0.0.0.0' && this.#address !== '::';
  }

  #wantedService(): ServiceOptions {
    const id = this.#id();
    if (id.kind === 'address') {
      if (id.port === 0 && this.#persistence === 0) {
        throw new Refused('port 0 is every port, and only a persistent service (-p) has that');
      }
      if ((this.#flags & ONE_PACKET) !== 0 && id.protocol !== 'UDP') {
        throw new Refused('one-packet scheduling (-o) is for UDP services and firewall marks');
      }
    }
    return {
      id,
      scheduler: this.#scheduler || 'wlc',
      flags: this.#flags,
      persistenceTimeout: this.#persistence,
      ...this.#persistenceMask(),
      ...(this.#engine === '' ? undefined : { persistenceEngine: this.#engine }),
    };
  }

  #persistenceMask(): Pick<ServiceOptions, 'persistencePrefix' | 'persistenceMask'> {
    if (this.#family === 6) return { persistencePrefix: this.#netmask };
    const persistencePrefix = Math.clz32(~this.#netmask);
    if (prefixToMask(persistencePrefix) === this.#netmask) return { persistencePrefix };
    return { persistencePrefix, persistenceMask: this.#netmask };
  }

  #wantedDestination(): IpvsDestination {
    const { address, port } = this.#server as { address: Ip; port: number };
    const [method, type] = [this.#method, this.#tunnelType];
    if (familyOf(address) !== this.#family && method !== 'TUN') {
      throw new Refused('only a tunnel (-i) leads to a real server of the other address family');
    }
    const options: Given[] = [];
    for (const name of this.#given) if (name.startsWith('tun-')) options.push(name);
    if (options.length > 0 && method !== 'TUN') {
      throw new Refused(`--${options[0]} is for a tunnel (-i)`);
    }
    const problem = checkTunnel(type, new Set(options.filter((name) => name !== 'tun-type')));
    if (problem !== undefined) throw new Refused(problem);
    return {
      address,
      // Direct routing and tunnels leave packets as they are.
      port: this.#mark === 0 && method !== 'NAT' ? this.#port : port,
      method,
      weight: this.#weight,
      upperThreshold: this.#upper,
      lowerThreshold: this.#lower,
      ...(type === 'ipip'
        ? undefined
        : { tunnel: { type, port: this.#tunnelPort, checksum: this.#checksum() } }),
    };
  }

  #checksum(): Tunnel['checksum'] {
    if (this.#given.has('tun-remcsum')) return 'remcsum';
    return this.#given.has('tun-csum') ? 'csum' : 'nocsum';
  }
}

function isMulticast(address: Ip): boolean {
  if (familyOf(address) === 6) return /^ff[0-9a-f]{2}:/.test(address);
  const first = Number(address.split('.', 1)[0]);
  return first >= 224 && first <= 239;
}
