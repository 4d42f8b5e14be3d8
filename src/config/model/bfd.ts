/** `bfd_instance`: a neighbour that is watched by bidirectional forwarding detection (RFC 5880). */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Located } from './common.js';

export interface BfdInstanceConfig extends Located {
  readonly name: string;
  readonly neighbor: Ip;
  /** `undefined`: the kernel chooses. */
  readonly source?: Ip;
  readonly minRx: Micros;
  readonly minTx: Micros;
  /** The interval while the session is down. */
  readonly idleTx: Micros;
  readonly multiplier: number;
  readonly passive: boolean;
  /** TTL or hop limit of what is sent. */
  readonly ttl: number;
  /** How many hops a packet may have come; 255: any, -1: as 255. */
  readonly maxHops: number;
  readonly multihop: boolean;
  /** Default of `track_bfd`. */
  readonly weight: number;
  readonly reverse: boolean;
  /** Who is told. */
  readonly vrrp: boolean;
  readonly checker: boolean;
}
