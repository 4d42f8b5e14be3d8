/**
 * Destinations as rows of numbers in one array: what `ipvsadm -Ln` shows of them, decoded from where
 * they lie in the kernel's datagram, without an object for each of 100,000. Pure.
 */
import { findAttribute, LITTLE_ENDIAN } from '../netlink/attributes.js';
import { AF_INET6, NLA_TYPE_MASK } from '../netlink/constants.js';
import {
  IPVS_CMD_ATTR_DEST,
  IPVS_DEST_ATTR_ACTIVE_CONNS,
  IPVS_DEST_ATTR_ADDR,
  IPVS_DEST_ATTR_ADDR_FAMILY,
  IPVS_DEST_ATTR_FWD_METHOD,
  IPVS_DEST_ATTR_INACT_CONNS,
  IPVS_DEST_ATTR_PORT,
  IPVS_DEST_ATTR_WEIGHT,
} from './constants.js';

/** The columns. Numbers of 32 bits without a sign are to be read with `>>> 0`. */
export const FAMILY = 0;
export const PORT = 1;
/** Four words; of an IPv4 address the first, and the others are 0. */
export const ADDRESS = 2;
export const METHOD = 6;
export const WEIGHT = 7;
export const ACTIVE = 8;
export const INACTIVE = 9;
export const COLUMNS = 10;

const GENLMSGHDR = 4;
const NLATTR = 4;
const FIRST_ROOM = 256;

/** Rows of one service at a time; the room for them is kept. */
export class PlainRows {
  numbers = new Int32Array(FIRST_ROOM * COLUMNS);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /**
   * Adds the destination of a GET_DEST answer; nothing if there is none.
   *
   * @param from where the body begins, behind the netlink header.
   * @param family of the service, for kernels that do not tell the destination's.
   */
  decode(view: DataView, from: number, to: number, family: 4 | 6): void {
    const nested = findAttribute(view, from + GENLMSGHDR, to, IPVS_CMD_ATTR_DEST);
    if (nested < 0) return;
    const end = nested + view.getUint16(nested, LITTLE_ENDIAN);
    let at = nested + NLATTR;
    let address = -1;
    let port = -1;
    let own: number = family === 6 ? AF_INET6 : 0;
    let method = 0;
    let weight = 0;
    let active = 0;
    let inactive = 0;
    // Values are padded to four bytes: so many can be read of each.
    while (at + NLATTR + 4 <= end) {
      const length = view.getUint16(at, LITTLE_ENDIAN);
      if (length < NLATTR || at + length > end) break;
      const value = at + NLATTR;
      switch (view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK) {
        case IPVS_DEST_ATTR_ADDR:
          if (length === NLATTR + 16) address = value;
          break;
        case IPVS_DEST_ATTR_PORT:
          port = view.getUint16(value);
          break;
        case IPVS_DEST_ATTR_FWD_METHOD:
          method = view.getUint32(value, LITTLE_ENDIAN) & 7;
          break;
        case IPVS_DEST_ATTR_WEIGHT:
          weight = view.getInt32(value, LITTLE_ENDIAN);
          break;
        case IPVS_DEST_ATTR_ACTIVE_CONNS:
          active = view.getInt32(value, LITTLE_ENDIAN);
          break;
        case IPVS_DEST_ATTR_INACT_CONNS:
          inactive = view.getInt32(value, LITTLE_ENDIAN);
          break;
        case IPVS_DEST_ATTR_ADDR_FAMILY:
          own = view.getUint16(value, LITTLE_ENDIAN);
          break;
      }
      at += (length + 3) & ~3;
    }
    if (address < 0 || port < 0) return;
    const six = own === AF_INET6;
    const row = this.#next();
    const { numbers } = this;
    numbers[row + FAMILY] = six ? 6 : 4;
    numbers[row + PORT] = port;
    numbers[row + ADDRESS] = view.getInt32(address);
    numbers[row + ADDRESS + 1] = six ? view.getInt32(address + 4) : 0;
    numbers[row + ADDRESS + 2] = six ? view.getInt32(address + 8) : 0;
    numbers[row + ADDRESS + 3] = six ? view.getInt32(address + 12) : 0;
    numbers[row + METHOD] = method;
    numbers[row + WEIGHT] = weight;
    numbers[row + ACTIVE] = active;
    numbers[row + INACTIVE] = inactive;
  }

  /** Where the next row begins. */
  #next(): number {
    const at = this.count++ * COLUMNS;
    if (at + COLUMNS > this.numbers.length) {
      const larger = new Int32Array(2 * this.numbers.length);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    return at;
  }
}
