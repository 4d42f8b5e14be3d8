/** nf_tables for rules that mostly nobody wants: its socket is opened when something is asked of it. */
import type { NftKernel } from '../kernel/owned-tables.js';
import { type NfTablesClient, openNfTables } from '../netlink/nf-client.js';

export class LazyNfTables implements NftKernel {
  readonly #open: () => NfTablesClient;
  #client: NfTablesClient | undefined;

  /** @param open opens the socket in the network namespace that is meant. */
  constructor(open: () => NfTablesClient = () => openNfTables()) {
    this.#open = open;
  }

  readonly replace: NftKernel['replace'] = (tables) => this.#opened().replace(tables);
  readonly remove: NftKernel['remove'] = (family, name) => this.#opened().remove(family, name);
  readonly generation: NftKernel['generation'] = () => this.#opened().generation();
  readonly contents: NftKernel['contents'] = (table) => this.#opened().contents(table);

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #opened(): NfTablesClient {
    this.#client ??= this.#open();
    return this.#client;
  }
}
