/**
 * Bad input of issue 5 as the configuration hears it: each with its place, what is wrong, and what
 * would do. What only the kernel knows (a scheduler's module, a type of tunnel) is said when the table
 * is made: test/unit/kernel/ipvs-table.test.ts, test/lab/ipvs-services.test.ts.
 */
import assert from 'node:assert/strict';
import { renderDiagnosticLine } from '../../../src/config/diagnostics/render.js';
import { checkerSettings } from '../../../src/process/checker-settings.js';
import { load, loadGood, MAIN } from './support.js';

const NAT = 'protocol TCP\nlvs_method NAT';

function service(head: string, lines: string, ...servers: readonly string[]): string {
  const real = servers.map((server) => `real_server ${server} {\n}\n`).join('');
  return `virtual_server ${head} {\nlvs_sched rr\n${lines}\n${real}}\n`;
}

const group = (entry: string): string => `virtual_server_group G {\n${entry}\n}\n`;

/** The only thing that is said, without the file's name. */
function refusal(text: string): string {
  const { config, diagnostics } = load(text);
  assert.equal(config, undefined, 'it is refused');
  assert.equal(diagnostics.length, 1, diagnostics.map(renderDiagnosticLine).join('\n'));
  return diagnostics.map(renderDiagnosticLine).join().replace(`${MAIN}:`, '');
}

describe('config: bad input of services', () => {
  it('addresses of mixed families', () => {
    const expected = `2001:db8::1 is not IPv4: NAT cannot reach it; expected an IPv4 address, or 'lvs_method TUN' [CONFIG_FAMILY_MISMATCH]`;
    assert.equal(
      refusal(service('192.0.2.1 80', NAT, '10.0.0.1 80', '2001:db8::1 80')),
      `7:1: error: virtual_server 192.0.2.1 80 TCP: ${expected}`,
    );
    assert.equal(
      refusal(service('192.0.2.1 80', `${NAT}\nsorry_server 2001:db8::1 80`, '10.0.0.1 80')),
      `5:14: error: virtual_server 192.0.2.1 80 TCP: ${expected}`,
    );
    const both = `${group('192.0.2.1 80\n2001:db8::9 80')}${service('group G', NAT, '10.0.0.1 80')}`;
    assert.match(refusal(both), /^9:1: error: .*10\.0\.0\.1 is not IPv6: NAT cannot reach it/);
    const tunnel = service('192.0.2.1 80', 'protocol TCP\nlvs_method TUN', '2001:db8::1 80');
    assert.deepEqual(load(tunnel).diagnostics, []);
  });

  it('a type of tunnel that there is not, or that lacks what it needs', () => {
    const tunnel = (words: string): string =>
      service('192.0.2.1 80', `protocol TCP\nlvs_method TUN ${words}`, '10.0.0.1 80');
    assert.equal(
      refusal(tunnel('type vxlan')),
      "4:21: error: lvs_method: 'vxlan' is not a type of tunnel; expected one of ipip, gue, gre [CONFIG_INVALID_VALUE]",
    );
    assert.match(refusal(tunnel('type gue')), /^4:16: error: .*a GUE tunnel needs a port/);
  });

  it('a scheduler that no kernel has', () => {
    const text = service('192.0.2.1 80', NAT, '10.0.0.1 80').replace('rr', 'nosuch');
    assert.match(
      refusal(text),
      /^2:11: error: lvs_sched: 'nosuch' is not known; expected one of rr, wrr, .* \[CONFIG_INVALID_VALUE\]$/,
    );
  });

  it('a mark of 0, or one too large', () => {
    const expected = 'out of range; expected a mark from 1 to 4294967295 [CONFIG_OUT_OF_RANGE]';
    for (const mark of [0, 4_294_967_296]) {
      assert.equal(
        refusal(service(`fwmark ${mark}`, 'lvs_method NAT', '10.0.0.1')),
        `1:23: error: virtual_server: ${mark} is ${expected}`,
      );
    }
    const marked = `${group('fwmark 0')}${service('group G', 'lvs_method NAT', '10.0.0.1')}`;
    assert.equal(refusal(marked), `2:8: error: 0 is ${expected}`);
  });

  it('a range across families', () => {
    for (const range of ['10.0.0.1-2001:db8::1', '2001:db8::1-10.0.0.1']) {
      assert.match(
        refusal(`${group(`${range} 80`)}${service('group G', NAT, '10.9.0.1 80')}`),
        /^2:1: error: '.*': its ends are of different families; expected an address, a range .* \[CONFIG_INVALID_VALUE\]$/,
      );
    }
  });

  it('more than 65,536 addresses, unless they are marked', () => {
    const text = `${group('10.0.0.0-10.1.0.0 80')}${service('group G', NAT, '10.9.0.1 80')}`;
    assert.match(
      refusal(text),
      /^2:1: error: these are 65537 addresses, .*'nftables_ipvs' in global_defs, .* \[CONFIG_GROUP_ENTRIES\]$/,
    );
    const marked = `global_defs {\nnftables_ipvs\n}\n${text}`;
    assert.deepEqual(load(marked).diagnostics, []);
    const [only] = checkerSettings(loadGood(marked)).virtualServers;
    assert.deepEqual(
      only?.members?.map(({ kind }) => kind),
      ['fwmark'],
    );
    assert.equal(load(text.replace('10.1.0.0', '10.0.255.255')).diagnostics.length, 0);
  });

  it('an address that no server can have: a warning, and the rest of the table is made', () => {
    const words: Readonly<Record<string, string>> = {
      '224.0.0.1': 'is a multicast address',
      '255.255.255.255': 'is the broadcast address',
      '0.0.0.0': 'is no address of a machine',
    };
    for (const [address, what] of Object.entries(words)) {
      const { config, diagnostics } = load(
        service('192.0.2.1 80', NAT, `${address} 80`, '10.0.0.1 80'),
      );
      const told = diagnostics.map(renderDiagnosticLine).join('\n');
      assert.ok(told.startsWith(`${MAIN}:5:1: warning: `), told);
      assert.ok(told.includes(`real_server ${address} ${what}: the kernel refuses it`), told);
      assert.equal(config?.virtualServers[0]?.realServers.length, 2);
    }
  });
});
