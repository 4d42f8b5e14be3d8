/**
 * Rules of policy routing as messages of rtnetlink(7): RTM_NEWRULE and RTM_DELRULE. Pure.
 *
 * ```
 *   struct fib_rule_hdr: u8 family | u8 dst_len | u8 src_len | u8 tos | u8 table | u8 0 | u8 0 |
 *                        u8 action | u32 flags | attributes FRA_*
 * ```
 */
import { viewOf } from '../base/bytes.js';
import { ipToBytes } from '../base/ip.js';
import { describeRouting, type NumberRange, type Rule } from '../base/routing.js';
import { attribute, concat, LITTLE_ENDIAN, text, u8, u16, u32 } from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELRULE,
  RTM_NEWRULE,
} from './constants.js';
import { be64, realms } from './route-codec.js';
import type { NetlinkRequest } from './socket.js';

/** linux/fib_rules.h */
const FRA_DST = 1;
const FRA_SRC = 2;
const FRA_IIFNAME = 3;
const FRA_GOTO = 4;
const FRA_PRIORITY = 6;
const FRA_FWMARK = 10;
const FRA_FLOW = 11;
const FRA_TUN_ID = 12;
const FRA_SUPPRESS_IFGROUP = 13;
const FRA_SUPPRESS_PREFIXLEN = 14;
const FRA_TABLE = 15;
const FRA_FWMASK = 16;
const FRA_OIFNAME = 17;
const FRA_L3MDEV = 19;
const FRA_UID_RANGE = 20;
const FRA_PROTOCOL = 21;
const FRA_IP_PROTO = 22;
const FRA_SPORT_RANGE = 23;
const FRA_DPORT_RANGE = 24;
const FIB_RULE_INVERT = 2;

/** FR_ACT_* */
const ACTIONS = {
  table: 1,
  l3mdev: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;

/** Adds a rule: EEXIST if one that is the same in everything is there (rule_exists). */
export function encodeNewRule(rule: Rule): NetlinkRequest {
  return encode(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
}

/** Deletes just this rule: ENOENT if it is not there. */
export function encodeDeleteRule(rule: Rule): NetlinkRequest {
  return encode(RTM_DELRULE, 0, rule);
}

function encode(type: number, flags: number, rule: Rule): NetlinkRequest {
  const { action, from, to } = rule;
  const table = action.kind === 'table' ? action.table : 0;
  const head = new Uint8Array(12);
  head[0] = rule.family === 4 ? AF_INET : AF_INET6;
  head[1] = to?.prefixLength ?? 0;
  head[2] = from?.prefixLength ?? 0;
  head[3] = rule.tos ?? 0;
  head[4] = table < 256 ? table : 0;
  head[7] = ACTIONS[action.kind];
  viewOf(head).setUint32(8, rule.invert ? FIB_RULE_INVERT : 0, LITTLE_ENDIAN);
  const parts: Uint8Array[] = [head];
  const optional = <T>(value: T | undefined, part: (value: T) => Uint8Array): void => {
    if (value !== undefined) parts.push(part(value));
  };
  if (from && from.prefixLength > 0) parts.push(attribute(FRA_SRC, ipToBytes(from.address)));
  if (to && to.prefixLength > 0) parts.push(attribute(FRA_DST, ipToBytes(to.address)));
  parts.push(u32(FRA_PRIORITY, rule.preference));
  if (table >= 256) parts.push(u32(FRA_TABLE, table));
  if (action.kind === 'goto') parts.push(u32(FRA_GOTO, action.target));
  if (action.kind === 'l3mdev') parts.push(u8(FRA_L3MDEV, 1));
  optional(rule.firewallMark?.mark, (mark) => u32(FRA_FWMARK, mark));
  optional(rule.firewallMark?.mask, (mask) => u32(FRA_FWMASK, mask));
  optional(rule.realms, (value) => realms(FRA_FLOW, value));
  optional(rule.suppressPrefixLength, (value) => u32(FRA_SUPPRESS_PREFIXLEN, value));
  optional(rule.suppressGroup, (value) => u32(FRA_SUPPRESS_IFGROUP, value));
  optional(rule.incomingInterface, (name) => text(FRA_IIFNAME, name));
  optional(rule.outgoingInterface, (name) => text(FRA_OIFNAME, name));
  optional(rule.tunnelId, (id) => be64(FRA_TUN_ID, id));
  optional(rule.userIds, ({ from: first, to: last }) =>
    attribute(FRA_UID_RANGE, concat([u32(0, first).subarray(4), u32(0, last).subarray(4)])),
  );
  parts.push(u8(FRA_PROTOCOL, rule.protocol));
  optional(rule.ipProtocol, (value) => u8(FRA_IP_PROTO, value));
  optional(rule.sourcePorts, (range) => ports(FRA_SPORT_RANGE, range));
  optional(rule.destinationPorts, (range) => ports(FRA_DPORT_RANGE, range));
  const word = type === RTM_NEWRULE ? 'RTM_NEWRULE' : 'RTM_DELRULE';
  const operation = `${word} ${describeRouting({ kind: 'rule', rule })}`;
  return { type, flags, body: concat(parts), operation };
}

/** struct fib_rule_port_range */
function ports(type: number, { from, to }: NumberRange): Uint8Array {
  return attribute(type, concat([u16(0, from).subarray(4, 6), u16(0, to).subarray(4, 6)]));
}
