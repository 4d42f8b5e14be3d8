import assert from 'node:assert/strict';
import { renderAnnotated } from '../../../src/config/dump/annotated.js';
import { dump, dumpLines } from '../../../src/config/dump/index.js';
import { quote, quoteForShell } from '../../../src/config/dump/text.js';
import { Dice, WORDS } from './random.js';
import { randomGlobalLines, randomTop } from './random-global.js';
import { randomLvs } from './random-lvs.js';
import { RandomVrrp, type Tracked } from './random-vrrp.js';
import { load, loadGood, plain } from './support.js';

/** Random good configurations: whatever a table allows, in any combination that loads. */
class Writer {
  private readonly chance: Dice;
  private readonly vrrp: RandomVrrp;

  constructor(seed: number) {
    this.chance = new Dice(seed);
    this.vrrp = new RandomVrrp(this.chance);
  }

  text(): string {
    const count = 1 + this.chance.below(3);
    const names = Array.from({ length: count }, (_, i) => `${this.chance.pick(WORDS)}${i}`);
    const { text, tracked } = this.vrrp.tracked();
    return [
      randomTop((below) => this.chance.below(below)),
      this.globals(names),
      text,
      ...names.map((name, i) => this.instance(name, i, tracked)),
      ...this.chance.maybe(() => this.vrrp.instance6('six', 66)),
      ...this.chance.maybe(() => this.vrrp.group(this.chance.pick(WORDS), names, tracked)),
      randomLvs(this.chance),
    ].join('\n');
  }

  private globals(names: readonly string[]): string {
    return `global_defs {\n${[
      ...randomGlobalLines((below) => this.chance.below(below)),
      ...this.chance.maybe(
        () =>
          `lvs_sync_daemon eth0 ${this.chance.pick(['', `inst ${quote(this.chance.pick(names))}`])} id ${this.chance.below(256)}${this.chance.pick(['', ' port 9 ttl 7', ' maxlen 99 group 224.0.0.9'])}`,
      ),
    ].join('\n')}\n}`;
  }

  private instance(name: string, index: number, tracked: Tracked): string {
    const version = 2 + this.chance.below(2);
    const interval =
      version === 2 ? 1 + this.chance.below(255) : (1 + this.chance.below(4095)) / 100;
    return `vrrp_instance ${quote(name)} {\n${[
      `interface ${this.chance.pick(['eth0', 'eth1', 'bond0.100'])}`,
      `virtual_router_id ${index + 1}`,
      `version ${version}`,
      ...this.chance.maybe(() => `state ${this.chance.pick(['MASTER', 'BACKUP'])}`),
      ...this.chance.maybe(() => `priority ${1 + this.chance.below(255)}`),
      ...this.chance.maybe(() => `advert_int ${interval}`),
      ...this.chance.maybe(() => 'nopreempt'),
      ...this.chance.maybe(
        () => `preempt_delay ${this.chance.below(1000)}.${this.chance.below(1_000_000)}`,
      ),
      ...this.chance.maybe(() => 'dont_track_primary'),
      ...this.chance.maybe(
        () => `authentication {\nauth_type PASS\nauth_pass ${quote(this.chance.pick(WORDS))}\n}`,
      ),
      ...this.vrrp.instanceLines(tracked),
      ...this.chance.maybe(() => `garp_master_refresh ${this.chance.below(1000)}`),
      ...this.chance.maybe(() => `garp_lower_prio_delay ${this.chance.below(1000)}`),
      `virtual_ipaddress {\n${this.addresses(`10.${index}.0`)}\n}`,
      ...this.chance.maybe(
        () => `virtual_ipaddress_excluded {\n${this.addresses(`10.${index}.1`)}\n}`,
      ),
    ].join('\n')}\n}`;
  }

  private addresses(net: string): string {
    const count = 1 + this.chance.below(3);
    return Array.from({ length: count }, (_, i) =>
      [
        `${net}.${i + 1}`,
        this.chance.pick(['', '/24', '/0', '/32']),
        ...this.chance.maybe(() => this.chance.pick([' brd +', ' brd -', ' brd 10.255.255.255'])),
        ...this.chance.maybe(() => ' dev eth7'),
        ...this.chance.maybe(() => ` scope ${this.chance.pick(['link', 'host', 'global', '77'])}`),
        ...this.chance.maybe(() => ' label eth0:x'),
      ].join(''),
    ).join('\n');
  }
}

describe('config: canonical text', () => {
  for (let chunk = 0; chunk < 6; chunk++) {
    it(`reads as the same model, for 25 random ones (${chunk + 1} of 6)`, () => {
      for (let seed = 1 + 25 * chunk; seed <= 25 * (chunk + 1); seed++) readsAsWritten(seed);
    });
  }

  function readsAsWritten(seed: number): void {
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

  /** What is true of the model itself, however it is written. */
  const ALLOWED = new RegExp(
    [
      '^CONFIG_(?:UNDEFINED_PARAMETER|SYNC_GROUP_SMALL|DUPLICATE_ADDRESS|PLANNED|NOT_RUN|SCRIPT_SECURITY) ',
      '^CONFIG_(?:SORRY_SERVER|CHECK_INTERVAL|QUORUM|PERSISTENCE_MASK|PERSISTENCE_ENGINE) ',
      '^CONFIG_WITHOUT_EFFECT ',
      '^CONFIG_(?:LINK_LOCAL|TRACKED_ANYWAY|TRACK_NOPREEMPT|UNICAST_NO_PEER|UNUSED) ',
      '^CONFIG_OLD_NAME .*linkbeat_use_polling',
      "^CONFIG_IGNORED 'linkbeat_",
      "^CONFIG_OLD_NAME 'host' in SMTP_CHECK",
    ].join('|'),
  );

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
    higher_prio_send_advert yes
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

  it('with secrets hidden, and with origins behind the values, it reads as a configuration', () => {
    const text = `vrrp_instance A {
interface eth0
virtual_router_id 1
version 3
auth_hmac {
key 1 hex:${'0f'.repeat(32)}
active_key 1
}
virtual_ipaddress { 192.0.2.1 }
}
vrrp_instance B {
interface eth0
virtual_router_id 2
authentication {
auth_type PASS
auth_pass "a b"
}
virtual_ipaddress { 192.0.2.2 }
}
`;
    const config = loadGood(text);
    const shown = renderAnnotated(dumpLines(config));
    assert.doesNotMatch(shown, /0f0f|a b/);
    const again = loadGood(shown);
    assert.equal(dump(again), dump(config));
    assert.match(shown, /^ {4}virtual_router_id 1 +# .*:3:19$/m);
  });
});
