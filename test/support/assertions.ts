/**
 * A test that asserts nothing fails. Loaded with mocha's `--require`: counts calls of node:assert
 * while a test runs. A bare `assert(...)` cannot be counted and is found in the test's text.
 */
import assert from 'node:assert';
import strict from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';

let assertions = 0;

type Callable = (...args: unknown[]) => unknown;

function instrument(target: object): void {
  const table = target as Record<string, unknown>;
  for (const [name, original] of Object.entries(table)) {
    // `strict` is the module itself; AssertionError is a class.
    if (typeof original !== 'function' || name === 'strict' || name === 'AssertionError') continue;
    table[name] = function counted(this: unknown, ...args: unknown[]): unknown {
      assertions++;
      return (original as Callable).apply(this, args);
    };
  }
}

instrument(assert);
instrument(strict);
syncBuiltinESMExports();

function check(source: string): void {
  if (assertions === 0 && !/\bassert\s*\(/.test(source)) {
    throw new Error('this test asserts nothing');
  }
}

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    const test = this.currentTest;
    const original = test?.fn;
    if (!test || !original) return;
    assertions = 0;
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
      return;
    }
    test.fn = async function counted(this: Mocha.Context): Promise<void> {
      await (original as Mocha.AsyncFunc).call(this);
      check(source);
    };
  },
};
