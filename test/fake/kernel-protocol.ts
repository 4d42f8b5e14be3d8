/** What the parts of the fake kernel share. */
import { constants } from 'node:os';

/** A message that a handler answers or notifies with. */
export interface FakeAnswer {
  readonly type: number;
  readonly body: Uint8Array;
}

/** What a protocol does with a request: answers, or throws {@link Errno}. */
export interface FakeProtocol {
  handle(type: number, flags: number, body: Uint8Array): FakeAnswer[];
  /** `RTM_NEWADDR`, `IPVS_CMD_NEW_SERVICE`: for FakeKernel.requests and faults. */
  nameOf(type: number, body: Uint8Array): string;
}

/** An error that a request is refused with. */
export class Errno extends Error {
  readonly errno: number;

  constructor(name: keyof typeof constants.errno) {
    super(name);
    this.errno = constants.errno[name];
  }
}
