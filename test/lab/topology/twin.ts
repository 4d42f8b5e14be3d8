/** Two directors on two wires, with a client: what VRRP needs for sync groups and second interfaces. */
import type { Topology } from './topology.js';

export const twin: Topology = {
  name: 'twin',
  drawing: `
   client .10    director a .11    director b .12
      |               |                 |
   ---+---------------+-----------------+--- outer 172.25.254.0/24, VIP .100
                      |                 |
   -------------------+-----------------+--- inner 192.168.0.0/24, VIP .100
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
    },
    {
      name: 'b',
      role: 'director',
      nics: [
        { segment: 'outer', address: '172.25.254.12/24' },
        { segment: 'inner', address: '192.168.0.12/24' },
      ],
    },
  ],
};
