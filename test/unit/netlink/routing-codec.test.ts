/** Requests for routes and rules, compared with those of keepalived for the same configuration. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fromHex, toHex, viewOf } from '../../../src/base/bytes.js';
import type { Route, RoutingEntry, Rule } from '../../../src/base/routing.js';
import { LITTLE_ENDIAN } from '../../../src/netlink/attributes.js';
import {
  encodeDeleteRoute,
  encodeNewRoute,
  type LinkNames,
} from '../../../src/netlink/route-codec.js';
import { encodeDeleteRule, encodeNewRule } from '../../../src/netlink/rule-codec.js';
import type { NetlinkRequest } from '../../../src/netlink/socket.js';
import { vrrpSettings } from '../../../src/process/settings.js';
import { ROOT } from '../../support/root.js';
import { loadGood } from '../config/support.js';

interface Vectors {
  readonly configuration: Readonly<Record<string, readonly string[]>>;
  readonly requests: readonly {
    readonly type: string;
    readonly flags: number;
    readonly body: string;
  }[];
}

const vectors = JSON.parse(
  readFileSync(path.join(ROOT, 'test/vectors/netlink/routing-keepalived.json'), 'utf8'),
) as Vectors;

const LINKS: LinkNames = {
  indexOf: (name) => (name === 'v0' ? 3 : undefined),
  vrfTableOf: (name) => (name === 'blue' ? 1042 : undefined),
};

const TYPES: Readonly<Record<number, string>> = {
  24: 'RTM_NEWROUTE',
  25: 'RTM_DELROUTE',
  32: 'RTM_NEWRULE',
  33: 'RTM_DELRULE',
};
/** RTA_METRICS and RTA_ENCAP hold attributes; the order of attributes means nothing. */
const NESTED = new Set([8, 22]);
const ASKED = 0x0005;
const NLM_F_EXCL = 0x200;

function attributes(bytes: Uint8Array, of: 'route' | 'rule' | 'nest'): string[] {
  const view = viewOf(bytes);
  const found: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    const type = view.getUint16(at + 2, LITTLE_ENDIAN) & 0x3fff;
    const value = bytes.subarray(at + 4, at + length);
    at += (length + 3) & ~3;
    // `0.0.0.0/0`: no address says the same.
    if (of !== 'nest' && type <= 2 && value.every((byte) => byte === 0)) continue;
    found.push(
      of === 'route' && NESTED.has(type)
        ? `${type}(${attributes(value, 'nest').join(' ')})`
        : `${type}=${toHex(of === 'nest' ? withoutEnd(type, value) : value)}`,
    );
  }
  return found.sort();
}

/** The algorithm of congestion control (RTAX_CC_ALGO) with or without a closing zero. */
function withoutEnd(type: number, value: Uint8Array): Uint8Array {
  return type === 16 && value.at(-1) === 0 ? value.subarray(0, -1) : value;
}

/** A request as text, without what makes no difference. */
function canonical(type: string, flags: number, body: Uint8Array): string {
  const isRoute = type.endsWith('ROUTE');
  const words = attributes(body.subarray(12), isRoute ? 'route' : 'rule');
  // Of a route to nowhere there is no other that could be its equal and not the same.
  const meant = isRoute && (body[7] ?? 0) >= 6 ? flags & ~NLM_F_EXCL : flags;
  return `${type} ${(meant & ~ASKED).toString(16)} ${toHex(body.subarray(0, 12))} ${words.join(' ')}`;
}

function ofRequest(request: NetlinkRequest | { readonly missing: string }): string {
  assert.ok(!('missing' in request));
  return canonical(TYPES[request.type] ?? '', request.flags ?? 0, request.body);
}

function entries(): RoutingEntry[] {
  const { configuration } = vectors;
  const block = (name: string): string =>
    `${name} {\n${(configuration[name] ?? []).join('\n')}\n}\n`;
  const settings = vrrpSettings(
    loadGood(
      `track_group TG { group { VI_1 } }\n${block('static_routes')}${block('static_rules')}vrrp_instance VI_1 {
interface v0
virtual_router_id 5
virtual_ipaddress {
10.8.0.10/24
}
${block('virtual_routes')}${block('virtual_rules')}}`,
    ),
  );
  return [...(settings.statics?.routing ?? []), ...(settings.instances[0]?.routing ?? [])];
}

const plain: Route = {
  family: 4,
  type: 'unicast',
  destination: { address: '10.0.0.0', prefixLength: 8 },
  gateway: '192.0.2.1',
  interface: 'v0',
  nextHops: [],
  table: 254,
  protocol: 18,
  metrics: {},
  placement: 'prepend',
};

describe('netlink: routes and rules', () => {
  it('asks for what keepalived asks for', () => {
    const ours = entries().map((entry) =>
      ofRequest(
        entry.kind === 'rule' ? encodeNewRule(entry.rule) : encodeNewRoute(entry.route, LINKS),
      ),
    );
    const theirs = vectors.requests.map(({ type, flags, body }) =>
      canonical(type, flags, fromHex(body)),
    );
    const onlyOurs = ours.filter((each) => !theirs.includes(each));
    const onlyTheirs = theirs.filter((each) => !ours.includes(each));
    assert.ok(theirs.length > 35);
    // 192.168.7.0/24 via A or B: keepalived's ways have no interface, which the kernel refuses;
    // and a rule with no_track has no protocol there.
    assert.deepEqual([onlyOurs.length, onlyTheirs.length], [2, 2], `${onlyOurs}\n${onlyTheirs}`);
    assert.deepEqual(
      onlyOurs.map((each) => each.split(' ')[0]),
      ['RTM_NEWROUTE', 'RTM_NEWRULE'],
    );
    assert.match(onlyTheirs[0] ?? '', / 1=c0a80700 /);
    assert.match(onlyTheirs[1] ?? '', / 2=c0a81e00 /);
  });

  it('deletes by all that it added', () => {
    const add = encodeNewRoute(plain, LINKS) as NetlinkRequest;
    const remove = encodeDeleteRoute(plain, LINKS) as NetlinkRequest;
    assert.equal(remove.type, 25);
    assert.equal(remove.flags, 0);
    // A scope that was not given is any: RT_SCOPE_NOWHERE.
    assert.equal(remove.body[6], 255);
    assert.deepEqual(remove.body.subarray(12), add.body.subarray(12));
    const rule: Rule = {
      family: 4,
      action: { kind: 'table', table: 1000 },
      preference: 7,
      protocol: 18,
    };
    assert.deepEqual(encodeDeleteRule(rule).body, encodeNewRule(rule).body);
  });

  it('says where a route stands among its equals by flags', () => {
    const flags = (placement: Route['placement'], replace = false): number | undefined =>
      (encodeNewRoute({ ...plain, placement }, LINKS, replace) as NetlinkRequest).flags;
    assert.deepEqual(
      [flags('prepend'), flags('append'), flags('add'), flags('append', true)],
      [0x400, 0xc00, 0x600, 0x500],
    );
  });

  it('takes the table of a VRF, and says which interface is missing', () => {
    const { body } = encodeNewRoute({ ...plain, vrf: 'blue' }, LINKS) as NetlinkRequest;
    assert.equal(body[4], 0);
    assert.match(toHex(body), /08000f0012040000/);
    assert.deepEqual(encodeNewRoute({ ...plain, vrf: 'red' }, LINKS), { missing: 'red' });
    const hop = { interface: 'eth9', weight: 1 };
    assert.deepEqual(encodeNewRoute({ ...plain, nextHops: [hop] }, LINKS), { missing: 'eth9' });
  });

  it('has a router of another family in RTA_VIA, and labels with the bottom bit last', () => {
    const { body } = encodeNewRoute(
      { ...plain, gateway: 'fe80::1', encapsulation: { kind: 'mpls', labels: [16, 17] } },
      LINKS,
    ) as NetlinkRequest;
    // struct rtvia: AF_INET6, then the address.
    assert.match(toHex(body), /160012000a00fe800000000000000000000000000001/);
    // ip -f mpls's 16/17: 00010000 00011100, in RTA_ENCAP with the type MPLS (1).
    assert.match(toHex(body), /060015000100/);
    assert.match(toHex(body), /0c0001000001000000011100/);
  });
});
