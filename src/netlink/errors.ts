/** What goes wrong on a netlink socket, typed. */
import { getSystemErrorMap } from 'node:util';
import { TandemError } from '../base/errors.js';

export type NetlinkErrorCode =
  /** The kernel refused the request; `errno` says why. */
  | 'NETLINK_REFUSED'
  /** No answer within the request's time. Whether it was carried out is not known. */
  | 'NETLINK_TIMEOUT'
  /** Answers were lost (ENOBUFS). Whether the request was carried out is not known. */
  | 'NETLINK_OVERRUN'
  /** A dump was interrupted by changes more often than we were ready to repeat it. */
  | 'NETLINK_DUMP_INTERRUPTED'
  /** The answer cannot be understood. */
  | 'NETLINK_MALFORMED'
  /** The socket failed or could not be opened. */
  | 'NETLINK_SOCKET'
  /** The socket was closed by us while the request waited. */
  | 'NETLINK_CLOSED'
  /** The kernel has no generic netlink family IPVS. */
  | 'IPVS_NOT_IN_KERNEL';

/** An error of a netlink request. `errno` is 0 where the kernel had no part in it. */
export class NetlinkError extends TandemError {
  declare readonly code: NetlinkErrorCode;
  /** Positive error number as in errno(3). */
  readonly errno: number;
  /** Its name, `EEXIST`; empty without one. */
  readonly errnoName: string;
  /** What was asked, in the kernel header's words: `RTM_NEWADDR 192.0.2.1/24`. */
  readonly operation: string;

  constructor(code: NetlinkErrorCode, operation: string, errno = 0, detail?: string) {
    const [name, text] = describeErrno(errno);
    const why = detail ?? (errno === 0 ? code : `${text} (${name})`);
    super(code, `${operation}: ${why}`, { operation, errno, errnoName: name });
    this.name = 'NetlinkError';
    this.errno = errno;
    this.errnoName = name;
    this.operation = operation;
  }

  /** Whether the kernel answered with this error. */
  is(errnoName: string): boolean {
    return this.errnoName === errnoName;
  }
}

/** An error number's name and words: `['EEXIST', 'file already exists']`. */
function describeErrno(errno: number): readonly [string, string] {
  if (errno === 0) return ['', ''];
  return getSystemErrorMap().get(-errno) ?? [EXTRA[errno] ?? `errno ${errno}`, 'error'];
}

/** Error numbers of asm-generic/errno.h that libuv has no name for and the kernel answers here. */
const EXTRA: Readonly<Record<number, string>> = { 33: 'EDOM', 42: 'ENOMSG', 61: 'ENODATA' };
