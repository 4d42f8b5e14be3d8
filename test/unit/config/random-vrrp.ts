/** Random good configurations of VRRP: what is tracked, sync groups, instances. */
import { quote, quoteForShell } from '../../../src/config/dump/text.js';
import { type Dice, WORDS } from './random.js';

/** What a random configuration's instances and groups may refer to. */
export interface Tracked {
  readonly scripts: readonly string[];
  readonly files: readonly string[];
  readonly processes: readonly string[];
}

const COMMANDS = ['/bin/true', '/bin/a b "c d" \'e\'', '</etc/hosts', 'x "back\\\\slash" "" é'];
const HEX_KEY = '0123456789abcdef'.repeat(4);

export class RandomVrrp {
  private readonly chance: Dice;

  constructor(chance: Dice) {
    this.chance = chance;
  }

  /** The blocks, and their names. */
  tracked(): { readonly text: string; readonly tracked: Tracked } {
    const names = (kind: string): string[] =>
      Array.from(
        { length: this.chance.below(3) },
        (_, i) => `${kind}${this.chance.pick(WORDS)}${i}`,
      );
    const tracked: Tracked = {
      scripts: names('s'),
      files: names('f'),
      processes: names('p'),
    };
    const text = [
      ...tracked.scripts.map((name) => this.block(`vrrp_script ${quote(name)}`, this.script())),
      ...tracked.files.map((name) => this.block(`track_file ${quote(name)}`, this.file())),
      ...tracked.processes.map((name) =>
        this.block(`vrrp_track_process ${quote(name)}`, this.trackedProcess()),
      ),
    ].join('\n');
    return { text, tracked };
  }

  private script(): string[] {
    return [
      `script ${quoteForShell(this.chance.pick(COMMANDS))}`,
      ...this.maybe(() => `interval ${1 + this.chance.below(4000)}`),
      ...this.maybe(() => `timeout ${1 + this.chance.below(4000)}`),
      ...this.maybe(() => this.weight(253)),
      ...this.maybe(() => `rise ${1 + this.chance.below(9)}`),
      ...this.maybe(() => `fall ${1 + this.chance.below(9)}`),
      ...this.maybe(() => `user ${this.user()}`),
      ...this.maybe(() => 'init_fail'),
    ];
  }

  private file(): string[] {
    return [
      `file ${quote(`/tmp/${this.chance.pick(WORDS)}`)}`,
      ...this.maybe(() => this.weight(2_147_483_647)),
      ...this.maybe(
        () => `init_file ${this.chance.below(500) - 250} ${this.chance.pick(['', 'overwrite'])}`,
      ),
    ];
  }

  private trackedProcess(): string[] {
    const parameters = Array.from({ length: this.chance.below(3) }, () =>
      quote(this.chance.pick(WORDS)),
    );
    return [
      `process ${[quote(this.chance.pick(WORDS)), ...parameters].join(' ')}`,
      ...this.maybe(() => `param_match ${this.chance.pick(['', 'initial', 'partial'])}`),
      ...this.maybe(() => this.weight(254)),
      ...this.maybe(() =>
        this.chance.pick(['quorum 3', 'quorum_max 0', 'quorum_max 9', 'quorum 2']),
      ),
      ...this.maybe(() => `delay 0.${1 + this.chance.below(999)}`),
      ...this.maybe(() => `fork_delay ${1 + this.chance.below(3000)}`),
      ...this.maybe(() => `terminate_delay 1.${this.chance.below(999_999)}`),
      ...this.maybe(() => 'full_command'),
    ];
  }

  group(name: string, members: readonly string[], tracked: Tracked): string {
    return this.block(`vrrp_sync_group ${quote(name)}`, [
      this.block('group', members.map(quote)),
      ...this.maybe(() => this.chance.pick(['sync_group_tracking_weight', 'global_tracking'])),
      ...this.maybe(() => this.tracks(tracked)),
      ...this.notify(),
    ]);
  }

  /** Lines of an IPv4 instance besides those that it must have, of those that have defaults. */
  instanceLines(tracked: Tracked): string[] {
    return [
      ...this.maybe(() => `down_timer_adverts ${1 + this.chance.below(100)}`),
      ...this.maybe(() => `timer_expired_backup ${this.chance.pick(['', '7', '254'])}`),
      ...this.maybe(() => this.transport()),
      ...this.maybe(() => this.virtualInterface()),
      ...this.maybe(() => this.signature()),
      ...this.maybe(() => this.tracks(tracked)),
      ...this.maybe(() => this.chance.pick(['accept', 'no_accept', 'no_accept\naccept'])),
      ...this.maybe(() => `strict_mode ${this.yesNo()}`),
      ...this.maybe(() => `lower_prio_no_advert ${this.yesNo()}`),
      ...this.maybe(() => `higher_prio_send_advert ${this.yesNo()}`),
      ...this.maybe(() => `owner_ignore_adverts ${this.yesNo()}`),
      ...this.maybe(() => `skip_check_adv_addr ${this.yesNo()}`),
      ...this.maybe(() => `v3_checksum_as_v2 ${this.yesNo()}`),
      ...this.maybe(
        () => `garp_extra_if ${this.chance.pick(['', 'all '])}${this.chance.below(86_401)}`,
      ),
      ...this.maybe(() => 'no_virtual_ipaddress'),
      ...this.maybe(() => 'promote_secondaries'),
      ...this.maybe(() => `kernel_rx_buf_size ${this.chance.below(1_000_000)}`),
      ...this.maybe(() => 'linkbeat_use_polling'),
      ...this.maybe(() => `notify_deleted ${this.chance.pick(['', this.command()])}`),
      ...this.maybe(() => `notify_master_rx_lower_pri ${this.command()}`),
      ...this.notify(),
    ];
  }

  /** A whole instance with IPv6 addresses. */
  instance6(name: string, id: number): string {
    return this.block(`vrrp_instance ${quote(name)}`, [
      'interface eth6',
      `virtual_router_id ${id}`,
      ...this.maybe(() => this.chance.pick(['version 2', 'version 3', 'native_ipv6'])),
      ...this.maybe(() => `mcast_dst_ip ff02::${1 + this.chance.below(99)}`),
      ...this.maybe(() => 'mcast_src_ip fe80::1\ntrack_src_ip'),
      ...this.maybe(() => 'use_ipvlan vepa'),
      this.block('virtual_ipaddress', [...this.maybe(() => `fe80::${id}`), `2001:db8:${id}::1/64`]),
    ]);
  }

  private transport(): string {
    return this.chance.pick([
      'mcast_dst_ip 224.0.0.99',
      'mcast_src_ip 192.0.2.200\ntrack_src_ip',
      'unicast_fault_no_peer\nunicast_ttl 9',
      'unicast_src_ip 192.0.2.201',
      `unicast_peer {\n192.0.2.99\n192.0.2.98 min_ttl ${this.chance.below(256)}\n}\ncheck_unicast_src`,
      'unicast_peer {\n192.0.2.97 max_ttl 254 min_ttl 3\n}\nunicast_ttl 64\nold_unicast_checksum',
      'unicast_src_ip 192.0.2.202\nunicast_peer {\n192.0.2.96\n}\nold_unicast_checksum never',
    ]);
  }

  private virtualInterface(): string {
    return this.chance.pick([
      'use_vmac',
      'use_vmac 02:00:00:00:0a group 7',
      'use_vmac netlink_notify_msg 2:3:4:5:6:7\nuse_vmac_addr',
      'use_vmac\nvmac_xmit_base',
      'use_ipvlan 192.0.2.203/24 group blue',
      'use_ipvlan 192.0.2.203 private\nvmac_xmit_base',
      'use_vmac_addr',
    ]);
  }

  private signature(): string {
    return this.block('auth_hmac', [
      `key 1 hex:${HEX_KEY}`,
      `key 7 ${quote(`file:/etc/${this.chance.pick(WORDS)}`)}`,
      ...this.maybe(
        () =>
          `key 255 ${quote('a passphrase of more than 32 bytes, "quotes" apart'.replaceAll('"', ''))}`,
      ),
      `active_key ${this.chance.pick(['1', '7'])}`,
      ...this.maybe(() => `anti_replay ${this.chance.pick(['time', 'monotonic'])}`),
      ...this.maybe(() => `time_window ${1 + this.chance.below(300)}`),
      ...this.maybe(() => 'mode enforce'),
    ]);
  }

  private tracks({ scripts, files, processes }: Tracked): string {
    return [
      ...this.maybe(() =>
        this.block('track_interface', [
          'eth8',
          `eth9 weight ${this.chance.below(507) - 253} reverse`,
        ]),
      ),
      ...this.maybe(() => this.trackList('script', scripts, 253)),
      ...this.maybe(() => this.trackList('file', files, 254)),
      ...this.maybe(() => this.trackList('process', processes, 254)),
    ].join('\n');
  }

  private trackList(kind: string, names: readonly string[], max: number): string {
    return this.block(
      `track_${kind}`,
      names.map((name) => {
        const weight = this.maybe(
          () =>
            ` weight ${this.chance.below(2 * max + 1) - max} ${this.chance.pick(['', 'reverse', 'noreverse'])}`,
        );
        return `${quote(name)}${weight.join('')}`;
      }),
    );
  }

  private notify(): string[] {
    return [
      ...this.maybe(() => `notify ${this.command()} ${this.user()}`),
      ...this.maybe(() => `notify_master ${this.command()}`),
      ...this.maybe(() => `notify_backup ${this.command()} nobody`),
      ...this.maybe(() => `notify_fault ${this.command()}`),
      ...this.maybe(() => `notify_stop ${this.command()}`),
      ...this.maybe(() => `notify_priority_changes ${this.yesNo()}`),
      ...this.maybe(() => `smtp_alert ${this.yesNo()}`),
    ];
  }

  private command(): string {
    return quoteForShell(this.chance.pick(COMMANDS));
  }

  private user(): string {
    return this.chance.pick(['root', 'nobody nogroup', 'nobody :nogroup', 'nobody :']);
  }

  private weight(max: number): string {
    const reverse = this.chance.pick(['', ' reverse']);
    return `weight ${this.chance.pick([0, 1, -2, max, -max])}${reverse}`;
  }

  private yesNo(): string {
    return this.chance.pick(['', 'yes', 'no', 'on', 'false']);
  }

  private block(head: string, lines: readonly string[]): string {
    return `${head} {\n${lines.join('\n')}\n}`;
  }

  /** Rarer than a coin: there are many lines. */
  private maybe<T>(make: () => T): T[] {
    return this.chance.below(3) === 0 ? [make()] : [];
  }
}
