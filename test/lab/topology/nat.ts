/** LVS-NAT: two directors between the client's network and the real servers' network. */
import type { Topology } from './topology.js';

const forwarding = {
  'net.ipv4.ip_forward': '1',
  // The demo's connection is young when its master dies: it is synced from its first packets on.
  'net.ipv4.vs.sync_threshold': '3 10',
};

export const nat: Topology = {
  name: 'nat',
  drawing: `
                   client 172.25.254.10
                     |
   ------------------+----- outer 172.25.254.0/24, VIP .100 --+---
                     |                                        |
             director a .11                           director b .12
                     |                                        |
   ---+--------------+-- inner 192.168.0.0/24, gateway .100 --+--+---
      |                                                          |
   real server r1 .10                            real server r2 .20
`,
  vip: '172.25.254.100',
  innerVip: '192.168.0.100',
  vipSegment: 'outer',
  segments: ['outer', 'inner'],
  hosts: [
    { name: 'client', role: 'client', nics: [{ segment: 'outer', address: '172.25.254.10/24' }] },
    {
      name: 'a',
      role: 'director',
      nics: [
        { segment: 'outer', address: '172.25.254.11/24' },
        { segment: 'inner', address: '192.168.0.11/24' },
      ],
      sysctls: forwarding,
    },
    {
      name: 'b',
      role: 'director',
      nics: [
        { segment: 'outer', address: '172.25.254.12/24' },
        { segment: 'inner', address: '192.168.0.12/24' },
      ],
      sysctls: forwarding,
    },
    {
      name: 'r1',
      role: 'real-server',
      nics: [{ segment: 'inner', address: '192.168.0.10/24' }],
      gateway: '192.168.0.100',
    },
    {
      name: 'r2',
      role: 'real-server',
      nics: [{ segment: 'inner', address: '192.168.0.20/24' }],
      gateway: '192.168.0.100',
    },
  ],
};
