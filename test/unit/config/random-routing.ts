/** Random good lines of addresses, routes and rules: any options together that do not contradict. */

type Dice = (below: number) => number;

/** Writes lines; what is random comes from the dice alone. */
export class RoutingWriter {
  private readonly dice: Dice;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  /** The options of an address besides those that every writer knows. */
  addressOptions(family: 4 | 6): string {
    return [
      ...this.maybe(() => 'home'),
      ...this.maybe(() => '-nodad'),
      ...this.maybe(() => 'mngtmpaddr'),
      ...this.maybe(() => 'noprefixroute'),
      ...this.maybe(() => 'autojoin'),
      ...this.maybe(() => 'no_track'),
      ...this.maybe(() => `preferred_lft ${this.pick(['0', '17', '4294967294', 'forever'])}`),
      ...this.maybe(() => `dev ${this.pick(['eth0', 'eth7'])}`),
      ...(family === 4 ? this.maybe(() => `scope ${this.pick(['link', 'site', '0x7'])}`) : []),
    ].join(' ');
  }

  /** Blocks at the top, groups first. `names`: those of instances. */
  statics(names: readonly string[], quote: (text: string) => string): string {
    return [
      ...this.maybe(
        () =>
          `track_group T0 {\n${this.maybe(() => `group {\n${names.map(quote).join('\n')}\n}`).join('')}\n}`,
      ),
      'track_group T1 {\ngroup {\nVI_9\n}\n}',
      ...this.maybe(() => this.block('static_ipaddress', () => this.staticAddress())),
      ...this.maybe(() => this.block('static_routes', () => this.route('dev eth0 track_group T1'))),
      ...this.maybe(() => this.block('static_rules', () => this.rule('iif eth0 track_group T1'))),
    ].join('\n');
  }

  /** Blocks of an instance. */
  virtuals(): string {
    return [
      ...this.maybe(() => this.block('virtual_routes', () => this.route(''))),
      ...this.maybe(() => this.block('virtual_rules', () => this.rule(''))),
    ].join('\n');
  }

  private block(head: string, line: () => string): string {
    return `${head} {\n${Array.from({ length: 1 + this.dice(3) }, line).join('\n')}\n}`;
  }

  private staticAddress(): string {
    const family = this.pick([4, 6] as const);
    const address = `${this.address(family)}${this.pick(['', family === 4 ? '/24' : '/64'])}`;
    const group = this.maybe(() => 'track_group T1').join('');
    return `${address} ${this.addressOptions(family)} ${group}`;
  }

  private address(family: 4 | 6): string {
    const byte = () => this.dice(256);
    if (family === 4) return `10.${byte()}.${byte()}.${byte()}`;
    return `2001:db8:${byte().toString(16)}::${byte().toString(16)}`;
  }

  private prefix(family: 4 | 6): string {
    return `${this.address(family)}/${this.dice(family === 4 ? 33 : 129)}`;
  }

  private route(fixed: string): string {
    const family = this.pick([4, 6] as const);
    const v4 = family === 4;
    const address = () => this.address(family);
    const tracked = this.dice(2) === 0;
    return [
      ...this.maybe(() => this.pick(['add', 'append', 'prepend'])),
      ...this.maybe(() => this.pick(['unicast', 'blackhole', '8', 'throw', 'to'])),
      this.pick([this.prefix(family), address(), ...(v4 ? ['default'] : [])]),
      ...this.maybe(() => `src ${address()}`),
      ...this.maybe(() => `via ${address()}`),
      ...(v4 ? [] : this.maybe(() => `from ${this.prefix(6)}`)),
      fixed === '' ? this.maybe(() => this.pick(['dev eth1', 'oif eth0'])).join('') : fixed,
      ...this.maybe(() => this.pick(['table 77', 'table main', 'table 0x1234567', 'vrf blue'])),
      ...(tracked ? [] : ['no_track', ...this.maybe(() => `protocol ${this.dice(256)}`)]),
      ...this.maybe(() => `scope ${this.pick(['link', '9', 'global'])}`),
      ...this.maybe(() => `metric ${this.dice(100_000)}`),
      ...this.maybe(() => `tos ${this.dice(256)}`),
      ...this.maybe(() => 'onlink'),
      ...(v4 ? this.maybe(() => this.realms()) : []),
      ...this.maybe(() => this.encapsulation()),
      ...(v4 ? [] : this.maybe(() => `expires ${this.dice(9999)}`)),
      ...(v4 ? [] : this.maybe(() => `pref ${this.pick(['low', 'medium', 'high', '2'])}`)),
      ...this.maybe(() => `ttl-propagate ${this.pick(['enabled', 'disabled'])}`),
      ...this.metrics(),
      ...Array.from({ length: this.dice(3) }, () =>
        [
          'nexthop',
          this.pick([`via ${address()}`, 'dev eth2', `via ${address()} dev eth3`]),
          ...this.maybe(() => `weight ${1 + this.dice(256)}`),
          ...this.maybe(() => 'onlink'),
          ...(v4 ? this.maybe(() => this.realms()) : []),
          ...this.maybe(() => this.encapsulation()),
        ].join(' '),
      ),
    ].join(' ');
  }

  private realms(): string {
    return `realms ${this.pick(['', '7/'])}${this.dice(256)}`;
  }

  private encapsulation(): string {
    return `encap ${this.pick([
      `ip id ${this.dice(99)} tos 0x10 ttl 5 flags 6`,
      'ip dst 10.0.0.1 src 10.0.0.2',
      'ip6 dst 2001:DB8::1 src 2001:db8::2 tc 7 hoplimit 8 flags 9',
      'ip6 id 18446744073709551615',
      'mpls 100',
      'mpls 0x10/1048575',
      'ila 1:ab:0:ffff',
    ])}`;
  }

  private metrics(): string[] {
    const count = () => `${this.dice(100_000)}`;
    const time = () => this.pick(['200ms', '1.125S', '119999msecs', '5001', '120s']);
    const lockable = (word: string, value: () => string) =>
      this.maybe(() => `${word} ${this.pick(['', 'lock '])}${value()}`);
    const plain = (word: string, value: () => string) => this.maybe(() => `${word} ${value()}`);
    return [
      ...['mtu', 'advmss', 'reordering', 'cwnd', 'ssthresh'].flatMap((word) =>
        lockable(word, count),
      ),
      ...['rtt', 'rttvar', 'rto_min'].flatMap((word) => lockable(word, time)),
      ...lockable('congctl', () => this.pick(['cubic', '"a b"', 'bbr'])),
      ...['window', 'initcwnd', 'initrwnd'].flatMap((word) => plain(word, count)),
      ...plain('hoplimit', () => `${this.dice(256)}`),
      ...['quickack', 'fastopen_no_cookie'].flatMap((word) => plain(word, () => `${this.dice(2)}`)),
      ...this.maybe(() => 'features ecn'),
    ];
  }

  private rule(fixed: string): string {
    const family = this.pick([4, 6] as const);
    const tracked = this.dice(2) === 0;
    const table = this.dice(2) === 0;
    const preference = 1 + this.dice(30_000);
    const range = (max: number) => {
      const from = this.dice(max);
      return `${from}-${from + this.dice(max - from)}`;
    };
    return [
      ...this.maybe(() => 'not'),
      ...this.maybe(() => 'from all'),
      ...this.maybe(() => `to ${this.prefix(family)}`),
      `${this.pick(['preference', 'priority', 'order'])} ${preference}`,
      ...this.maybe(() => `tos ${this.dice(256)}`),
      ...this.maybe(() => `fwmark ${this.pick(['7', '0x10/0xff', '1/0'])}`),
      fixed === '' ? this.maybe(() => 'dev eth1').join('') : fixed,
      ...this.maybe(() => 'oif lo'),
      ...this.maybe(() => 'tunnel-id 18446744073709551615'),
      ...this.maybe(() => `uidrange ${range(100_000)}`),
      ...this.maybe(() => `ipproto ${this.pick(['TCP', 'udp', 'sctp', '89'])}`),
      ...this.maybe(() => `sport ${range(65_536)}`),
      ...this.maybe(() => `dport ${range(65_536)}`),
      ...(tracked ? [] : ['no_track', ...this.maybe(() => `protocol ${this.dice(256)}`)]),
      ...(table
        ? [
            this.pick(['table 7', 'lookup main', 'l3mdev']),
            ...this.maybe(() => `sup_pl ${this.dice(33)}`),
            ...this.maybe(() => `suppress_ifgroup ${this.dice(9)}`),
          ]
        : [this.pick(['nop', 'type prohibit', 'unreachable', '6', `goto ${preference + 5}`])]),
      ...(family === 6 ? this.maybe(() => 'inet6') : []),
    ].join(' ');
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.dice(items.length)] as T;
  }

  private maybe<T>(make: () => T): T[] {
    return this.dice(2) === 0 ? [make()] : [];
  }
}
