import assert from 'node:assert/strict';
import { loadConfiguration } from '../../../src/config/load.js';
import { realServerUses } from '../../../src/process/real-server/settings.js';

describe('real server: uses out of a configuration', () => {
  const read = (text: string, ofMarks: readonly string[] = []) => {
    const files = { read: () => text, glob: () => [], realPath: (path: string) => path };
    const { config, diagnostics } = loadConfiguration('x.conf', files as never, { isStart: true });
    assert.ok(config, JSON.stringify(diagnostics));
    const { uses, withoutAddress } = realServerUses(config, ofMarks);
    return {
      uses: uses.map(
        ({ address, realServer, encapsulation }) =>
          `${address} ${realServer} ${Object.values(encapsulation).join(' ')}`,
      ),
      withoutAddress,
    };
  };

  it('of DR and TUN servers and sorry servers, not of NAT, not of loopback', () => {
    const text = `
      virtual_server 192.0.2.1 80 {
        lb_algo rr
        lb_kind DR
        protocol TCP
        sorry_server 192.0.2.99 80
        real_server 192.0.2.10 80 { weight 1 }
        real_server 192.0.2.11 80 { lvs_method NAT }
        real_server 192.0.2.12 80 { lvs_method TUN }
        real_server 192.0.2.13 80 { lvs_method TUN type gue port 5555 csum }
        real_server 192.0.2.14 80 { lvs_method TUN type gre csum }
      }
      virtual_server 192.0.2.2 80 {
        lb_algo rr
        lb_kind DR
        protocol TCP
        sorry_server 127.0.0.1 80
        real_server 192.0.2.10 80 { weight 1 }
      }`.replace(/\{ (.*) \}/g, '{\n$1\n}');
    assert.deepEqual(read(text).uses, [
      '192.0.2.1 192.0.2.10 none',
      '192.0.2.1 192.0.2.12 ipip',
      '192.0.2.1 192.0.2.13 gue 5555',
      '192.0.2.1 192.0.2.14 gre true',
      '192.0.2.1 192.0.2.99 none',
      '192.0.2.2 192.0.2.10 none',
    ]);
  });

  it('of groups with ranges: every address', () => {
    const text = `
      virtual_server_group web {
        192.0.2.1-3 80
        192.0.2.9 443
      }
      virtual_server group web {
        lb_algo rr
        lb_kind DR
        protocol TCP
        real_server 192.0.2.10 80 {
        }
      }`;
    assert.deepEqual(
      read(text).uses.map((line) => line.split(' ')[0]),
      ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.9'],
    );
  });

  it('of marks: the addresses that are given, of their family', () => {
    const text = `
      virtual_server fwmark 7 {
        lb_algo rr
        lb_kind DR
        real_server 192.0.2.10 0 {
        }
      }`;
    assert.deepEqual(read(text), { uses: [], withoutAddress: ['fwmark 7'] });
    assert.deepEqual(read(text, ['192.0.2.1', 'fd00::1']), {
      uses: ['192.0.2.1 192.0.2.10 none'],
      withoutAddress: [],
    });
  });
});
