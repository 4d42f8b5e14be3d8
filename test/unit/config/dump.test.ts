import assert from 'node:assert/strict';
import { dump } from '../../../src/config/dump/index.js';
import { quote, quoteForShell } from '../../../src/config/dump/text.js';
import { load, loadGood, plain, seeded } from './support.js';

type Dice = (below: number) => number;

const WORDS = [
  'VI_1',
  'a b',
  'x#y',
  "o'clock",
  'back\\slash',
  '{}',
  '$x',
  '@y',
  '~SEQ(',
  'ü',
  'tab\there',
  '!',
];

/** Random good configurations: whatever a table allows, in any combination that loads. */
class Writer {
  private readonly dice: Dice;

  constructor(seed: number) {
    this.dice = seeded(seed);
  }

  text(): string {
    const count = 1 + this.dice(3);
    const names = Array.from({ length: count }, (_, i) => `${this.pick(WORDS)}${i}`);
    return [
      this.globals(names),
      ...names.map((name, i) => this.instance(name, i)),
      ...this.maybe(
        () =>
          `vrrp_sync_group ${quote(this.pick(WORDS))} {\ngroup {\n${names.map(quote).join('\n')}\n}\n}`,
      ),
      ...Array.from({ length: this.dice(3) }, (_, i) => this.service(i)),
    ].join('\n');
  }

  private globals(names: readonly string[]): string {
    return `global_defs {\n${[
      ...this.maybe(() => `router_id ${quote(this.pick(WORDS))}`),
      ...this.maybe(() => `vrrp_version ${2 + this.dice(2)}`),
      ...this.maybe(() => `vrrp_garp_master_delay ${this.dice(100)}`),
      ...this.maybe(() => `vrrp_garp_lower_prio_repeat ${this.dice(10)}`),
      ...this.maybe(
        () => `lvs_sync_daemon eth0 inst ${quote(this.pick(names))} id ${this.dice(256)}`,
      ),
      ...this.maybe(() => this.pick(['lvs_flush', 'lvs_flush_on_stop', 'lvs_flush_on_stop VS'])),
    ].join('\n')}\n}`;
  }

  private instance(name: string, index: number): string {
    const version = 2 + this.dice(2);
    const interval = version === 2 ? 1 + this.dice(255) : (1 + this.dice(4095)) / 100;
    return `vrrp_instance ${quote(name)} {\n${[
      `interface ${this.pick(['eth0', 'eth1', 'bond0.100'])}`,
      `virtual_router_id ${index + 1}`,
      `version ${version}`,
      ...this.maybe(() => `state ${this.pick(['MASTER', 'BACKUP'])}`),
      ...this.maybe(() => `priority ${1 + this.dice(255)}`),
      ...this.maybe(() => `advert_int ${interval}`),
      ...this.maybe(() => 'nopreempt'),
      ...this.maybe(() => `preempt_delay ${this.dice(1000)}.${this.dice(1_000_000)}`),
      ...this.maybe(() => 'mcast_src_ip 192.0.2.200'),
      ...this.maybe(() => 'dont_track_primary'),
      ...this.maybe(
        () => `authentication {\nauth_type PASS\nauth_pass ${quote(this.pick(WORDS))}\n}`,
      ),
      ...this.maybe(() => `garp_master_refresh ${this.dice(1000)}`),
      ...this.maybe(() => `garp_lower_prio_delay ${this.dice(1000)}`),
      `virtual_ipaddress {\n${this.addresses(`10.${index}.0`)}\n}`,
      ...this.maybe(() => `virtual_ipaddress_excluded {\n${this.addresses(`10.${index}.1`)}\n}`),
    ].join('\n')}\n}`;
  }

  private addresses(net: string): string {
    const count = 1 + this.dice(3);
    return Array.from({ length: count }, (_, i) =>
      [
        `${net}.${i + 1}`,
        this.pick(['', '/24', '/0', '/32']),
        ...this.maybe(() => this.pick([' brd +', ' brd -', ' brd 10.255.255.255'])),
        ...this.maybe(() => ' dev eth7'),
        ...this.maybe(() => ` scope ${this.pick(['link', 'host', 'global', '77'])}`),
        ...this.maybe(() => ' label eth0:x'),
      ].join(''),
    ).join('\n');
  }

  private service(index: number): string {
    const name = this.pick([
      `192.0.2.${index + 1} 80`,
      `192.0.2.${index + 1}`,
      `fwmark ${index + 1}`,
    ]);
    return `virtual_server ${name} {\n${[
      ...this.maybe(() => `protocol ${this.pick(['TCP', 'UDP', 'SCTP'])}`),
      ...this.maybe(() => `lvs_sched ${this.pick(['rr', 'wlc', 'sh', 'mh'])}`),
      ...this.maybe(() => `lvs_method ${this.pick(['NAT', 'DR', 'TUN'])}`),
      ...this.maybe(() =>
        this.pick(['ops', 'flag-1', 'flag-2', 'flag-3', 'sh-port', 'mh-fallback']),
      ),
      ...this.maybe(() => this.pick(['persistence_timeout', 'persistence_timeout 77'])),
      ...this.maybe(() => `persistence_granularity ${this.pick(['255.255.255.0', '255.192.0.0'])}`),
      ...this.maybe(() => `quorum ${1 + this.dice(5)}`),
      ...this.maybe(() => `hysteresis ${this.dice(3)}`),
      ...this.maybe(() => this.pick(['alpha', 'omega', 'inhibit_on_failure'])),
      ...this.maybe(() => `weight ${1 + this.dice(9)}`),
      ...this.maybe(() => `delay_loop ${1 + this.dice(9)}.5`),
      ...this.maybe(() => `sorry_server 10.9.9.9 ${this.pick(['', '81'])}`),
      ...this.maybe(() => 'sorry_server_lvs_method DR'),
      ...this.maybe(() => 'sorry_server_inhibit'),
      ...Array.from({ length: 1 + this.dice(3) }, (_, i) => this.server(i)),
    ].join('\n')}\n}`;
  }

  private server(index: number): string {
    return `real_server 10.0.0.${index + 1} ${this.pick(['80', '8080'])} {\n${[
      ...this.maybe(() => `lvs_method ${this.pick(['NAT', 'DR', 'TUN'])}`),
      ...this.maybe(() => `weight ${this.dice(9)}`),
      ...this.maybe(() => `uthreshold ${this.dice(9)}`),
      ...this.maybe(() => `lthreshold ${this.dice(9)}`),
      ...this.maybe(() => `inhibit_on_failure ${this.pick(['yes', 'no'])}`),
      ...this.maybe(() => `virtualhost ${quote(this.pick(WORDS))}`),
      ...this.maybe(() => `TCP_CHECK {\n${this.checkLines()}\n}`),
      ...this.maybe(() => `HTTP_GET {\n${this.httpLines()}\n}`),
      ...this.maybe(() => `SSL_GET {\n${this.httpLines()}\nenable_sni\n}`),
    ].join('\n')}\n}`;
  }

  private checkLines(): string {
    return [
      ...this.maybe(() => 'connect_ip 10.7.7.7'),
      ...this.maybe(() => 'connect_port 81'),
      ...this.maybe(() => 'bindto 10.0.0.99'),
      ...this.maybe(() => 'bind_port 5000'),
      ...this.maybe(() => `fwmark ${this.dice(9)}`),
      ...this.maybe(() => `connect_timeout 0.${1 + this.dice(999_999)}`),
      ...this.maybe(() => `retry ${this.dice(4)}`),
      ...this.maybe(() => `delay_before_retry ${this.dice(4)}`),
      ...this.maybe(() => `warmup ${this.dice(4)}`),
      ...this.maybe(() => `alpha ${this.pick(['yes', 'no'])}`),
    ].join('\n');
  }

  private httpLines(): string {
    return [
      this.checkLines(),
      ...this.maybe(() => `http_protocol ${this.pick(['1.0', '1.0C', '1.1'])}`),
      ...Array.from({ length: 1 + this.dice(2) }, () => {
        const lines = [
          `path ${quote(this.pick(['/', '/a b', '/?x=1#y']))}`,
          ...this.maybe(() => `status_code ${this.pick(['200', '200-299 404'])}`),
          ...this.maybe(() => `digest ${'0123456789abcdef'.repeat(2)}`),
          ...this.maybe(() => `virtualhost ${quote(this.pick(WORDS))}`),
        ];
        return `url {\n${lines.join('\n')}\n}`;
      }),
    ].join('\n');
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.dice(items.length)] as T;
  }

  private maybe<T>(make: () => T): T[] {
    return this.dice(2) === 0 ? [make()] : [];
  }
}

describe('config: canonical text', () => {
  it('reads as the same model, for 300 random ones', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const model = loadGood(new Writer(seed).text());
      const text = dump(model, { secrets: 'show' });
      const again = load(text);
      assert.deepEqual(
        again.diagnostics
          .map(({ code, message }) => `${code} ${message}`)
          .filter((line) => !ALLOWED.test(line)),
        [],
        `seed ${seed}\n${text}`,
      );
      assert.ok(again.config);
      assert.deepEqual(plain(again.config), plain(model), `seed ${seed}`);
      assert.equal(dump(again.config, { secrets: 'show' }), text, `seed ${seed}`);
    }
  });

  /** What is true of the model itself, however it is written. */
  const ALLOWED =
    /^CONFIG_(?:(?:SYNC_GROUP_SMALL|DUPLICATE_ADDRESS|SORRY_SERVER|CHECK_INTERVAL|UNDEFINED_PARAMETER|PLANNED|NOT_RUN|QUORUM) |WITHOUT_EFFECT .* has no check)/;

  it('is what people would write', () => {
    const text = dump(
      loadGood(
        'vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress { 192.0.2.1/24 }\nauthentication { auth_type PASS\nauth_pass secret }\n}',
      ),
    );
    assert.equal(
      text,
      `global_defs {
    vrrp_version 2
    vrrp_garp_master_delay 5
    vrrp_garp_master_repeat 5
    vrrp_garp_master_refresh 0
    vrrp_garp_master_refresh_repeat 1
    vrrp_garp_lower_prio_delay 5
    vrrp_garp_lower_prio_repeat 5
}

vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    version 2
    priority 100
    advert_int 1
    down_timer_adverts 3
    mcast_dst_ip 224.0.0.18
    authentication {
        auth_type PASS
        auth_pass ********
    }
    strict_mode no
    accept
    lower_prio_no_advert no
    higher_prio_send_advert no
    owner_ignore_adverts no
    skip_check_adv_addr no
    v3_checksum_as_v2 no
    garp_master_delay 5
    garp_master_repeat 5
    garp_master_refresh 0
    garp_master_refresh_repeat 1
    garp_lower_prio_delay 5
    garp_lower_prio_repeat 5
    garp_extra_if 0
    virtual_ipaddress {
        192.0.2.1/24 dev eth0 scope global
    }
    notify_priority_changes no
    smtp_alert no
}
`,
    );
  });

  it('hides passwords unless asked', () => {
    const model = loadGood(
      'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\nauthentication { auth_type PASS\nauth_pass hunter2 }\n}',
    );
    assert.doesNotMatch(dump(model), /hunter2/);
    assert.match(dump(model, { secrets: 'show' }), /auth_pass hunter2/);
  });

  it('quotes what needs it', () => {
    assert.equal(quote('plain-1.2/3:4'), 'plain-1.2/3:4');
    assert.equal(quote(''), '""');
    assert.equal(quote('a b'), '"a b"');
    assert.equal(quote('a\\c'), '"a\\c"');
    assert.equal(quoteForShell('a"b\\c'), '"a\\"b\\\\c"');
    assert.equal(quoteForShell('$x\n'), '"\\044x\\012"');
  });
});
