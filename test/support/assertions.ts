/**
 * A test that asserts nothing fails. Loaded by .mocharc.json: counts calls of node:assert
 * while a test runs, and of helpers that say so themselves (asserted.ts). A bare `assert(...)` cannot be counted and is found in the test's text.
 */
import assert from 'node:assert';
import { syncBuiltinESMExports } from 'node:module';
import { asserted, takeAsserted } from './asserted.js';

type Table = Record<string, unknown>;
type Callable = (...args: unknown[]) => unknown;

/** node:assert and node:assert/strict, which share most of their functions. */
const tables = [assert, assert.strict] as unknown as Table[];

for (const table of tables) {
  for (const [name, original] of Object.entries(table)) {
    // `strict` is the other module; the capitalised ones are classes.
    if (typeof original !== 'function' || name === 'strict' || /^[A-Z]/.test(name)) continue;
    table[name] = counted(name, original as Callable);
  }
}
syncBuiltinESMExports();

function counted(name: string, original: Callable): Callable {
  return function (this: unknown, ...args: unknown[]): unknown {
    asserted();
    // Node's match() asks whether it is `assert.match`, so it has to be while it runs.
    const patched = tables.map((table) => table[name]);
    for (const table of tables) table[name] = original;
    try {
      return original.apply(this, args);
    } finally {
      tables.forEach((table, i) => {
        table[name] = patched[i];
      });
    }
  };
}

function check(source: string): void {
  if (takeAsserted() === 0 && !/\bassert\s*\(/.test(source)) {
    throw new Error('this test asserts nothing');
  }
}

/** Functions that count already. Bounded by the tests. */
const wrapped = new WeakSet<object>();

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    const test = this.currentTest;
    const original = test?.fn;
    if (!test || !original) return;
    takeAsserted();
    // A test that is tried again keeps the function that its first run was given.
    if (wrapped.has(original)) return;
    const source = original.toString();
    if (original.length > 0) {
      test.fn = function counted(this: Mocha.Context, done: Mocha.Done): void {
        (original as Mocha.Func).call(this, (error?: unknown) => {
          if (error) return done(error);
          try {
            check(source);
          } catch (nothing) {
            return done(nothing);
          }
          done();
        });
      };
      wrapped.add(test.fn);
      return;
    }
    test.fn = async function counted(this: Mocha.Context): Promise<void> {
      await (original as Mocha.AsyncFunc).call(this);
      check(source);
    };
    wrapped.add(test.fn);
  },
};
