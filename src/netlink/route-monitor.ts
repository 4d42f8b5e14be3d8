/**
 * Hears when a route or a rule of ours is removed. On a router with many routes their comings and
 * goings would wake us all the time, so that a filter in the kernel lets through only what is about
 * removed routes of keepalived's protocol number, and about removed rules, which are few.
 */
import { constants } from 'node:os';
import {
  NETLINK_ROUTE,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTMGRP_IPV4_ROUTE,
  RTMGRP_IPV4_RULE,
  RTMGRP_IPV6_ROUTE,
  RTMGRP_IPV6_RULE,
  RTPROT_KEEPALIVED,
} from './constants.js';
import { decodeMessages } from './message.js';
import type { SocketOptions } from './overrun-guard.js';
import { type NetlinkTransport, rawTransport } from './transport.js';

/** struct sock_filter: code, jt, jf, k. */
export type FilterInstruction = readonly [number, number, number, number];

/** linux/bpf_common.h */
const LD_B_ABS = 0x30;
const JEQ_K = 0x15;
const RET_K = 0x06;
/** The lower half of nlmsg_type, and rtm_protocol: bytes of the message. */
const TYPE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 4 : 5;
const PROTOCOL = 16 + 5;

/** Lets through what {@link RouteMonitor} is interested in. */
export const REMOVALS: readonly FilterInstruction[] = [
  [LD_B_ABS, 0, 0, TYPE],
  [JEQ_K, 3, 0, RTM_DELRULE],
  [JEQ_K, 0, 3, RTM_DELROUTE],
  [LD_B_ABS, 0, 0, PROTOCOL],
  [JEQ_K, 0, 1, RTPROT_KEEPALIVED],
  [RET_K, 0, 0, 0xffff_ffff],
  [RET_K, 0, 0, 0],
];

const RECEIVE_BUFFER = 1_048_576;

export interface RouteMonitorOptions {
  readonly socketOptions: SocketOptions;
  /** SO_ATTACH_FILTER (packet(7)): throws what setsockopt(2) gives. */
  readonly attachFilter: (fd: number, program: readonly FilterInstruction[]) => void;
}

export class RouteMonitor {
  readonly #transport: NetlinkTransport;

  /**
   * @param onRemoved something was removed, or notifications were lost. Called once for many.
   * @throws what socket(2), bind(2) and `attachFilter` give.
   */
  constructor(onRemoved: () => void, options: RouteMonitorOptions) {
    let told = false;
    const tell = (): void => {
      if (told) return;
      told = true;
      setImmediate(() => {
        told = false;
        onRemoved();
      });
    };
    const open = rawTransport({
      protocol: NETLINK_ROUTE,
      groups: RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE | RTMGRP_IPV6_RULE,
      receiveBuffer: RECEIVE_BUFFER,
      receive: 'exact',
      socketOptions: options.socketOptions,
      onDescriptor: (fd) => options.attachFilter(fd, REMOVALS),
    });
    this.#transport = open({
      onDatagram: (datagram) => {
        // What came before the filter was there is not filtered.
        for (const { type } of decodeMessages(datagram)) {
          if (type === RTM_DELROUTE || type === RTM_DELRULE) tell();
        }
      },
      onError: (errno) => {
        if (errno === constants.errno.ENOBUFS || errno === constants.errno.EMSGSIZE) tell();
        // Otherwise the regular passes find what is missing.
        else this.close();
      },
    });
  }

  close(): void {
    this.#transport.close();
  }
}
