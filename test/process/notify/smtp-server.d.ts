/** As much of the package as the tests use: it brings no types of its own. */
declare module 'smtp-server' {
  import type { Server } from 'node:net';
  import type { Readable } from 'node:stream';

  interface Address {
    readonly address: string;
  }
  interface Session {
    readonly hostNameAppearsAs: string | false;
    readonly envelope: { readonly mailFrom: Address | false; readonly rcptTo: readonly Address[] };
  }
  type Callback = (error?: Error) => void;

  export class SMTPServer {
    constructor(options: {
      readonly authOptional: boolean;
      readonly disabledCommands?: readonly string[];
      onRcptTo(address: Address, session: Session, callback: Callback): void;
      onData(stream: Readable, session: Session, callback: Callback): void;
    });
    readonly server: Server;
    close(): void;
  }
}
