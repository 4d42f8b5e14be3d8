/**
 * syslog(3) over the unix socket /dev/log, for a daemon without a console (RFC 3164 form, as libc
 * writes it). A daemon that cannot log goes on: lines are dropped.
 */
import { closeSocket, openUnixDatagramSocket, sendUnixDatagram } from '../packet-io/libc.js';

const SOCKET_PATH = '/dev/log';
/**
 * A log destination that sends each line to the system's log.
 *
 * @param ident the name before the process id, for example `Tandem_vrrp`.
 * @param facility of syslog(3), not shifted into place: LOG_DAEMON is 3.
 */
export function openSyslog(
  ident: string,
  facility: number,
): (severity: number, text: string) => void {
  let fd: number | undefined;
  return (severity, text) => {
    try {
      fd ??= openUnixDatagramSocket();
      const line = `<${(facility << 3) | severity}>${ident}[${process.pid}]: ${text}`;
      sendUnixDatagram(fd, SOCKET_PATH, Buffer.from(line));
    } catch {
      // No log socket, or its queue is full: nothing can be told to anybody.
      if (fd !== undefined) closeSocket(fd);
      fd = undefined;
    }
  };
}
