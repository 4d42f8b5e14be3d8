/** Servers without checks, made from columns, are those that were put into them. */
import assert from 'node:assert/strict';
import { nextRandom } from '../../../src/checker/schedule.js';
import { differentServers, UncheckedServers } from '../../../src/checker/server-columns.js';
import type { RealServerSettings } from '../../../src/checker/settings.js';
import { destinationKey } from '../../../src/ipvs/model.js';
import {
  packSettings,
  serviceToPack,
  unpackSettings,
} from '../../../src/process/packed-settings.js';
import { realServer, tcpCheck, virtualServer } from './harness.js';

/** Services as they arrive in the checker process. */
function arrived(...services: (readonly RealServerSettings[])[]) {
  const general = { flushAtStart: false, flushAtStop: false };
  const packed = services.map((servers) => serviceToPack(virtualServer(servers)));
  const { virtualServers } = unpackSettings(packSettings(general, packed, services.flat().length));
  return virtualServers.map(({ realServers }) => realServers);
}

function unchecked(servers: readonly RealServerSettings[]): UncheckedServers {
  const [list] = arrived(servers);
  assert.ok(list instanceof UncheckedServers);
  return list;
}

const plain = (address: string, change: Partial<RealServerSettings> = {}): RealServerSettings =>
  realServer(address, { checks: [], ...change });

describe('checker: servers without checks', () => {
  it('are themselves, of both families, ports and kinds, in their order', () => {
    let random = 1;
    const below = (n: number): number => {
      const { state, value } = nextRandom(random);
      random = state;
      return Math.floor(value * n);
    };
    for (let round = 0; round < 200; round++) {
      const servers = Array.from({ length: 1 + below(8) }, () => {
        const address = below(2) ? `10.0.${below(2)}.${below(4)}` : `2001:db8::${1 + below(4)}`;
        const method = below(3) ? 'NAT' : 'DR';
        return plain(address, { port: 80 + below(2), weight: below(5) - 1, method });
      });
      const list = unchecked(servers);
      assert.deepEqual([...list], servers);
      assert.equal(list.length, servers.length);
      assert.deepEqual(list.at(-1), servers.at(-1));
      const keys = new Set(servers.map(destinationKey));
      assert.equal(list.repeats(), keys.size < servers.length);
      assert.equal(
        list.weight(),
        servers.reduce((sum, { weight }) => sum + Math.max(0, weight), 0),
      );
      const methods = new Set([...differentServers(list)].map(({ method }) => method));
      assert.deepEqual(methods, new Set(servers.map(({ method }) => method)));
    }
  });

  it('are told apart where bytes alone would not tell', () => {
    assert.equal(unchecked([plain('::'), plain('0.0.0.0')]).repeats(), false);
    const ports = [plain('10.0.0.1', { port: 0 }), plain('10.0.0.1', { port: 65_535 })];
    assert.equal(unchecked(ports).repeats(), false);
    const highest = [plain('255.255.255.255', { port: 1 }), plain('0.0.0.0', { port: 2 })];
    assert.equal(unchecked(highest).repeats(), false);
  });

  it('are found behind services that have checks, or no servers', () => {
    const checked = [realServer('10.0.0.1', { checks: [tcpCheck('10.0.0.1')] }), plain('10.0.0.2')];
    const lists = arrived(checked, [], [plain('2001:db8::1')], [plain('10.0.0.3')]);
    assert.deepEqual(
      lists.map((list) => [list instanceof UncheckedServers, ...[...list].map((s) => s.address)]),
      [[false, '10.0.0.1', '10.0.0.2'], [false], [true, '2001:db8::1'], [true, '10.0.0.3']],
    );
  });
});
