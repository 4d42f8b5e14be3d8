/**
 * Somebody else on the wire has the IPv6 VIP, as real servers do: duplicate address detection must not
 * disable it on the MASTER, neither when it is set nor when it is restored.
 */
import assert from 'node:assert/strict';
import { VIP_IPV6 } from './config-text.js';
import { sharedPair } from './shared-pair.js';
import { START_TIMEOUT } from './steps.js';
import { labSuite } from './suite.js';

/** Kernels ask for a second, and disable the address then; so it is looked at for longer, ms. */
const DETECTED = 3000;

labSuite('an IPv6 address that others have', 'pair', function (lab) {
  const ready = sharedPair(this, lab);

  it('is usable on the MASTER, and after it was removed and restored', async () => {
    const { client } = lab();
    const a = lab().director('a');
    // On lo, as for DR, and on the wire, where the client answers for it.
    const taken = await client.run(
      'sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0 && ' +
        `ip -6 addr add ${VIP_IPV6}/128 dev lo && ip -6 addr add ${VIP_IPV6}/64 dev eth0 nodad`,
    );
    assert.equal(taken.code, 0, taken.stderr);
    const shown = async (): Promise<string> =>
      (await a.run(`ip -6 -o addr show dev eth0 to ${VIP_IPV6}`)).stdout;
    const usable = (text: string): boolean =>
      text.includes(VIP_IPV6) && !/tentative|dadfailed/.test(text);
    try {
      await ready({ version: 3, advertInt: 0.3, family: 'ipv6' });
      for (const what of ['set', 'restored']) {
        await lab().eventually(async () => usable(await shown()), START_TIMEOUT, what, 200);
        const end = Date.now() + DETECTED;
        while (Date.now() < end) {
          const text = await shown();
          assert.ok(usable(text), `${what}: ${text}`);
        }
        assert.equal(a.state(), 'MASTER');
        if (what === 'set') {
          assert.equal((await a.run(`ip -6 addr del ${VIP_IPV6}/64 dev eth0`)).code, 0);
        }
      }
    } finally {
      await client.run(
        `ip -6 addr del ${VIP_IPV6}/128 dev lo; ip -6 addr del ${VIP_IPV6}/64 dev eth0; ` +
          'sysctl -qw net.ipv6.conf.all.disable_ipv6=1',
      );
    }
  });
});
