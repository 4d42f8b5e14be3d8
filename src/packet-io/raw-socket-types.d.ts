/** The part of the `raw-socket` package that is used; it brings no types of its own. */
declare module 'raw-socket' {
  import type { EventEmitter } from 'node:events';

  namespace raw {
    interface Socket extends EventEmitter {
      setOption(level: number, option: number, value: Buffer, length: number): void;
      send(
        buffer: Buffer,
        offset: number,
        length: number,
        address: string,
        afterCallback: (error: Error | null, bytes: number) => void,
      ): this;
      pauseRecv(): this;
      close(): this;
    }
    function createSocket(options: { protocol: number; bufferSize?: number }): Socket;
  }
  export = raw;
}
