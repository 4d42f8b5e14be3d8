/** LVS-DR: requests go through the director, answers from the real servers straight to the router. */
import type { Topology } from './topology.js';

const VIP = '192.168.0.100';

const director = { 'net.ipv4.vs.sync_threshold': '3 10' };

// The real servers hold the VIP, too, and must not say so: they neither answer ARP requests for it
// nor use it as the source of their own.
const silent = {
  'net.ipv4.conf.all.arp_ignore': '1',
  'net.ipv4.conf.all.arp_announce': '2',
  'net.ipv4.conf.eth0.arp_ignore': '1',
  'net.ipv4.conf.eth0.arp_announce': '2',
};

export const dr: Topology = {
  name: 'dr',
  drawing: `
   client 172.25.254.10 --- outer 172.25.254.0/24 --- .1 router
                                                         .1 |
   ---+-----------+---------------+-------------+-----------+---
      |           |  lan 192.168.0.0/24, VIP .100           |
   director a   director b   real server r1   real server r2
   .11          .12          .10, VIP on lo   .20, VIP on lo
`,
  vip: VIP,
  vipSegment: 'lan',
  segments: ['outer', 'lan'],
  hosts: [
    {
      name: 'client',
      role: 'client',
      nics: [{ segment: 'outer', address: '172.25.254.10/24' }],
      gateway: '172.25.254.1',
    },
    {
      name: 'router',
      role: 'router',
      nics: [
        { segment: 'outer', address: '172.25.254.1/24' },
        { segment: 'lan', address: '192.168.0.1/24' },
      ],
      sysctls: { 'net.ipv4.ip_forward': '1' },
    },
    {
      name: 'a',
      role: 'director',
      nics: [{ segment: 'lan', address: '192.168.0.11/24' }],
      gateway: '192.168.0.1',
      sysctls: director,
    },
    {
      name: 'b',
      role: 'director',
      nics: [{ segment: 'lan', address: '192.168.0.12/24' }],
      gateway: '192.168.0.1',
      sysctls: director,
    },
    {
      name: 'r1',
      role: 'real-server',
      nics: [{ segment: 'lan', address: '192.168.0.10/24' }],
      gateway: '192.168.0.1',
      loopback: [`${VIP}/32`],
      sysctls: silent,
    },
    {
      name: 'r2',
      role: 'real-server',
      nics: [{ segment: 'lan', address: '192.168.0.20/24' }],
      gateway: '192.168.0.1',
      loopback: [`${VIP}/32`],
      sysctls: silent,
    },
  ],
};
