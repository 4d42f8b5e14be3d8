/** Which connections get another source, from what the checker process is told. */
import assert from 'node:assert/strict';
import type { RealServerSettings, VirtualServerSettings } from '../../../src/checker/settings.js';
import { translatedServices } from '../../../src/process/source-nat-settings.js';

function real(address: string, more: Partial<RealServerSettings> = {}): RealServerSettings {
  return {
    address,
    port: 8080,
    method: 'NAT',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    inhibitOnFailure: false,
    alpha: false,
    checks: [],
    ...more,
  };
}

function virtual(more: Partial<VirtualServerSettings> = {}): VirtualServerSettings {
  return {
    id: { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 },
    scheduler: 'rr',
    flags: 0,
    persistenceTimeout: 0,
    persistencePrefix: 32,
    quorum: 1,
    hysteresis: 0,
    omega: false,
    realServers: [],
    ...more,
  };
}

const FULLNAT = { sourceNat: {} };
const POOL = { first: '10.0.0.5', last: '10.0.0.9' };

describe('process: what FULLNAT translates', () => {
  it('nothing without FULLNAT', () => {
    assert.deepEqual(translatedServices([virtual({ realServers: [real('10.0.1.1')] })]), []);
  });

  it('servers, whether they live or not, and the sorry server', () => {
    const sorryServer = {
      address: '10.0.1.9',
      port: 81,
      method: 'NAT',
      inhibit: false,
      ...FULLNAT,
    };
    const [service, ...rest] = translatedServices([
      virtual({
        realServers: [real('10.0.1.1', FULLNAT), real('10.0.1.2', FULLNAT)],
        sorryServer: sorryServer as never,
      }),
    ]);
    assert.deepEqual(rest, []);
    assert.equal(service?.uniform, true);
    assert.deepEqual(
      service?.servers.map(({ address, port }) => `${address} ${port}`),
      ['10.0.1.1 8080', '10.0.1.2 8080', '10.0.1.9 81'],
    );
  });

  it('a service is uniform only if all that it sends to has the same source', () => {
    const isUniform = (...realServers: RealServerSettings[]): boolean | undefined =>
      translatedServices([virtual({ realServers })])[0]?.uniform;
    const pooled = { sourceNat: { pool: POOL } };
    assert.equal(isUniform(real('10.0.1.1', pooled), real('10.0.1.2', pooled)), true);
    assert.equal(isUniform(real('10.0.1.1', pooled), real('10.0.1.2', FULLNAT)), false);
    assert.equal(isUniform(real('10.0.1.1', pooled), real('10.0.1.2')), false);
  });

  it('a group has a service for each of its addresses and marks', () => {
    const services = translatedServices([
      virtual({
        id: { kind: 'group', group: 'G', protocol: 'TCP', family: 4 },
        members: [
          { kind: 'addresses', protocol: 'TCP', first: '192.0.2.1', last: '192.0.2.2', port: 80 },
          { kind: 'fwmark', family: 4, fwmark: 7 },
        ],
        realServers: [real('10.0.1.1', FULLNAT)],
      }),
    ]);
    assert.deepEqual(
      services.map(({ id }) => (id.kind === 'fwmark' ? id.fwmark : id.address)),
      ['192.0.2.1', '192.0.2.2', 7],
    );
  });
});
