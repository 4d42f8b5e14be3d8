/** FULLNAT: real servers in another network, behind a router that knows nothing of the clients. */
import type { Topology } from './topology.js';

const forwarding = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.vs.sync_threshold': '3 10',
};

export const fullnat: Topology = {
  name: 'fullnat',
  drawing: `
                   client 172.25.254.10
                     |
   ------------------+----- outer 172.25.254.0/24, VIP .100 --+---
                     |                                        |
             director a .11                           director b .12
                     |                                        |
   ------------------+-- inner 192.168.0.0/24, shared .100 ---+--+---
                                                                 |
                                                        router .1, no other route
                                                                 |
   ---+------------------ far 10.20.0.0/24 ---------+------------+---
      |                                             |
   real server r1 .10                     real server r2 .20
`,
  vip: '172.25.254.100',
  innerVip: '192.168.0.100',
  vipSegment: 'outer',
  segments: ['outer', 'inner', 'far'],
  hosts: [
    { name: 'client', role: 'client', nics: [{ segment: 'outer', address: '172.25.254.10/24' }] },
    {
      name: 'a',
      role: 'director',
      nics: [
        { segment: 'outer', address: '172.25.254.11/24' },
        { segment: 'inner', address: '192.168.0.11/24' },
      ],
      gateway: '192.168.0.1',
      sysctls: forwarding,
    },
    {
      name: 'b',
      role: 'director',
      nics: [
        { segment: 'outer', address: '172.25.254.12/24' },
        { segment: 'inner', address: '192.168.0.12/24' },
      ],
      gateway: '192.168.0.1',
      sysctls: forwarding,
    },
    {
      name: 'router',
      role: 'router',
      nics: [
        { segment: 'inner', address: '192.168.0.1/24' },
        { segment: 'far', address: '10.20.0.1/24' },
      ],
      sysctls: { 'net.ipv4.ip_forward': '1' },
    },
    {
      name: 'r1',
      role: 'real-server',
      nics: [{ segment: 'far', address: '10.20.0.10/24' }],
      gateway: '10.20.0.1',
    },
    {
      name: 'r2',
      role: 'real-server',
      nics: [{ segment: 'far', address: '10.20.0.20/24' }],
      gateway: '10.20.0.1',
    },
  ],
};
