/**
 * Random words of the language of addresses, routes and rules: whatever stands on a line, it becomes
 * an entry of the model or a diagnostic on that line, and nothing throws.
 */
import assert from 'node:assert/strict';
import { staticAddressOptions, virtualAddressOptions } from '../../src/config/grammar/addresses.js';
import {
  nextHopOptions,
  staticRouteOptions,
  virtualRouteOptions,
} from '../../src/config/grammar/routes.js';
import { staticRuleOptions, virtualRuleOptions } from '../../src/config/grammar/rules.js';
import type { Config } from '../../src/config/model/index.js';
import { MACHINE, withEntries } from '../unit/config/routing-support.js';
import { load, seeded } from '../unit/config/support.js';

const LINES = 3000;

const VALUES =
  '10.0.0.1 10.0.0.0/8 10.0.0.0/33 fe80::1 2001:db8::/32 default any all default6 0 1 5 255 256 65536 4294967295 4294967296 -1 0x10 010 1/2 7-9 9-7 main small link static AF11 cosmos eth0 eth1 nosuch G H lock inet inet6 to type blackhole nop goto ip ip6 mpls ila 1:2:3:4 100/200 id dst src tos ttl flags tc ecn enabled high forever + - 5s 100ms 1.5s tcp udp as nexthop toString __proto__ constructor x'.split(
    ' ',
  );

const BLOCKS: Readonly<Record<string, readonly object[]>> = {
  virtual_ipaddress: [virtualAddressOptions],
  virtual_ipaddress_excluded: [virtualAddressOptions],
  static_ipaddress: [staticAddressOptions],
  virtual_routes: [virtualRouteOptions, nextHopOptions],
  static_routes: [staticRouteOptions, nextHopOptions],
  virtual_rules: [virtualRuleOptions],
  static_rules: [staticRuleOptions],
};

function entriesOf(config: Config, block: string): readonly { readonly at: { line: number } }[] {
  const [instance] = config.instances;
  switch (block) {
    case 'virtual_ipaddress':
      return instance?.virtualAddresses ?? [];
    case 'virtual_ipaddress_excluded':
      return instance?.excludedAddresses ?? [];
    case 'virtual_routes':
      return instance?.virtualRoutes ?? [];
    case 'virtual_rules':
      return instance?.virtualRules ?? [];
    case 'static_ipaddress':
      return config.staticAddresses;
    case 'static_routes':
      return config.staticRoutes;
    default:
      return config.staticRules;
  }
}

describe('fuzz: lines of addresses, routes and rules', () => {
  for (const [block, tables] of Object.entries(BLOCKS)) {
    it(block, function () {
      this.timeout(60_000);
      const words = tables.flatMap((table) => Object.keys(table));
      const dice = seeded(block.length * 7919);
      const pick = <T>(items: readonly T[]): T => items[dice(items.length)] as T;
      let good = 0;
      for (let i = 0; i < LINES; i++) {
        const first = dice(4) === 0 ? pick(words) : pick(VALUES.slice(0, 9));
        const rest = Array.from({ length: dice(8) }, () => pick(dice(2) === 0 ? words : VALUES));
        // Few rules would be whole by chance.
        const tail = block.endsWith('rules') && dice(3) === 0 ? 'preference 5 table 7' : '';
        const line = [first, ...rest, tail].join(' ').trim();
        const { config, diagnostics } = load(withEntries(block, line), MACHINE);
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        if (config) {
          good++;
          const entry = entriesOf(config, block).find(({ at }) => at.line === 7);
          assert.ok(entry, `${block}: ${line}`);
        } else {
          assert.ok(errors.length > 0, line);
          assert.ok(
            errors.some(({ at }) => at.line === 7),
            `${block}: ${line}: ${errors.map(({ at }) => at.line)}`,
          );
        }
        for (const { at } of errors) {
          assert.ok(at.column >= 1 && at.column + at.length - 1 <= Math.max(line.length, 40), line);
        }
      }
      assert.ok(good > 10, `${good} good lines`);
    });
  }
});
