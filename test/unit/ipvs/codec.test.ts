import assert from 'node:assert/strict';
import { constants } from 'node:os';
import {
  decodeDestination,
  decodeService,
  encodeOperation,
  encodeServiceId,
  serviceFamily,
} from '../../../src/ipvs/codec.js';
import {
  decodeDaemon,
  decodeInfo,
  decodeTimeouts,
  encodeDaemon,
  encodeTimeouts,
} from '../../../src/ipvs/control-codec.js';
import { type IpvsDestination, type ServiceId, serviceKey } from '../../../src/ipvs/model.js';
import type { IpvsOperation, ServiceOptions } from '../../../src/ipvs/operations.js';
import { type Attributes, decodeAttributes } from '../../../src/netlink/attributes.js';
import { GENL_ID_CTRL, NLMSG_ERROR } from '../../../src/netlink/constants.js';
import { decodeGeneric } from '../../../src/netlink/genl.js';
import { decodeErrno, type NetlinkMessage } from '../../../src/netlink/message.js';
import { exchange, nestedByType } from '../netlink/vectors.js';

const FILE = 'ipvs/ipvsadm.json';
const SERVICE = 1;
const DEST = 2;
const DAEMON = 3;

const tcp = (address: string, port: number): ServiceId => ({
  kind: 'address',
  protocol: 'TCP',
  address,
  port,
});
const HTTP = tcp('192.0.2.1', 80);
const V6 = tcp('2001:db8::1', 80);
const MARK: ServiceId = { kind: 'fwmark', family: 4, fwmark: 5 };

function service(id: ServiceId, scheduler: string, more: Partial<ServiceOptions> = {}) {
  const persistencePrefix = serviceFamily(id) === 4 ? 32 : 128;
  return { id, scheduler, flags: 0, persistenceTimeout: 0, persistencePrefix, ...more };
}

function destination(
  address: string,
  port: number,
  more: Partial<IpvsDestination> = {},
): IpvsDestination {
  const defaults = { method: 'NAT', weight: 1, upperThreshold: 0, lowerThreshold: 0 } as const;
  return { address, port, ...defaults, ...more };
}

function generic(message: NetlinkMessage): { command: number; attributes: Attributes } {
  const decoded = decodeGeneric(message.body)!;
  return { command: decoded.command, attributes: decodeAttributes(decoded.attributes) };
}

/** What `ipvsadm` sent last: command, and the nested attributes by type. */
function sent(command: string, nth = 0) {
  const request = generic(exchange(FILE, command, nth).sent.at(-1)!);
  return {
    command: request.command,
    service: nestedByType(request.attributes, SERVICE),
    destination: nestedByType(request.attributes, DEST),
  };
}

function ours(operation: IpvsOperation) {
  const { command, attributes } = encodeOperation(operation);
  const all = decodeAttributes(Buffer.concat(attributes));
  return {
    command,
    service: nestedByType(all, SERVICE),
    destination: nestedByType(all, DEST),
  };
}

/** Answers of a dump, decoded to their attributes. */
function answers(command: string): Attributes[] {
  return exchange(FILE, command)
    .received.filter(({ type }) => type > GENL_ID_CTRL)
    .map((message) => generic(message).attributes);
}

describe('ipvs: codec', () => {
  describe('asks for services as `ipvsadm` does', () => {
    const cases: readonly (readonly [string, IpvsOperation])[] = [
      ['ipvsadm -A -t 192.0.2.1:80 -s rr', { kind: 'add-service', service: service(HTTP, 'rr') }],
      [
        'ipvsadm -A -u 192.0.2.1:53 -s wlc --ops',
        {
          kind: 'add-service',
          service: service({ ...tcp('192.0.2.1', 53), protocol: 'UDP' } as ServiceId, 'wlc', {
            flags: 4,
          }),
        },
      ],
      [
        'ipvsadm -A -t 192.0.2.1:443 -s sh -b sh-fallback,sh-port -p 600 -M 255.255.255.0',
        {
          kind: 'add-service',
          service: service(tcp('192.0.2.1', 443), 'sh', {
            flags: 0x18,
            persistenceTimeout: 600,
            persistencePrefix: 24,
          }),
        },
      ],
      [
        'ipvsadm -A --sctp-service 192.0.2.1:5060 -s mh',
        {
          kind: 'add-service',
          service: service({ ...tcp('192.0.2.1', 5060), protocol: 'SCTP' } as ServiceId, 'mh'),
        },
      ],
      [
        'ipvsadm -A -f 5 -s wrr -p 300',
        { kind: 'add-service', service: service(MARK, 'wrr', { persistenceTimeout: 300 }) },
      ],
      [
        'ipvsadm -A -t [2001:db8::1]:80 -s rr -p 60 -M 64',
        {
          kind: 'add-service',
          service: service(V6, 'rr', { persistenceTimeout: 60, persistencePrefix: 64 }),
        },
      ],
      [
        'ipvsadm -A -f 6 -6 -s lc',
        { kind: 'add-service', service: service({ kind: 'fwmark', family: 6, fwmark: 6 }, 'lc') },
      ],
      ['ipvsadm -E -t 192.0.2.1:80 -s wrr', { kind: 'set-service', service: service(HTTP, 'wrr') }],
      ['ipvsadm -D -f 5', { kind: 'delete-service', id: MARK }],
    ];
    const IPVS_SVC_ATTR_FLAGS = 7;
    for (const [command, operation] of cases) {
      it(command, () => {
        const theirs = sent(command);
        const mine = ours(operation);
        assert.equal(mine.command, theirs.command);
        if (operation.kind === 'delete-service') {
          // ipvsadm sends all options with a deletion; the kernel reads the identity alone.
          for (const [type, value] of Object.entries(mine.service)) {
            assert.equal(theirs.service[Number(type)], value, `attribute ${type}`);
          }
          return;
        }
        // {flags, mask}: ipvsadm's mask has all bits, ours those that we answer for.
        assert.equal(
          mine.service[IPVS_SVC_ATTR_FLAGS]?.slice(0, 8),
          theirs.service[IPVS_SVC_ATTR_FLAGS]?.slice(0, 8),
        );
        assert.equal(mine.service[IPVS_SVC_ATTR_FLAGS]?.slice(8), '3d000000');
        delete mine.service[IPVS_SVC_ATTR_FLAGS];
        delete theirs.service[IPVS_SVC_ATTR_FLAGS];
        assert.deepEqual(mine.service, theirs.service);
      });
    }
  });

  describe('asks for destinations as `ipvsadm` does', () => {
    const cases: readonly (readonly [string, IpvsOperation])[] = [
      [
        'ipvsadm -a -t 192.0.2.1:80 -r 192.168.0.10:8080 -m -w 3',
        {
          kind: 'add-destination',
          id: HTTP,
          destination: destination('192.168.0.10', 8080, { weight: 3 }),
        },
      ],
      [
        'ipvsadm -a -t 192.0.2.1:80 -r 192.168.0.20:80 -g -w 0 -x 100 -y 10',
        {
          kind: 'add-destination',
          id: HTTP,
          destination: destination('192.168.0.20', 80, {
            method: 'DR',
            weight: 0,
            upperThreshold: 100,
            lowerThreshold: 10,
          }),
        },
      ],
      [
        'ipvsadm -a -t 192.0.2.1:80 -r 192.168.0.30:80 -i',
        {
          kind: 'add-destination',
          id: HTTP,
          destination: destination('192.168.0.30', 80, { method: 'TUN' }),
        },
      ],
      [
        'ipvsadm -a -f 5 -r 192.168.0.10 -g',
        {
          kind: 'add-destination',
          id: MARK,
          destination: destination('192.168.0.10', 0, { method: 'DR' }),
        },
      ],
      [
        'ipvsadm -a -t [2001:db8::1]:80 -r [2001:db8:1::10]:80 -m',
        { kind: 'add-destination', id: V6, destination: destination('2001:db8:1::10', 80) },
      ],
      [
        'ipvsadm -e -t 192.0.2.1:80 -r 192.168.0.10:8080 -m -w 7',
        {
          kind: 'set-destination',
          id: HTTP,
          destination: destination('192.168.0.10', 8080, { weight: 7 }),
        },
      ],
      [
        'ipvsadm -d -t 192.0.2.1:80 -r 192.168.0.30:80',
        {
          kind: 'delete-destination',
          id: HTTP,
          destination: { address: '192.168.0.30', port: 80 },
        },
      ],
    ];
    for (const [command, operation] of cases) {
      it(command, () => {
        const theirs = sent(command);
        const mine = ours(operation);
        assert.equal(mine.command, theirs.command);
        for (const part of ['service', 'destination'] as const) {
          // libnl names more than a request needs (options of the service, tunnel type 0).
          for (const [type, value] of Object.entries(mine[part])) {
            assert.equal(theirs[part][Number(type)], value, `${part} attribute ${type}`);
          }
        }
        assert.ok(Object.keys(mine.destination).length >= 3);
      });
    }
  });

  it('reads the table that `ipvsadm -Ln` prints', () => {
    const order = [
      'TCP 192.0.2.1:80',
      'TCP 192.0.2.1:443',
      'UDP 192.0.2.1:53',
      'SCTP 192.0.2.1:5060',
      'TCP [2001:db8::1]:80',
      'FWM 5 IPv4',
      'FWM 6 IPv6',
    ];
    const all = answers('ipvsadm -Ln');
    // The kernel gives them in the order of its hash table, ipvsadm sorts.
    const services = all
      .map(decodeService)
      .filter((each) => each !== undefined)
      .sort((a, b) => order.indexOf(serviceKey(a.id)) - order.indexOf(serviceKey(b.id)));
    assert.deepEqual(
      services.map(({ stats: _, ...options }) => options),
      [
        service(HTTP, 'wrr'),
        service(tcp('192.0.2.1', 443), 'sh', {
          flags: 0x18,
          persistenceTimeout: 600,
          persistencePrefix: 24,
        }),
        service({ ...tcp('192.0.2.1', 53), protocol: 'UDP' } as ServiceId, 'wlc', { flags: 4 }),
        service({ ...tcp('192.0.2.1', 5060), protocol: 'SCTP' } as ServiceId, 'mh'),
        service(V6, 'rr', { persistenceTimeout: 60, persistencePrefix: 64 }),
        service(MARK, 'wrr', { persistenceTimeout: 300 }),
        service({ kind: 'fwmark', family: 6, fwmark: 6 }, 'lc'),
      ],
    );
    const destinations = all
      .map((each) => decodeDestination(each, 4))
      .filter((d) => d !== undefined);
    const byPlace = (d: IpvsDestination): string => `${d.address} ${d.port}`;
    destinations.sort((a, b) => byPlace(a).localeCompare(byPlace(b)));
    assert.deepEqual(
      destinations.map(({ address, port, method, weight, upperThreshold, lowerThreshold }) =>
        destination(address, port, { method, weight, upperThreshold, lowerThreshold }),
      ),
      [
        destination('192.168.0.10', 0, { method: 'DR' }),
        destination('192.168.0.10', 8080, { weight: 7 }),
        destination('192.168.0.20', 80, {
          method: 'DR',
          weight: 0,
          upperThreshold: 100,
          lowerThreshold: 10,
        }),
        destination('192.168.0.30', 80, { method: 'TUN' }),
        destination('2001:db8:1::10', 80),
      ],
    );
    assert.deepEqual(services[0]?.stats.connections, 0);
    assert.deepEqual(destinations[0]?.activeConnections, 0);
  });

  it('names a service as `ipvsadm -Ln` does to ask for its destinations', () => {
    const asked = exchange(FILE, 'ipvsadm -Ln').sent.map((message) =>
      nestedByType(generic(message).attributes, SERVICE),
    );
    for (const id of [HTTP, V6, MARK]) {
      const mine = nestedByType(decodeAttributes(encodeServiceId(id)), SERVICE);
      assert.ok(
        asked.some((theirs) => Object.entries(mine).every(([t, v]) => theirs[Number(t)] === v)),
      );
    }
  });

  it('starts, stops and reads sync daemons as `ipvsadm` does', () => {
    const daemons = [
      { state: 'master', interface: 'v0', syncId: 42 },
      { state: 'backup', interface: 'v0', syncId: 0 },
    ] as const;
    for (const daemon of daemons) {
      const start = `ipvsadm --start-daemon ${daemon.state} --mcast-interface v0 --syncid ${daemon.syncId}`;
      const theirs = generic(exchange(FILE, start).sent.at(-1)!).attributes;
      const mine = decodeAttributes(encodeDaemon(daemon));
      assert.deepEqual(nestedByType(mine, DAEMON), nestedByType(theirs, DAEMON));
      const stop = exchange(FILE, `ipvsadm --stop-daemon ${daemon.state}`).sent.at(-1)!;
      const stopping = nestedByType(
        decodeAttributes(encodeDaemon({ state: daemon.state })),
        DAEMON,
      );
      assert.equal(stopping[1], nestedByType(generic(stop).attributes, DAEMON)[1]);
    }
    const read = answers('ipvsadm -L --daemon').map(decodeDaemon);
    assert.deepEqual(
      read.filter((daemon) => daemon !== undefined),
      daemons.map((daemon) => ({
        ...daemon,
        maxLength: 1472,
        group: '224.0.0.81',
        port: 8848,
        ttl: 1,
      })),
    );
  });

  it('asks for a daemon with its own group, port, TTL and length', () => {
    // linux/ip_vs.h: SYNC_MAXLEN u16, MCAST_GROUP be32, MCAST_GROUP6, MCAST_PORT u16, MCAST_TTL u8
    const wanted = {
      state: 'backup',
      interface: 'v0',
      syncId: 3,
      maxLength: 0x0405,
      port: 0x0607,
      ttl: 8,
    } as const;
    const v4 = { ...wanted, group: '225.1.2.3' };
    const parts = nestedByType(decodeAttributes(encodeDaemon(v4)), DAEMON);
    assert.equal(parts[4], '0504');
    assert.equal(parts[5], 'e1010203');
    assert.equal(parts[7], '0706');
    assert.equal(parts[8], '08');
    const v6 = { ...wanted, group: 'ff02::51' };
    const wide = nestedByType(decodeAttributes(encodeDaemon(v6)), DAEMON);
    assert.equal(wide[6], 'ff020000000000000000000000000051');
    for (const daemon of [v4, v6]) {
      assert.deepEqual(decodeDaemon(decodeAttributes(encodeDaemon(daemon))), daemon);
    }
  });

  it('names tunnels, persistence engines and masks with holes', () => {
    // linux/ip_vs.h: TUN_TYPE u8 (1 GUE, 2 GRE), TUN_PORT be16, TUN_FLAGS u16 (1 csum, 2 remcsum)
    const tunnels = [
      [{ type: 'gue', port: 6080, checksum: 'remcsum' }, '01', '17c0', '0200'],
      [{ type: 'gue', port: 6080, checksum: 'nocsum' }, '01', '17c0', '0000'],
      [{ type: 'gre', port: 0, checksum: 'csum' }, '02', '0000', '0100'],
    ] as const;
    for (const [tunnel, type, port, flags] of tunnels) {
      const server = destination('192.168.0.30', 80, { method: 'TUN', tunnel });
      const operation = { kind: 'add-destination', id: HTTP, destination: server } as const;
      const sent = ours(operation).destination;
      assert.deepEqual([sent[13], sent[14], sent[15]], [type, port, flags]);
      const answer = decodeAttributes(Buffer.concat(encodeOperation(operation).attributes));
      assert.deepEqual(decodeDestination(answer, 4)?.tunnel, tunnel);
    }
    const plain = destination('192.168.0.30', 80, { method: 'TUN' });
    const { destination: parts } = ours({
      kind: 'add-destination',
      id: HTTP,
      destination: plain,
    });
    assert.equal(parts[13], undefined);

    const wanted = service(HTTP, 'rr', {
      persistenceTimeout: 60,
      persistencePrefix: 8,
      persistenceMask: 0xff00_00ff,
      persistenceEngine: 'sip',
    });
    const operation = { kind: 'add-service', service: wanted } as const;
    assert.equal(ours(operation).service[9], 'ff0000ff');
    assert.equal(ours(operation).service[11], '73697000');
    const answer = decodeAttributes(Buffer.concat(encodeOperation(operation).attributes));
    const { stats: _, ...read } = decodeService(answer)!;
    assert.deepEqual(read, wanted);
  });

  it('sets and reads timeouts as `ipvsadm` does', () => {
    const theirs = generic(exchange(FILE, 'ipvsadm --set 800 100 200').sent.at(-1)!).attributes;
    const timeouts = { tcp: 800, tcpFin: 100, udp: 200 };
    assert.deepEqual(decodeTimeouts(theirs), timeouts);
    assert.deepEqual(decodeTimeouts(decodeAttributes(Buffer.concat(encodeTimeouts(timeouts)))), {
      ...timeouts,
    });
    const read = answers('ipvsadm -L --timeout').map(decodeTimeouts);
    assert.deepEqual(
      read.filter((each) => each !== undefined),
      [timeouts],
    );
  });

  it('reads the kernel’s version and table size', () => {
    const read = answers('ipvsadm -Ln').map(decodeInfo);
    assert.deepEqual(read[0], { version: '1.2.1', connectionTableSize: 4096 });
  });

  it('meets the kernel’s refusals', () => {
    const { EEXIST, ENOENT, ESRCH } = constants.errno;
    const errno = (command: string, nth = 0) => {
      const last = exchange(FILE, command, nth).received.at(-1)!;
      assert.equal(last.type, NLMSG_ERROR);
      return decodeErrno(last.body);
    };
    assert.equal(errno('ipvsadm -A -t 192.0.2.1:80 -s rr', 1), EEXIST);
    assert.equal(errno('ipvsadm -a -t 192.0.2.1:80 -r 192.168.0.10:8080 -m'), EEXIST);
    assert.equal(errno('ipvsadm -A -t 192.0.2.1:81 -s nosuch'), ENOENT);
    assert.equal(errno('ipvsadm -d -t 192.0.2.1:80 -r 192.168.0.30:80', 1), ENOENT);
    assert.equal(errno('ipvsadm -D -f 5', 1), ESRCH);
    assert.equal(errno('ipvsadm --stop-daemon backup', 1), ESRCH);
  });

  it('gives nothing for answers that lack what identifies them', () => {
    const none = decodeAttributes(new Uint8Array(0));
    assert.equal(decodeService(none), undefined);
    assert.equal(decodeDestination(none, 4), undefined);
    assert.equal(decodeDaemon(none), undefined);
    assert.equal(decodeTimeouts(none), undefined);
    assert.equal(decodeInfo(none), undefined);
  });
});
