/** One configuration with everything that a service and a real server can have. */

/** A real server that is in service at once: it has no check. */
const real = (address: string, ...lines: readonly string[]): string =>
  `    real_server ${address} {\n${lines.map((line) => `        ${line}\n`).join('')}    }`;

let port = 1000;

/** A service on a port of its own; `PORT` in the lines is that port. */
function service(
  lines: readonly string[],
  servers: readonly string[],
  head = '172.25.254.100',
): string {
  port++;
  return [
    `virtual_server ${head} ${port} {`,
    ...lines.map((line) => `    ${line}`),
    ...servers,
    '}',
  ]
    .join('\n')
    .replaceAll('PORT', String(port));
}

const TCP = ['protocol TCP', 'lvs_sched rr', 'lvs_method NAT'];
const ONE = [real('192.168.0.10 PORT', 'weight 3')];
const SIX = '2001:db8:7::100';

const protocols = ['TCP', 'UDP', 'SCTP'].flatMap((protocol) => [
  service([`protocol ${protocol}`, 'lvs_sched wlc', 'lvs_method NAT'], ONE),
  service(
    [`protocol ${protocol}`, 'lvs_sched wlc', 'lvs_method NAT'],
    [real('2001:db8:1::10 PORT')],
    SIX,
  ),
]);

const flags = [
  ...['flag-1', 'flag-2', 'flag-3'].map((flag) =>
    service(['protocol TCP', 'lvs_sched sh', 'lvs_method NAT', flag], ONE),
  ),
  ...[
    ['sh', 'sh-port'],
    ['sh', 'sh-fallback'],
    ['mh', 'mh-port'],
    ['mh', 'mh-fallback'],
  ].map(([scheduler = '', flag = '']) =>
    service(['protocol TCP', `lvs_sched ${scheduler}`, 'lvs_method NAT', flag], ONE),
  ),
  service(
    ['protocol TCP', 'lvs_sched mh', 'lvs_method NAT', 'mh-port', 'mh-fallback', 'flag-3'],
    ONE,
  ),
  service(['protocol UDP', 'lvs_sched rr', 'lvs_method NAT', 'ops'], ONE),
];

const persistence = [
  service([...TCP, 'persistence_timeout'], ONE),
  service([...TCP, 'persistence_timeout 77'], ONE),
  service([...TCP, 'persistence_timeout 77', 'persistence_granularity 255.255.255.0'], ONE),
  service([...TCP, 'persistence_timeout 77', 'persistence_granularity 255.0.0.255'], ONE),
  service(
    [...TCP, 'persistence_timeout 77', 'persistence_granularity 64'],
    [real('2001:db8:1::10 PORT')],
    SIX,
  ),
  service(
    [
      'protocol UDP',
      'lvs_sched rr',
      'lvs_method NAT',
      'persistence_timeout 9',
      'persistence_engine sip',
    ],
    ONE,
  ),
];

const methods = [
  service(
    [...TCP],
    [
      real('192.168.0.10 8080', 'weight 0'),
      real('192.168.0.11 8080', 'weight 65535', 'uthreshold 100', 'lthreshold 20'),
      real('192.168.0.12', 'uthreshold 7'),
      real('192.168.0.13 PORT', 'lvs_method DR', 'weight 2'),
      real('192.168.0.14 PORT', 'lvs_method TUN'),
      real('192.168.0.15 PORT', 'lvs_method TUN type ipip'),
      real('192.168.0.16 PORT', 'lvs_method TUN type gue port 6080'),
      real('192.168.0.17 PORT', 'lvs_method TUN type gue port 6080 csum'),
      real('192.168.0.18 PORT', 'lvs_method TUN type gue port 6080 remcsum'),
      real('192.168.0.19 PORT', 'lvs_method TUN type gre'),
      real('192.168.0.20 PORT', 'lvs_method TUN type gre csum'),
      // A server on the director itself, and by the loopback.
      real('172.25.254.101 PORT'),
      real('127.0.0.1 PORT'),
    ],
  ),
  // A server of the other family, which only a tunnel reaches.
  service(
    ['protocol TCP', 'lvs_sched wrr', 'lvs_method TUN'],
    [real('192.168.0.10 PORT'), real('2001:db8:1::10 PORT')],
  ),
  service(
    ['protocol TCP', 'lvs_sched wrr', 'lvs_method TUN'],
    [real('192.168.0.10 PORT', 'lvs_method TUN type gue port 5555'), real('2001:db8:1::10 PORT')],
    SIX,
  ),
];

const marks = `
virtual_server fwmark 1 {
    lvs_sched rr
    lvs_method NAT
    real_server 192.168.0.10 8080 {
    }
    real_server 192.168.0.11 {
    }
}
virtual_server fwmark 1 {
    ip_family inet6
    lvs_sched rr
    lvs_method DR
    real_server 2001:db8:1::10 {
    }
}
virtual_server fwmark 2 {
    ip_family inet6
    lvs_sched lblc
    lvs_method TUN
    ops
    real_server 192.168.0.10 {
    }
}
virtual_server fwmark 4294967295 {
    lvs_sched wrr
    lvs_method DR
    persistence_timeout 300
    real_server 192.168.0.10 {
    }
}
`;

const groups = `
virtual_server_group ranges {
    172.25.254.110 80
    172.25.254.120-123 81
    172.25.252.8-172.25.252.9 82
    172.25.253.0/30 83
    fwmark 10
}
virtual_server group ranges {
    protocol TCP
    lvs_sched wrr
    lvs_method NAT
    real_server 192.168.0.10 8080 {
        weight 2
    }
    real_server 192.168.0.11 {
    }
    real_server 192.168.0.12 {
        lvs_method DR
    }
}
virtual_server_group names {
    172.25.254.130-131 53
}
virtual_server group names {
    protocol UDP
    lvs_sched rr
    lvs_method DR
    ops
    real_server 192.168.0.10 53 {
    }
}
virtual_server group names {
    protocol TCP
    lvs_sched rr
    lvs_method DR
    persistence_timeout 50
    real_server 192.168.0.10 53 {
    }
}
virtual_server_group six {
    2001:db8:7::1-4 80
    2001:db8:7::10 443
}
virtual_server group six {
    protocol TCP
    lvs_sched sh
    sh-port
    lvs_method NAT
    real_server 2001:db8:1::10 80 {
    }
}
virtual_server_group both {
    172.25.254.140 80
    2001:db8:7::20 80
    fwmark 20 inet
    fwmark 21 inet6
}
virtual_server group both {
    protocol TCP
    lvs_sched rr
    lvs_method TUN
    real_server 192.168.0.10 {
    }
    real_server 2001:db8:1::10 {
        lvs_method TUN type gre
    }
}
`;

/**
 * A range that ends on a lower last number than it begins with: keepalived 2.2.7 goes through all of
 * IPv4 for it, 2.4 does not; of IPv6 it compares the last 16 bits.
 */
export const NEWER = `
virtual_server_group ranges {
    172.25.254.254-172.25.255.1 82
    2001:db8:7::fffe-2001:db8:7::1:0 84
}
virtual_server group ranges {
    protocol TCP
    lvs_sched rr
    lvs_method TUN
    real_server 192.168.0.10 {
    }
}
`;

/** A real server on port 80 that is asked for a page. */
export function checkedByHttp(address: string): string {
  return `real_server ${address} 80 {
        HTTP_GET {
            warmup 0
            retry 0
            delay_before_retry 1
            url {
                path /
            }
        }
    }`;
}

/** A service, a server and a scheduler that the kernel does not take, and one that it does. */
export const REFUSED = `
virtual_server 172.25.254.100 1 {
    protocol TCP
    lvs_sched twos
    lvs_method NAT
    real_server 192.168.0.10 1 {
    }
}
virtual_server 172.25.254.100 2 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 192.168.0.10 2 {
    }
    real_server 192.168.0.255 2 {
    }
    real_server 224.0.0.5 2 {
    }
}
virtual_server 172.25.254.100 3 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 192.168.0.10 3 {
    }
}
`;

/** Real servers that no route leads to, by each kind of it, and one that is on the wire. */
export const UNREACHABLE = `
virtual_server 172.25.254.100 4 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    sorry_server 203.0.113.8 4
    real_server 192.168.0.10 4 {
    }
    real_server 203.0.113.7 4 {
    }
    real_server 198.51.100.1 4 {
    }
    real_server 198.51.100.65 4 {
    }
    real_server 198.51.100.129 4 {
    }
}
virtual_server 2001:db8:7::100 4 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 2001:db8:9::10 4 {
    }
}
`;

export const SERVICES = [
  'global_defs {\n    lvs_timeouts tcp 901 tcpfin 121 udp 301\n}',
  ...protocols,
  ...flags,
  ...persistence,
  ...methods,
  marks,
  groups,
  '',
].join('\n');
