/**
 * UDP ports on which the kernel takes packets that are tunnelled in GUE (linux/fou.h), read and
 * changed over generic netlink.
 */
import type { Family } from '../base/ip.js';
import { be16, decodeAttributes, u8 } from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  FOU_ATTR_AF,
  FOU_ATTR_PORT,
  FOU_ATTR_TYPE,
  FOU_CMD_ADD,
  FOU_CMD_DEL,
  FOU_CMD_GET,
  FOU_ENCAP_GUE,
  FOU_GENL_NAME,
  FOU_GENL_VERSION,
} from './constants.js';
import { decodeGeneric, encodeGeneric, genericTransport, resolveFamily } from './genl.js';
import { NetlinkSocket, type NetlinkSocketOptions } from './socket.js';
import type { OpenTransport } from './transport.js';

/** A port, and the family of the packets that carry the others. */
export interface GuePort {
  readonly port: number;
  readonly family: Family;
}

const RECEIVE_BUFFER = 65_536;

/** Every method rejects with NetlinkError. */
export class FouClient {
  readonly #socket: NetlinkSocket;
  readonly #family: number;

  private constructor(socket: NetlinkSocket, family: number) {
    this.#socket = socket;
    this.#family = family;
  }

  /**
   * @param options.transport a fake kernel in tests.
   * @throws {NetlinkError} ENOENT: the module `fou` is not loaded.
   */
  static async open(
    options: NetlinkSocketOptions & { readonly transport?: OpenTransport } = {},
  ): Promise<FouClient> {
    const { transport = genericTransport(RECEIVE_BUFFER) } = options;
    const socket = new NetlinkSocket(transport, options);
    try {
      return new FouClient(socket, await resolveFamily(socket, FOU_GENL_NAME));
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** The ports of type GUE. */
  async read(): Promise<GuePort[]> {
    const messages = await this.#socket.dump({
      type: this.#family,
      body: encodeGeneric(FOU_CMD_GET, FOU_GENL_VERSION, []),
      operation: 'FOU_CMD_GET',
    });
    return messages.flatMap(({ body }) => {
      const generic = decodeGeneric(body);
      if (!generic) return [];
      const attributes = decodeAttributes(generic.attributes);
      const port = attributes.be16(FOU_ATTR_PORT);
      if (port === undefined || attributes.u8(FOU_ATTR_TYPE) !== FOU_ENCAP_GUE) return [];
      return [{ port, family: attributes.u8(FOU_ATTR_AF) === AF_INET6 ? 6 : 4 }];
    });
  }

  /** EADDRINUSE: something else has the port. */
  async add(port: GuePort): Promise<void> {
    await this.#change(FOU_CMD_ADD, 'FOU_CMD_ADD', port, [u8(FOU_ATTR_TYPE, FOU_ENCAP_GUE)]);
  }

  async delete(port: GuePort): Promise<void> {
    await this.#change(FOU_CMD_DEL, 'FOU_CMD_DEL', port, []);
  }

  close(): void {
    this.#socket.close();
  }

  async #change(
    command: number,
    name: string,
    { port, family }: GuePort,
    more: readonly Uint8Array[],
  ): Promise<void> {
    await this.#socket.request({
      type: this.#family,
      body: encodeGeneric(command, FOU_GENL_VERSION, [
        be16(FOU_ATTR_PORT, port),
        u8(FOU_ATTR_AF, family === 4 ? AF_INET : AF_INET6),
        ...more,
      ]),
      operation: `${name} ${port}`,
    });
  }
}
