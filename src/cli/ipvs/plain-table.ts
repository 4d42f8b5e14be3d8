/** The kernel's table for `-Ln`: read and printed service by service, nothing kept. */

import { encodeServiceId, serviceFamily } from '../../ipvs/codec.js';
import {
  IPVS_CMD_GET_DEST,
  IPVS_CMD_GET_INFO,
  IPVS_CMD_GET_SERVICE,
  IPVS_GENL_NAME,
  IPVS_GENL_VERSION,
} from '../../ipvs/constants.js';
import type { IpvsInfo } from '../../ipvs/control-codec.js';
import { decodeInfo } from '../../ipvs/control-codec.js';
import { type ServiceId, serviceKey } from '../../ipvs/model.js';
import { PlainRows } from '../../ipvs/plain-rows.js';
import { decodeServiceRow, type ServiceRow } from '../../ipvs/rows.js';
import { type Attributes, decodeAttributes } from '../../netlink/attributes.js';
import { BlockingNetlink, type BlockingSocket } from '../../netlink/blocking.js';
import { NetlinkError } from '../../netlink/errors.js';
import { decodeFamily, encodeGeneric, familyRequest } from '../../netlink/generic.js';
import { renderHead, renderInfo, renderServiceLine, serviceName, sortServices } from './listing.js';
import { NUMERIC } from './names.js';
import { PlainLines } from './plain-lines.js';
import type { IpvsRequest, ListFormat } from './request.js';

/** Bytes of a generic netlink message before its attributes. */
const GENLMSGHDR = 4;

/** Whether this list can be printed by {@link PlainTable}. */
export function isPlainList(
  request: IpvsRequest,
): request is Extract<IpvsRequest, { kind: 'list-table' }> {
  if (request.kind !== 'list-table') return false;
  const { numeric, sorted: _, exact: __, ...others } = request.format;
  return numeric && Object.values(others).every((other) => !other);
}

/** Every method throws NetlinkError. */
export class PlainTable {
  readonly #netlink: BlockingNetlink;
  readonly #family: number;
  readonly #info: IpvsInfo;

  /** @throws {NetlinkError} there is no IPVS, or none for this user. */
  constructor(socket: BlockingSocket) {
    this.#netlink = new BlockingNetlink(socket);
    this.#family = this.#one(familyRequest(IPVS_GENL_NAME), decodeFamily);
    this.#info = this.#one(this.#request(IPVS_CMD_GET_INFO, [], 'IPVS_CMD_GET_INFO'), decodeInfo);
  }

  /** Prints the table; what was read before an error is printed. */
  print(format: ListFormat, write: (bytes: Uint8Array) => void): void {
    const lines = new PlainLines(write);
    lines.text(renderInfo(this.#info));
    try {
      const services = this.#services();
      lines.text(renderHead(format));
      const rows = new PlainRows();
      for (const row of format.sorted ? sortServices(services) : services) {
        const { id } = row.service;
        this.#destinations(id, rows);
        lines.text(`${renderServiceLine(row, serviceName(id, format, NUMERIC), format)}\n`);
        lines.destinations(rows, format.sorted);
      }
    } finally {
      lines.flush();
    }
  }

  close(): void {
    this.#netlink.close();
  }

  #services(): ServiceRow[] {
    let services: ServiceRow[] = [];
    const request = this.#request(IPVS_CMD_GET_SERVICE, [], 'IPVS_CMD_GET_SERVICE');
    this.#netlink.dump(request, () => {
      const fresh: ServiceRow[] = [];
      services = fresh;
      return (from, to) => {
        const row = decodeServiceRow(this.#attributes(from, to), false);
        if (row) fresh.push(row);
      };
    });
    return services;
  }

  #destinations(id: ServiceId, rows: PlainRows): void {
    const family = serviceFamily(id);
    const { view } = this.#netlink;
    const operation = `IPVS_CMD_GET_DEST ${serviceKey(id)}`;
    const each = (from: number, to: number): void => rows.decode(view, from, to, family);
    this.#netlink.dump(this.#request(IPVS_CMD_GET_DEST, [encodeServiceId(id)], operation), () => {
      rows.clear();
      return each;
    });
  }

  #request(command: number, attributes: readonly Uint8Array[], operation: string) {
    return {
      type: this.#family,
      body: encodeGeneric(command, IPVS_GENL_VERSION, attributes),
      operation,
    };
  }

  #one<T>(
    request: Parameters<BlockingNetlink['request']>[0],
    decode: (attributes: Attributes) => T | undefined,
  ): T {
    let found: T | undefined;
    this.#netlink.request(request, (from, to) => {
      found ??= decode(this.#attributes(from, to));
    });
    if (found === undefined) throw new NetlinkError('NETLINK_MALFORMED', request.operation);
    return found;
  }

  /** Views into what came last. */
  #attributes(from: number, to: number): Attributes {
    return decodeAttributes(this.#netlink.bytes.subarray(from + GENLMSGHDR, to));
  }
}
