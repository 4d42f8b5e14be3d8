/** Whether a route or rule is one of IPv4 or of IPv6: its words may say so more than once. */
import { type Family, familyOf, type Ip } from '../../base/ip.js';
import type { EntryOptions, EntryWords } from '../grammar/entry.js';
import type { Prefix } from '../model/index.js';
import type { Position, Statement } from '../text/source.js';
import type { EntryField, EntryFields } from './entry.js';

/** What a route or rule is for; `all6` says the family itself. */
export type Network = Prefix | 'all' | 'all6';

/** The network of a family: `all` is its prefix of length 0. */
export function inFamily(network: Network, family: Family): Prefix {
  if (typeof network === 'object') return network;
  return { address: family === 4 ? '0.0.0.0' : '::', prefixLength: 0 };
}

interface Claim {
  readonly family: Family;
  readonly at: Position;
}

/** Collects what the words of a line say. */
export class FamilyClaims {
  private readonly claims: Claim[] = [];
  /** Where a word for all addresses stands. */
  private readonly everything: Position[] = [];
  private readonly what: string;

  constructor(what: string) {
    this.what = what;
  }

  address(field: EntryField<Ip> | undefined): void {
    if (field) this.claims.push({ family: familyOf(field.value), at: field.at });
  }

  network(network: Network | undefined, at: Position | undefined): void {
    if (network === undefined || !at) return;
    if (network === 'all') {
      this.everything.push(at);
      return;
    }
    const family = network === 'all6' ? 6 : familyOf(network.address);
    this.claims.push({ family, at });
  }

  /** Options that only one family has. */
  always(family: Family, ...fields: readonly (EntryField<unknown> | undefined)[]): void {
    for (const field of fields) if (field) this.claims.push({ family, at: field.word.at });
  }

  /** The one family, IPv4 if nothing says; `undefined` after a report. */
  settle(words: EntryWords): Family | undefined {
    const sorted = this.claims.sort((a, b) => (isBefore(a.at, b.at) ? -1 : 1));
    const first = sorted[0];
    const other = sorted.find(({ family }) => family !== first?.family);
    for (const at of this.everything) {
      if (!first || !isBefore(first.at, at)) continue;
      words.report(
        'CONFIG_KEEPALIVED_DIFFERS',
        { text: '', at },
        {
          message: `behind a word that says the family, keepalived takes this for a mix of families and leaves ${this.what.replace(/^a /, 'the ')} out`,
          expected: `this before an address, or no word for all addresses`,
        },
      );
    }
    if (!first || !other) return first?.family ?? 4;
    words.report(
      'CONFIG_FAMILY_MISMATCH',
      { text: '', at: other.at },
      {
        message: `${this.what} is of one family: this is IPv${other.family}, what stands before it is IPv${first.family}`,
      },
    );
    return undefined;
  }
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

/** keepalived skips the word behind `inet` and `inet6`, so they are read alike at the end only. */
export function requireInetLast<O extends EntryOptions>(
  { keyword, args }: Statement,
  fields: EntryFields<O>,
  words: EntryWords,
): void {
  const last = args.at(-1) ?? keyword;
  for (const name of ['inet', 'inet6']) {
    const field = fields.get(name as never) as EntryField<true> | undefined;
    if (!field || field.word === last) continue;
    words.report('CONFIG_KEEPALIVED_DIFFERS', field.word, {
      message: `'${name}' is understood here; keepalived passes over the word behind it`,
      expected: `'${name}' at the end of the line`,
    });
  }
}
