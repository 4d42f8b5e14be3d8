/** What there may be to say about a service that is built early: little, and nothing that hides other things. */
import { type DiagnosticCode, type Report, Sink } from '../../diagnostics/diagnostics.js';
import { isIn, moved, type RepeatedBlocks } from '../../text/repeated.js';
import type { Position, Statement } from '../../text/source.js';
import type { Section, SharedSections } from '../interpret.js';

/** A warning about a word, which changes nothing else. */
export interface WordRemark {
  readonly code: DiagnosticCode;
  readonly at: Position;
  readonly report: Report;
}

/** Old files have these for every service, or every server. */
const ABOUT_WORDS: ReadonlySet<DiagnosticCode> = new Set(['CONFIG_OLD_NAME', 'CONFIG_IGNORED']);

/** Ends what has anything else to say, or something to ask of the rest of the configuration. */
class Odd extends Error {}

/** Ends what {@link unlessOdd} has begun. */
export function odd(): never {
  throw new Odd();
}

/** What comes of something that has nothing to say; otherwise `undefined`. */
export function unlessOdd<T>(make: (sink: Sink) => T): T | undefined {
  try {
    return make(new SilentOnly());
  } catch (error) {
    if (error instanceof Odd) return undefined;
    throw error;
  }
}

class SilentOnly extends Sink {
  override report(_code: DiagnosticCode, _at: Position, _report: Report): void {
    odd();
  }

  override noteDropped(): never {
    return odd();
  }

  override noteUnsure(): never {
    return odd();
  }

  override noteLoss(): never {
    return odd();
  }
}

/** What became of blocks of real servers that share their statements. */
export class SharedServers {
  readonly repeated: RepeatedBlocks;
  readonly byBody = new Map<
    readonly Statement[],
    { readonly section: Section<unknown>; readonly remarks: readonly WordRemark[] }
  >();

  constructor(repeated: RepeatedBlocks) {
    this.repeated = repeated;
  }
}

/** Keeps remarks about the words of one service while it is interpreted. */
export class WordRemarks extends SilentOnly implements SharedSections {
  readonly remarks: WordRemark[] = [];
  private readonly shared: SharedServers;

  constructor(shared: SharedServers) {
    super();
    this.shared = shared;
  }

  override report(code: DiagnosticCode, at: Position, report: Report): void {
    if (!ABOUT_WORDS.has(code)) odd();
    this.remarks.push({ code, at, report });
  }

  get(body: readonly Statement[], at: Position): Section<unknown> | undefined {
    const known = this.shared.byBody.get(body);
    if (!known) return undefined;
    this.keep(known.remarks, body, at);
    return known.section;
  }

  add(body: readonly Statement[], at: Position, section: Section<unknown>): void {
    const block = this.shared.repeated.withBody(body);
    if (!block) return;
    // All of its places are those of the first block with this text, which may be of another service.
    const remarks = this.remarks.filter((remark) => isIn(block, remark.at));
    this.shared.byBody.set(body, { section, remarks });
    this.remarks.splice(this.remarks.length - remarks.length);
    this.keep(remarks, body, at);
  }

  private keep(remarks: readonly WordRemark[], body: readonly Statement[], at: Position): void {
    const block = this.shared.repeated.withBody(body);
    for (const remark of remarks) {
      this.remarks.push(block ? { ...remark, at: moved(remark.at, block, at) } : remark);
    }
  }
}
