/** Every line of the case files: what we say, and that keepalived's complaints are ours too. */
import assert from 'node:assert/strict';
import { ADDRESS_CASES } from './address-cases.js';
import { ROUTE_CASES } from './route-cases.js';
import { checkEntry } from './routing-support.js';
import { RULE_CASES } from './rule-cases.js';

/** keepalived takes these in silence, and they do not mean what their author thinks. */
const STRICTER: Readonly<Record<string, string>> = {
  '192.0.2.1/': 'a prefix length of 0',
  '10.0.0.0/8 table 4294967296 dev eth0': 'table 0',
  '10.0.0.0/8 table -1 dev eth0': 'table 4294967295',
  '10.0.0.0/8 nexthop': 'the kernel refuses it',
  '12 10.0.0.0/8 dev eth0': 'the kernel refuses it',
  'fwmark 24/ table 1 preference 5': 'a mask of 0: for all packets',
  'uidrange 20-10 table 1 preference 5': 'the kernel refuses it',
  'uidrange 1-2x table 1 preference 5': 'up to user 2',
  'from 10.0.0.0/8 uidrange 5-4294967296 table 5 preference 5': 'the end wraps',
  'from 10.0.0.0/8 table 1 sport 70000-80000 preference 5': 'both ends wrap',
  'from 10.0.0.0/8 table 1 sport 20-10 preference 5': 'the kernel refuses it',
  'from 10.0.0.0/8 table 1 sport 10-20x preference 5': 'up to port 20',
};

/** We cannot see that an interface is no VRF. */
const UNSEEN = ['10.0.0.0/8 dev eth0 vrf eth0'];

describe('config: lines of addresses, routes and rules', () => {
  for (const cases of [ADDRESS_CASES, ROUTE_CASES, RULE_CASES]) {
    for (const [block, lines] of Object.entries(cases)) {
      it(`of ${block}`, () => {
        for (const [line, taken, expected] of lines) {
          assert.equal(checkEntry(block, line), expected, line);
          const errors = /(?:^|, )[\d:]+ /.test(expected);
          if (taken) assert.equal(errors, Object.hasOwn(STRICTER, line), line);
          else assert.equal(expected === '', UNSEEN.includes(line), line);
        }
      });
    }
  }
});
