/** The part of the `raw-socket` package that is used; it brings no types of its own. */
declare module 'raw-socket' {
  import { EventEmitter } from 'node:events';

  namespace raw {
    class Socket extends EventEmitter {
      constructor(options: { protocol: number; addressFamily: 1 | 2; bufferSize?: number });
      setOption(level: number, option: number, value: Buffer, length: number): void;
      close(): this;
      /** Called when there is something to receive; the package's own emits `message`. */
      onRecvReady(): void;
    }
    const AddressFamily: { readonly IPv4: 1; readonly IPv6: 2 };
  }
  export = raw;
}
