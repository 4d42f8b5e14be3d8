/** What the demo says: numbered steps, plain sentences, and a table of measurements at the end. */
import { type Millis, now, renderMillis } from '../clock.js';

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly good: boolean;
}

export class Narrator {
  readonly #rows: Row[] = [];
  readonly #startedAt = now();
  #step = 0;

  /** Begins a step. */
  step(title: string): void {
    console.log(`\n${++this.#step}. ${title}`);
  }

  /** Says something about the step. */
  say(text: string): void {
    for (const line of text.replace(/^\n|\s+$/g, '').split('\n')) console.log(`   ${line}`);
  }

  /** Records a time that has a bound. */
  within(what: string, measured: Millis, bound: Millis): void {
    this.#record(what, renderMillis(measured), `<= ${renderMillis(bound)}`, measured <= bound);
  }

  /** Records a fact that has to be so; `measured` says what was seen. */
  check(what: string, good: boolean, measured: string, bound: string): void {
    this.#record(what, measured, bound, good);
  }

  /** Prints the table; whether every row is good. */
  close(): boolean {
    const rows = [['what', 'measured', 'bound', ''], ...this.#rows.map(cells)];
    const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
    const line = (row: string[]): string =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd();
    console.log('\nWhat was measured:\n');
    rows.forEach((row, i) => {
      console.log(`  ${line(row)}`);
      if (i === 0) console.log(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}  ----`);
    });
    const bad = this.#rows.filter((row) => !row.good).length;
    const took = renderMillis(now() - this.#startedAt);
    console.log(
      bad === 0
        ? `\nEvery step held (${took}).`
        : `\n${bad} of ${this.#rows.length} did not hold (${took}).`,
    );
    return bad === 0 && this.#rows.length > 0;
  }

  #record(what: string, measured: string, bound: string, good: boolean): void {
    this.#rows.push({ what, measured, bound, good });
    this.say(`-> ${what}: ${measured} (${bound}) ${good ? 'PASS' : 'FAIL'}`);
  }
}

function cells({ what, measured, bound, good }: Row): string[] {
  return [what, measured, bound, good ? 'PASS' : 'FAIL'];
}
