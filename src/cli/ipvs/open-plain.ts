/** A table for plain lists on a socket of this process's network namespace. */
import { NETLINK_GENERIC } from '../../netlink/constants.js';
import {
  closeSocket,
  openKernelSocket,
  receiveFromKernel,
  sendToKernel,
} from '../../packet-io/libc.js';
import { PlainTable } from './plain-table.js';

/** The kernel answers at once; this is for one that hangs. */
const SECONDS = 60;

/** @throws {NetlinkError | SystemCallError} there is no IPVS, or none for this user. */
export function openPlainTable(): PlainTable {
  const fd = openKernelSocket(NETLINK_GENERIC, SECONDS);
  try {
    return new PlainTable({
      send: (datagram) => sendToKernel(fd, datagram),
      receive: (into) => receiveFromKernel(fd, into),
      close: () => closeSocket(fd),
    });
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
}
