/** Tables of nf_tables, replaced as a whole and looked at, over nfnetlink. */
import { viewOf } from '../base/bytes.js';
import { decodeAttributes, LITTLE_ENDIAN } from './attributes.js';
import {
  BATCH,
  encodeDeleteTable,
  encodeGetElements,
  encodeGetGeneration,
  encodeGetRules,
  encodeNewTable,
  encodeTable,
  NETLINK_NETFILTER,
  NFGENMSG,
  NFTA_ELEMENTS,
  NFTA_GEN_ID,
  type NftTable,
  type TableFamily,
} from './nf-tables.js';
import { NetlinkSocket } from './socket.js';
import { type OpenTransport, rawTransport } from './transport.js';

const RECEIVE_BUFFER = 1_048_576;
/** A change of rules may have to load modules. */
const TIMEOUT_MILLIS = 10_000;
const BATCH_BYTES = 160_000;
const MESSAGE_HEADER = 16;

/** What a table really has. */
export interface TableContents {
  readonly rules: number;
  /** Elements by set, those of an unknown set are not read. */
  readonly elements: ReadonlyMap<string, number>;
}

/** Opens a socket for requests. @throws {NetlinkError} NETLINK_SOCKET. */
export function openNfTables(transport?: OpenTransport): NfTablesClient {
  const open =
    transport ??
    rawTransport({ protocol: NETLINK_NETFILTER, receiveBuffer: RECEIVE_BUFFER, receive: 'dump' });
  return new NfTablesClient(new NetlinkSocket(open, { timeoutMillis: TIMEOUT_MILLIS }));
}

/** Every method rejects with NetlinkError. */
export class NfTablesClient {
  readonly #socket: NetlinkSocket;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /**
   * Puts a table in the place of that of the same name, at once; sets that are very large are filled
   * a little later.
   */
  async replace(tables: readonly NftTable[]): Promise<void> {
    const requests = tables.flatMap((table) => [
      // Removing what is not there is refused, adding what is there is not.
      encodeNewTable(table.family, table.name),
      encodeDeleteTable(table.family, table.name),
      ...encodeTable(table),
    ]);
    for (const batch of inBatches(requests)) await this.#atomically('replace tables', batch);
  }

  /** Removes a table; that it is not there is no mistake. */
  async remove(family: TableFamily, name: string): Promise<void> {
    await this.#atomically('remove table', [
      encodeNewTable(family, name),
      encodeDeleteTable(family, name),
    ]);
  }

  /** A number that changes with each change of any rule. */
  async generation(): Promise<number | undefined> {
    const [answer] = await this.#socket.request(encodeGetGeneration());
    return answer && decodeAttributes(answer.body.subarray(NFGENMSG)).be32(NFTA_GEN_ID);
  }

  /** How much of a table is there. */
  async contents({ family, name, sets }: NftTable): Promise<TableContents> {
    const rules = await this.#socket.dump(encodeGetRules(family, name));
    const elements = new Map<string, number>();
    for (const set of sets) {
      const messages = await this.#socket.dump(encodeGetElements(family, name, set.name));
      const counts = messages.map(({ body }) => {
        const list = decodeAttributes(body.subarray(NFGENMSG)).bytes(NFTA_ELEMENTS);
        return list ? countAttributes(list) : 0;
      });
      elements.set(
        set.name,
        counts.reduce((sum, count) => sum + count, 0),
      );
    }
    return { rules: rules.length, elements };
  }

  close(): void {
    this.#socket.close();
  }

  #atomically(what: string, requests: Parameters<NetlinkSocket['atomically']>[2]): Promise<void> {
    return this.#socket.atomically(what, BATCH.begin, requests, BATCH.end);
  }
}

/** Requests in datagrams that fit into a socket's buffer: net.core.wmem_max is 212992 as a rule. */
function inBatches<Request extends { readonly body?: Uint8Array }>(
  requests: readonly Request[],
): Request[][] {
  const batches: Request[][] = [];
  let bytes = BATCH_BYTES;
  for (const request of requests) {
    const length = (request.body?.length ?? 0) + MESSAGE_HEADER;
    if (bytes + length > BATCH_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(request);
    bytes += length;
  }
  return batches;
}

/** How many attributes a list has; all are of one type, so that a decoded list would hold one. */
function countAttributes(list: Uint8Array): number {
  const view = viewOf(list);
  let count = 0;
  for (let at = 0; at + 4 <= list.length; count++) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < 4) break;
    at += (length + 3) & ~3;
  }
  return count;
}
