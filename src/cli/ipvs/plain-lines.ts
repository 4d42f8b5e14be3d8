/**
 * The lines of `ipvsadm -Ln`, byte for byte those of listing.ts, written as bytes: a list of 100,000
 * real servers makes no text of each. Pure.
 */
import { ipFromBytes } from '../../base/ip.js';
import {
  ACTIVE,
  ADDRESS,
  COLUMNS,
  FAMILY,
  INACTIVE,
  METHOD,
  type PlainRows,
  PORT,
  WEIGHT,
} from '../../ipvs/plain-rows.js';
import { mergeSort } from './columns.js';
import { METHODS, NOTHING, SERVER_COLUMN } from './listing.js';
import { printIp } from './values.js';

/** What is written in one go. */
const CHUNK = 131_072;
/** The longest line: every number is as long as can be. */
const LINE = 160;

const SPACE = 0x20;
const ZERO = 0x30;
const DOT = 0x2e;
const COLON = 0x3a;
const MINUS = 0x2d;
const ARROW = Buffer.from('  -> ');
const WORDS = Array.from({ length: 8 }, (_, method) =>
  Buffer.from((METHODS[method] ?? NOTHING).padEnd(7)),
);

/** Collects lines; gives them on in large pieces that are to be used at once. */
export class PlainLines {
  readonly #bytes = Buffer.alloc(CHUNK);
  readonly #write: (bytes: Uint8Array) => void;
  #at = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** A text of ASCII. */
  text(text: string): void {
    if (text.length > CHUNK - this.#at) this.flush();
    if (text.length > CHUNK) this.#write(Buffer.from(text, 'latin1'));
    else this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  /** A service's destinations. */
  destinations(rows: PlainRows, sorted: boolean): void {
    const { numbers, count } = rows;
    if (!sorted) {
      for (let i = 0; i < count; i++) this.#destination(numbers, i * COLUMNS);
      return;
    }
    const order: number[] = [];
    for (let i = 0; i < count; i++) order.push(i * COLUMNS);
    for (const row of mergeSort(order, (a, b) => compareRows(numbers, a, b))) {
      this.#destination(numbers, row);
    }
  }

  /** Gives on what there is. */
  flush(): void {
    if (this.#at === 0) return;
    const bytes = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    this.#write(bytes);
  }

  #destination(numbers: Int32Array, row: number): void {
    if (this.#at > CHUNK - LINE) this.flush();
    const start = this.#at;
    this.#copy(ARROW);
    if (numbers[row + FAMILY] === 6) this.#text6(numbers, row);
    else {
      const address = numbers[row + ADDRESS] as number;
      this.#small(address >>> 24);
      this.#byte(DOT);
      this.#small((address >>> 16) & 0xff);
      this.#byte(DOT);
      this.#small((address >>> 8) & 0xff);
      this.#byte(DOT);
      this.#small(address & 0xff);
    }
    this.#byte(COLON);
    this.#number(numbers[row + PORT] as number);
    this.#padTo(start + ARROW.length + SERVER_COLUMN);
    this.#byte(SPACE);
    this.#copy(WORDS[numbers[row + METHOD] as number] as Uint8Array);
    this.#byte(SPACE);
    this.#column(numbers[row + WEIGHT] as number, 6);
    this.#byte(SPACE);
    this.#column((numbers[row + ACTIVE] as number) >>> 0, 10);
    this.#byte(SPACE);
    this.#column((numbers[row + INACTIVE] as number) >>> 0, 10);
    this.#byte(0x0a);
  }

  #text6(numbers: Int32Array, row: number): void {
    const address = Buffer.alloc(16);
    for (let i = 0; i < 4; i++) address.writeInt32BE(numbers[row + ADDRESS + i] as number, 4 * i);
    this.#at += this.#bytes.write(`[${printIp(ipFromBytes(address))}]`, this.#at, 'latin1');
  }

  #byte(byte: number): void {
    this.#bytes[this.#at++] = byte;
  }

  #copy(from: Uint8Array): void {
    for (let i = 0; i < from.length; i++) this.#bytes[this.#at++] = from[i] as number;
  }

  #padTo(at: number): void {
    while (this.#at < at) this.#bytes[this.#at++] = SPACE;
  }

  #column(value: number, width: number): void {
    const end = this.#at + width;
    this.#number(value);
    this.#padTo(end);
  }

  /** 0 to 255. */
  #small(value: number): void {
    if (value >= 100) this.#byte(ZERO + ((value / 100) | 0));
    if (value >= 10) this.#byte(ZERO + (((value / 10) | 0) % 10));
    this.#byte(ZERO + (value % 10));
  }

  #number(value: number): void {
    let rest = value;
    if (rest < 0) {
      this.#byte(MINUS);
      rest = -rest;
    }
    let digits = 1;
    for (let above = 10; above <= rest; above *= 10) digits++;
    this.#at += digits;
    for (let at = this.#at - 1, i = 0; i < digits; i++, at--) {
      this.#bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** ipvsadm's order, as in listing.ts: differences of 32 bits with a sign. */
function compareRows(numbers: Int32Array, a: number, b: number): number {
  const words = numbers[a + FAMILY] === 6 ? 4 : 1;
  for (let i = ADDRESS; i < ADDRESS + words; i++) {
    const difference = ((numbers[a + i] as number) - (numbers[b + i] as number)) | 0;
    if (difference !== 0) return difference;
  }
  return (numbers[a + PORT] as number) - (numbers[b + PORT] as number);
}
