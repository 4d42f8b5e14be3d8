import assert from 'node:assert/strict';
import { dump } from '../../../src/config/dump/index.js';
import { quote } from '../../../src/config/dump/text.js';
import type { Config } from '../../../src/config/model/index.js';
import { RoutingWriter } from './random-routing.js';
import { MACHINE, withEntries } from './routing-support.js';
import { load, loadGood, plain, seeded } from './support.js';

/** A random configuration whose instances hold addresses, routes and rules. */
function randomText(seed: number): string {
  const dice = seeded(seed);
  const writer = new RoutingWriter(dice);
  const names = ['VI_1', 'VI 2'].slice(0, 1 + dice(2));
  const instances = names.map((name, i) => {
    const family = dice(2) === 0 ? 4 : 6;
    const address = family === 4 ? `192.0.2.${i + 1}/24` : `fe80::${i + 1}/64`;
    const excluded = `2001:db8:1::${i + 1}/${1 + dice(128)}`;
    return `vrrp_instance ${quote(name)} {
interface eth0
virtual_router_id ${i + 1}
virtual_ipaddress {
${address} ${writer.addressOptions(family)} ${dice(2) === 0 ? 'use_vmac' : ''}
}
virtual_ipaddress_excluded {
${excluded} ${writer.addressOptions(6)}
10.9.9.${i + 1} peer 10.9.8.7
}
${writer.virtuals()}
}`;
  });
  return `${writer.statics(names, quote)}\n${instances.join('\n')}\n`;
}

/** What is true of the model itself, however it is written. */
const ALLOWED = [
  'CONFIG_PLANNED',
  'CONFIG_NOT_RUN',
  'CONFIG_UNKNOWN_REFERENCE',
  'CONFIG_WITHOUT_EFFECT',
  'CONFIG_DUPLICATE_ADDRESS',
];

describe('config: canonical text of addresses, routes and rules', () => {
  it('reads as the same model, for 200 random ones', function () {
    this.timeout(60_000);
    const seen = { routes: 0, rules: 0, static: 0 };
    for (let seed = 1; seed <= 200; seed++) {
      const model = loadGood(randomText(seed));
      count(model, seen);
      const text = dump(model, { secrets: 'show' });
      const again = load(text);
      assert.deepEqual(
        again.diagnostics.filter(({ code }) => !ALLOWED.includes(code)),
        [],
        `seed ${seed}\n${text}`,
      );
      assert.ok(again.config);
      assert.deepEqual(plain(again.config), plain(model), `seed ${seed}`);
      assert.equal(dump(again.config, { secrets: 'show' }), text, `seed ${seed}`);
    }
    for (const [kind, times] of Object.entries(seen)) assert.ok(times > 100, `${kind} ${times}`);
  });

  it('is what people would write', () => {
    const text = (block: string, line: string): string => {
      const { config } = load(withEntries(block, line), MACHINE);
      assert.ok(config, line);
      const lines = dump(config).split('\n');
      const head = lines.findIndex((shown) => shown.trim() === `${block} {`);
      return lines[head + 1]?.trim() ?? '';
    };
    const same = {
      virtual_ipaddress: ['fe80::1/64 dev eth0 -nodad preferred_lft forever use_vmac'],
      static_ipaddress: [
        '10.0.0.1/24 brd 10.0.0.255 dev eth0 scope link label eth0:x no_track preferred_lft 5',
        '10.0.0.1 peer 10.0.0.2 dev eth1 scope global track_group G',
      ],
      virtual_routes: [
        '10.0.0.0/8 via 192.0.2.1 dev eth0 table 254 protocol 18',
        'append prohibit 0.0.0.0/0 table 77 protocol 18 rtt lock 1601 no_track',
        '::/0 dev eth0 table 254 protocol 18 pref high nexthop via fe80::1 weight 2 onlink encap ila 1:2:ff:0',
      ],
      virtual_rules: [
        'not from 10.0.0.0/8 preference 5 realms 1/2 protocol 18 table 7',
        'preference 5 protocol 18 sport 1-2 goto 6 inet6',
      ],
    };
    for (const [block, lines] of Object.entries(same)) {
      for (const line of lines) assert.equal(text(block, line), line);
    }
  });

  function count(model: Config, seen: { routes: number; rules: number; static: number }): void {
    for (const { virtualRoutes, virtualRules } of model.instances) {
      seen.routes += virtualRoutes.length;
      seen.rules += virtualRules.length;
    }
    seen.static += model.staticAddresses.length + model.staticRoutes.length;
  }
});
