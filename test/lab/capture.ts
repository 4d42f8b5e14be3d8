/**
 * A capture on a segment, taken in the switch by tcpdump: VRRP, ARP, neighbour advertisements, and what
 * the VIP answers to those who knock at it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sleep, wallToMonotonic } from './clock.js';
import { allowance } from './noise.js';
import { type Overlap, type Ownership, overlaps, ownerships, succession } from './ownership.js';
import {
  type AdvertFrame,
  type AnswerFrame,
  type ArpFrame,
  type Frame,
  type NeighbourFrame,
  PcapReader,
} from './pcap.js';
import { inNetns, run } from './program.js';

const START_TIMEOUT_MS = 10_000;

export class Capture {
  readonly #child: ChildProcess;
  readonly #file: string;
  readonly #nameOf: (mac: string) => string;
  readonly #reader = new PcapReader(wallToMonotonic());
  /** Bounded by the time that a lab is open. */
  readonly #frames: Frame[] = [];
  #readBytes = 0;

  private constructor(child: ChildProcess, file: string, nameOf: (mac: string) => string) {
    this.#child = child;
    this.#file = file;
    this.#nameOf = nameOf;
  }

  /** Starts one; resolves when it listens. */
  static async start(
    netns: string,
    segment: string,
    file: string,
    vip: string,
    nameOf: (mac: string) => string,
  ): Promise<Capture> {
    const [program = 'tcpdump', ...words] = inNetns(netns, [
      ...['tcpdump', '-i', segment, '-w', file, '-U', '--immediate-mode', '-s', '256'],
      ...['-Z', 'root', `proto 112 or arp or icmp6 or (icmp and src host ${vip})`],
    ]);
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.unref();
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`tcpdump does not start: ${said}`)),
        START_TIMEOUT_MS,
      );
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`tcpdump: ${said}`)));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (!said.includes('listening on')) return;
        clearTimeout(timer);
        resolve();
      });
    });
    (child.stderr as unknown as { unref?: () => void }).unref?.();
    return new Capture(child, file, nameOf);
  }

  /** Everything seen so far, oldest first. */
  frames(since = 0): Frame[] {
    // Only what is new: reading all of a long capture again takes tens of milliseconds, in which
    // nothing else runs on the lab's one processor.
    const fd = openSync(this.#file, 'r');
    try {
      const bytes = Buffer.alloc(fstatSync(fd).size - this.#readBytes);
      const read = readSync(fd, bytes, 0, bytes.length, this.#readBytes);
      this.#readBytes += read;
      this.#frames.push(...this.#reader.push(bytes.subarray(0, read)));
    } finally {
      closeSync(fd);
    }
    return this.#frames.filter(({ at }) => at >= since);
  }

  /** Adverts, of all hosts or of one. */
  adverts(host?: string, since = 0): AdvertFrame[] {
    return this.frames(since).filter(
      (frame): frame is AdvertFrame =>
        frame.kind === 'advert' && (host === undefined || this.#nameOf(frame.mac) === host),
    );
  }

  /** Gratuitous ARP for an address. */
  announcements(address: string, host?: string, since = 0): ArpFrame[] {
    return this.frames(since).filter(
      (frame): frame is ArpFrame =>
        frame.kind === 'arp' &&
        frame.gratuitous &&
        frame.senderIp === address &&
        (host === undefined || this.#nameOf(frame.mac) === host),
    );
  }

  /** Unsolicited neighbour advertisements for an IPv6 address. */
  neighbours(address: string, host?: string, since = 0): NeighbourFrame[] {
    return this.frames(since).filter(
      (frame): frame is NeighbourFrame =>
        frame.kind === 'neighbour' &&
        frame.target === address &&
        (host === undefined || this.#nameOf(frame.mac) === host),
    );
  }

  /** What an address answered to knocks. */
  answers(address: string, host?: string, since = 0): AnswerFrame[] {
    return this.frames(since).filter(
      (frame): frame is AnswerFrame =>
        frame.kind === 'answer' &&
        frame.source === address &&
        (host === undefined || this.#nameOf(frame.mac) === host),
    );
  }

  /** Who owned the address, span by span. `advertInterval` in ms. */
  owners(address: string, advertInterval: number, since = 0): Ownership[] {
    return ownerships(this.frames(since), address, this.#nameOf, advertInterval * 1.5);
  }

  /** The owners one after the other, see {@link succession}. */
  succession(address: string, advertInterval: number, since = 0): string[] {
    return succession(this.owners(address, advertInterval, since), isExcused);
  }

  /**
   * Times at which two hosts claimed the address: empty, or something is wrong. Both run on the lab's one
   * processor: what the loser says while the winner has it is none of them.
   */
  conflicts(address: string, advertInterval: number, since = 0): Overlap[] {
    return overlaps(this.owners(address, advertInterval, since)).filter((overlap) => {
      const to = overlap.from + overlap.length;
      return !isExcused(to - overlap.since, to);
    });
  }

  /** What was on the wire between two instants, one line a frame, times after the first. */
  excerpt(from: number, to: number): string {
    return this.frames(from)
      .filter(({ at }) => at <= to)
      .map((frame) => {
        const at = (frame.at - from).toFixed(1).padStart(8);
        return `${at} ms  ${this.#nameOf(frame.mac)}: ${describe(frame)}`;
      })
      .join('\n');
  }

  /** The last frames as tcpdump prints them. */
  async text(lines = 60): Promise<string> {
    const filter = 'not icmp';
    const printed = await run(['tcpdump', '-n', '-e', '-tttt', '-v', '-r', this.#file, filter]);
    return printed.stdout.trimEnd().split('\n').slice(-lines).join('\n');
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGINT');
    for (let i = 0; i < 100 && this.#child.exitCode === null; i++) await sleep(10);
    this.#child.kill('SIGKILL');
  }
}

/** For the lab's one processor, ms. Who claims for longer did hear, or never will. */
const LONGEST_WAIT = 100;

/** Whether a loser that waited for the processor may not have heard of the winner yet. */
function isExcused(from: number, to: number): boolean {
  return to - from <= Math.min(LONGEST_WAIT, allowance(from, to));
}

function describe(frame: Frame): string {
  switch (frame.kind) {
    case 'advert':
      return `advert vrid ${frame.vrid} priority ${frame.priority}`;
    case 'arp':
      return `ARP ${frame.operation}, sender ${frame.senderIp}, target ${frame.targetIp}`;
    case 'neighbour':
      return `neighbour advertisement of ${frame.target}`;
    case 'answer':
      return `${frame.source} answers a knock`;
  }
}
