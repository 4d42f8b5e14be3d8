/** `nftables_ipvs`: a group is a service for each protocol, by a mark. */
import assert from 'node:assert/strict';
import { checkerSettings } from '../../../src/process/checker-settings.js';
import { loadGood } from '../config/support.js';

function config(globals: string, more = ''): ReturnType<typeof checkerSettings> {
  const service = (group: string, protocol: string): string =>
    `virtual_server group ${group} {\nprotocol ${protocol}\nreal_server 10.0.0.1 80 {\n}\n}`;
  return checkerSettings(
    loadGood(
      [
        `global_defs {\n${globals}\n}`,
        'virtual_server_group web {\n192.0.2.1 80\n192.0.2.1 443\n192.0.2.16-31\nfwmark 1001\n}',
        'virtual_server_group dns {\n192.0.2.2 53\n}',
        service('web', 'TCP'),
        service('dns', 'TCP'),
        service('dns', 'UDP'),
        more,
      ].join('\n'),
    ),
  );
}

function marksOf({ virtualServers }: ReturnType<typeof checkerSettings>): string[] {
  return virtualServers.map(({ members = [] }) =>
    members.map((member) => (member.kind === 'fwmark' ? member.fwmark : member.first)).join(' '),
  );
}

describe('process: marks of virtual server groups', () => {
  it('are for nftables_ipvs only', () => {
    const settings = config('');
    assert.equal(settings.marks, undefined);
    assert.deepEqual(marksOf(settings), [
      '192.0.2.1 192.0.2.1 192.0.2.16 1001',
      '192.0.2.2',
      '192.0.2.2',
    ]);
  });

  it('are one for each group and protocol, and none that the configuration uses itself', () => {
    const settings = config('nftables_ipvs');
    assert.deepEqual(marksOf(settings), ['1000 1001', '1002', '1003']);
    assert.equal(settings.marks?.table, 'keepalived_ipvs');
    assert.equal(settings.marks?.priority, -1);
    assert.deepEqual(
      settings.marks?.rules.map(
        ({ mark, protocol, first, last, port }) => `${mark} ${protocol} ${first}-${last} ${port}`,
      ),
      [
        '1000 TCP 192.0.2.1-192.0.2.1 80',
        '1000 TCP 192.0.2.1-192.0.2.1 443',
        '1000 TCP 192.0.2.16-192.0.2.31 0',
        '1002 TCP 192.0.2.2-192.0.2.2 53',
        '1003 UDP 192.0.2.2-192.0.2.2 53',
      ],
    );
  });

  it('begin where they are told to, in a table of any name', () => {
    const settings = config(
      'nftables_ipvs mine\nnftables_ipvs_priority 5\nnftables_ipvs_start_fwmark 7',
    );
    assert.deepEqual(marksOf(settings), ['7 1001', '8', '9']);
    assert.equal(settings.marks?.table, 'mine');
    assert.equal(settings.marks?.priority, 5);
  });
});
