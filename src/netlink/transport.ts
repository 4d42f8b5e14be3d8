/**
 * One netlink socket, datagrams in and out. The only file that imports the package `netlink`, of
 * which it uses the bottom layer alone: headers, attributes and errors are ours, because that
 * package's own requests lose the error number and end a dump at a notification.
 *
 * What one has to know of its native part (read in binding.cc of 0.3.0):
 * - `send` calls sendmsg(2) at once when nothing waits, so the kernel carries a request out before
 *   `send` returns; only the answer comes through the event loop.
 * - Closing it inside one of its own callbacks can end the process (it uses its poll watcher after
 *   the callback), so it is closed on a later turn.
 * - An exception that leaves a callback aborts the process without a word: it is thrown on a later
 *   turn instead, as any other uncaught one.
 * - A datagram that is longer than the buffer arrives as `truncatedMessage`.
 * - A receive buffer that overruns ends the process: the kernel raises ENOBUFS as POLLERR, and the
 *   handler for that throws a C++ exception (it makes a string of a null pointer). So an overrun
 *   must never be raised. A socket for requests cannot overrun, because a batch's answers fit into
 *   its buffer (see `receiveBuffer`) and a dump waits for its reader; a socket for notifications
 *   needs NETLINK_NO_ENOBUFS and looks at the kernel's count of losses instead ({@link overrunGuard}).
 */
import { constants } from 'node:os';
import { require } from '../base/packages.js';
import { type OverrunGuard, overrunGuard, type SocketOptions } from './overrun-guard.js';

const { RawNetlinkSocket } = require('netlink/dist/raw.js') as typeof import('netlink/dist/raw.js');

/** An open socket. */
export interface NetlinkTransport {
  /** Sends one datagram to the kernel; failures come to `onError`. Never throws. */
  send(datagram: Uint8Array): void;
  /** Closes it. No handler is called afterwards. */
  close(): void;
  /** Bytes of answers that can wait, counted as the kernel does. Without a real socket: any. */
  readonly receiveBuffer?: number;
}

export interface TransportHandlers {
  /** A datagram from the kernel (never from another process). The bytes are the receiver's. */
  onDatagram(datagram: Uint8Array): void;
  /**
   * The socket failed. `errno` is positive: ENOBUFS when datagrams were lost, EMSGSIZE when one
   * was cut; both leave the socket usable. Others may not.
   */
  onError(errno: number, message: string): void;
}

/** Opens a socket; throws what socket(2) and bind(2) give. A fake kernel brings its own. */
export type OpenTransport = (handlers: TransportHandlers) => NetlinkTransport;

export interface RawTransportOptions {
  /** A NETLINK_* protocol. */
  readonly protocol: number;
  /** RTMGRP_* mask of groups to join. */
  readonly groups?: number;
  /** Bytes of SO_RCVBUF; the kernel cuts it at net.core.rmem_max. */
  readonly receiveBuffer: number;
  /**
   * `dump`: one buffer of 32 KiB a datagram, which makes the kernel fill dumps up to it.
   * `exact`: look at the size first, one system call more: for notifications.
   */
  readonly receive: 'dump' | 'exact';
  /** Keeps an overrun from ending the process: for notifications. */
  readonly socketOptions?: SocketOptions;
  /** Told the descriptor of a socket with `socketOptions`, before anything is read from it. */
  readonly onDescriptor?: (fd: number) => void;
}

/** The most that netlink_recvmsg makes of a dump's datagram. */
const DUMP_BUFFER = 32_768;

/** A transport on a real socket. */
export function rawTransport(options: RawTransportOptions): OpenTransport {
  return (handlers) => {
    let open = true;
    const socket = new RawNetlinkSocket(options.protocol, {
      localGroups: options.groups ?? 0,
      recvBufferSize: options.receiveBuffer,
      sendBufferSize: options.receiveBuffer,
      ...(options.receive === 'dump'
        ? { messagePeeking: false, msgBufferSize: DUMP_BUFFER }
        : { messagePeeking: true }),
    });
    let guard: OverrunGuard | undefined;
    try {
      if (options.socketOptions) {
        guard = overrunGuard(options.socketOptions, options.protocol, socket.address().port);
        options.onDescriptor?.(guard.fd);
      }
    } catch (error) {
      setImmediate(() => socket.close());
      throw error;
    }
    let checking = false;
    /** What was lost was lost behind what is being read: look when that has been read. */
    const checkLosses = (): void => {
      checking = false;
      if (open && guard?.hasLost()) {
        handlers.onError(constants.errno.ENOBUFS, 'notifications were lost');
      }
    };
    const safely = (run: () => void): void => {
      if (!open) return;
      try {
        run();
      } catch (error) {
        setImmediate(() => {
          throw error;
        });
      }
    };
    const fail = (error: unknown): void => {
      const { errno, message } = error as { errno?: unknown; message?: unknown };
      const number = typeof errno === 'number' ? Math.abs(errno) : 0;
      safely(() => handlers.onError(number, String(message)));
    };
    socket.on('message', (datagram, sender) => {
      // Generic netlink lets any process send to us: only port 0 is the kernel.
      if (sender.port !== 0) return;
      if (guard && !checking) {
        checking = true;
        setImmediate(checkLosses);
      }
      safely(() => handlers.onDatagram(datagram));
    });
    socket.on('truncatedMessage', () => {
      const { EMSGSIZE } = constants.errno;
      safely(() => handlers.onError(EMSGSIZE, 'a datagram was longer than the buffer'));
    });
    socket.on('error', fail);
    return {
      receiveBuffer: socket.getRecvBufferSize(),
      send(datagram) {
        if (!open) return;
        try {
          socket.send(datagram, undefined, (error) => {
            if (error !== undefined) fail(error);
          });
        } catch (error) {
          fail(error);
        }
      },
      close() {
        if (!open) return;
        open = false;
        setImmediate(() => {
          socket.removeAllListeners();
          // What still comes up has no one to hear it; without a listener it would be thrown.
          socket.on('error', () => {});
          socket.close();
        });
      },
    };
  };
}
