/** `keepalived_check.data` and `keepalived_parent.data` beside what keepalived 2.2.7 wrote. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCheckerEngine, step } from '../../../src/checker/engine.js';
import { snapshot } from '../../../src/checker/snapshot.js';
import { checkLines } from '../../../src/dump/checks.js';
import { checkerSettings } from '../../../src/process/checker-settings.js';
import { dumpSettings } from '../../../src/process/dump-settings.js';
import { Commands } from '../../../src/process/scripts/command-settings.js';
import { notifySettings } from '../../../src/process/watch-settings.js';
import { ROOT } from '../../support/root.js';
import { loadGood } from '../config/support.js';

const FOLDER = join(ROOT, 'test/vectors/dumps');
const text = readFileSync(join(FOLDER, 'check.conf'), 'utf8');
const theirs = readFileSync(join(FOLDER, 'keepalived_check.data'), 'utf8').trimEnd().split('\n');

/** Lines of keepalived that are not in ours (doc/design/0019). */
const NOT_OURS = [
  / (?:SNMP|DBus|BFD) /,
  /^ libnftnl version|^ nft version|nftables .*ifindex|netlink_\w+_rcv_bufs|process_monitor_rcv_bufs/,
  /realtime limit = 10000$/,
  // Defaults that are not keepalived's, or shown as in force.
  /^ Gratuitous ARP lower priority delay|^ Send advert after receive higher/,
  /System is compiled with LVS/,
  // Of a virtual server: what it passes on to its checks, which show it.
  /^ {3}(?:VirtualHost = |connection timeout = |delay_loop = |alpha is |Retry (?:count|delay) = )/,
  /^ {3}(?:Delay loop = \d+\.|Inhibit on failure is OFF$|default forwarding method)/,
  /^ {5}(?:Alive: |reloaded = )|^ {3}(?:reloaded = |previous effective_weight)/,
  /^ {3}(?:Using HA suspend|Log all failures = |Fast recovery )/,
  /^ {3}(?:Current weight = |Retries iterations|Default delay before retry)/,
];
/** What depends on the moment. */
const STATE =
  /^( +(?:alive|quorum_state_up|effective weight|num failed checkers|RS set|Up|Has run|Enabled)) = .*/;

function comparable(lines: readonly string[]): string[] {
  return (
    lines
      .filter((line) => !NOT_OURS.some((pattern) => pattern.test(line)))
      // A firewall mark of its group takes every port: keepalived says so and shows the one that is written.
      .map((line) => line.replace('192.0.2.5, RPORT = 80', '192.0.2.5, RPORT = 0'))
      .map((line) => line.replace(STATE, '$1').replace(/ EFF WEIGHT = \d+/, ''))
      .filter((line) => !/SSL definitions| Password : /.test(line))
  );
}

function dumped(configuration: string): readonly string[] {
  const config = loadGood(configuration);
  const settings = dumpSettings(config);
  const configured = step(createCheckerEngine(), {
    kind: 'configured',
    at: 0,
    generation: 1,
    settings: checkerSettings(config),
    seed: 1,
    found: [],
    owned: [],
  });
  const { servers } = notifySettings(config, new Commands(config.global.scripts, () => {}), 'lb');
  const { virtualServers } = checkerSettings(config);
  const checker = snapshot(configured.state, []);
  return [...settings.globals, ...checkLines(virtualServers, servers, checker)];
}

describe('dump: what the parent and the checker say', () => {
  // With a password of a certificate SSL_GET is not run yet.
  const mine = dumped(text.replace(/^SSL \{[^}]*\}/m, ''));

  it('has keepalived’s lines in keepalived’s order', () => {
    assert.ok(comparable(theirs).length > 200);
    assert.deepEqual(comparable(mine), comparable(theirs));
  });

  it('has no secret', () => {
    assert.ok(theirs.includes(' Password : hidden1'));
    assert.ok(!dumped(text).some((line) => line.includes('hidden1')));
  });

  it('says how the servers are', () => {
    const at = mine.indexOf('   RIP = 192.0.2.7, RPORT = 80, WEIGHT = 3 EFF WEIGHT = 3');
    assert.ok(at > 0);
    assert.ok(mine.slice(at).includes('   num failed checkers = 0'));
  });
});
