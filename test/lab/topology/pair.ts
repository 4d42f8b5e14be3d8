/** Two directors and a client on one wire: what VRRP alone needs. */
import type { Topology } from './topology.js';

export const pair: Topology = {
  name: 'pair',
  drawing: `
   client .10    director a .11    director b .12
      |               |                 |
   ---+---------------+-----------------+--- outer 172.25.254.0/24, VIP .100
`,
  vip: '172.25.254.100',
  vipSegment: 'outer',
  segments: ['outer'],
  hosts: [
    { name: 'client', role: 'client', nics: [{ segment: 'outer', address: '172.25.254.10/24' }] },
    { name: 'a', role: 'director', nics: [{ segment: 'outer', address: '172.25.254.11/24' }] },
    { name: 'b', role: 'director', nics: [{ segment: 'outer', address: '172.25.254.12/24' }] },
  ],
};
