/**
 * The kernel's process connector (linux/connector.h, linux/cn_proc.h): what it is asked and what it
 * tells. Pure.
 *
 * ```
 *   struct nlmsghdr      16 bytes
 *   struct cn_msg        u32 idx | u32 val | u32 seq | u32 ack | u16 len | u16 flags
 *   to the kernel        u32 PROC_CN_MCAST_LISTEN
 *   from the kernel      u32 what | u32 cpu | u64 timestamp | data
 *     NONE (answer)      u32 err
 *     FORK               s32 parent_pid | parent_tgid | child_pid | child_tgid
 *     EXEC, EXIT, COMM   s32 process_pid | process_tgid | COMM: 16 bytes of name
 * ```
 */
import { viewOf } from '../base/bytes.js';
import { LITTLE_ENDIAN } from './attributes.js';
import { NLMSG_DONE } from './constants.js';
import { decodeMessages, encodeMessage } from './message.js';

/** linux/netlink.h */
export const NETLINK_CONNECTOR = 11;
/** linux/connector.h: the group and the value of processes. */
export const CN_IDX_PROC = 1;
const CN_VAL_PROC = 1;
/** linux/cn_proc.h */
const PROC_CN_MCAST_LISTEN = 1;
const PROC_EVENT_NONE = 0;
const PROC_EVENT_FORK = 1;
const PROC_EVENT_EXEC = 2;
const PROC_EVENT_COMM = 0x200;
const PROC_EVENT_EXIT = 0x80000000;

const CN_HEADER = 20;
const EVENT_HEADER = 16;
const NAME_LENGTH = 16;

/** What happened to a process; threads of one are left out. */
export type ProcessEvent =
  /** The answer to {@link encodeListen}: 0, or an errno(3). */
  | { readonly kind: 'listening'; readonly errno: number }
  | { readonly kind: 'forked'; readonly parent: number; readonly pid: number }
  | { readonly kind: 'executed'; readonly pid: number }
  | { readonly kind: 'renamed'; readonly pid: number; readonly name: string }
  | { readonly kind: 'ended'; readonly pid: number };

/** Asks for events from now on. Needs CAP_NET_ADMIN, and the first process and user namespace. */
export function encodeListen(): Uint8Array {
  const body = new Uint8Array(CN_HEADER + 4);
  const view = viewOf(body);
  view.setUint32(0, CN_IDX_PROC, LITTLE_ENDIAN);
  view.setUint32(4, CN_VAL_PROC, LITTLE_ENDIAN);
  view.setUint16(16, 4, LITTLE_ENDIAN);
  view.setUint32(CN_HEADER, PROC_CN_MCAST_LISTEN, LITTLE_ENDIAN);
  return encodeMessage({ type: NLMSG_DONE, flags: 0, sequence: 0, body });
}

/** The events of a datagram; what is of no interest, and what is too short, is left out. */
export function decodeProcessEvents(datagram: Uint8Array): ProcessEvent[] {
  return decodeMessages(datagram).flatMap(({ body }) => decodeEvent(body) ?? []);
}

function decodeEvent(body: Uint8Array): ProcessEvent | undefined {
  const at = CN_HEADER + EVENT_HEADER;
  if (body.length < at + 8) return undefined;
  const view = viewOf(body);
  if (view.getUint32(0, LITTLE_ENDIAN) !== CN_IDX_PROC) return undefined;
  const what = view.getUint32(CN_HEADER, LITTLE_ENDIAN);
  const first = view.getInt32(at, LITTLE_ENDIAN);
  const second = view.getInt32(at + 4, LITTLE_ENDIAN);
  switch (what) {
    case PROC_EVENT_NONE:
      return { kind: 'listening', errno: first };
    case PROC_EVENT_FORK: {
      if (body.length < at + 16) return undefined;
      const pid = view.getInt32(at + 8, LITTLE_ENDIAN);
      const isThread = pid !== view.getInt32(at + 12, LITTLE_ENDIAN);
      return isThread ? undefined : { kind: 'forked', parent: second, pid };
    }
    case PROC_EVENT_EXEC:
      return { kind: 'executed', pid: second };
    case PROC_EVENT_COMM: {
      if (first !== second || body.length < at + 8 + NAME_LENGTH) return undefined;
      const bytes = body.subarray(at + 8, at + 8 + NAME_LENGTH);
      const end = bytes.indexOf(0);
      const name = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
      return { kind: 'renamed', pid: first, name };
    }
    case PROC_EVENT_EXIT:
      return first === second ? { kind: 'ended', pid: first } : undefined;
    default:
      return undefined;
  }
}
