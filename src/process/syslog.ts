/**
 * syslog(3) over the unix socket /dev/log, for a daemon without a console (RFC 3164 form, as libc
 * writes it). A daemon that cannot log goes on: lines are dropped.
 */
import { closeSocket, openUnixDatagramSocket, sendUnixDatagram } from '../packet-io/libc.js';

const SOCKET_PATH = '/dev/log';
/** LOG_DAEMON, keepalived's default facility, shifted into place. */
const FACILITY_DAEMON = 3 << 3;

/**
 * A log destination that sends each line to the system's log.
 *
 * @param ident the name before the process id, for example `Tandem_vrrp`.
 */
export function openSyslog(ident: string): (severity: number, text: string) => void {
  let fd: number | undefined;
  return (severity, text) => {
    try {
      fd ??= openUnixDatagramSocket();
      const line = `<${FACILITY_DAEMON | severity}>${ident}[${process.pid}]: ${text}`;
      sendUnixDatagram(fd, SOCKET_PATH, Buffer.from(line));
    } catch {
      // No log socket, or its queue is full: nothing can be told to anybody.
      if (fd !== undefined) closeSocket(fd);
      fd = undefined;
    }
  };
}
