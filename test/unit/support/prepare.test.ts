import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../support/root.js';

/** These modules run before anything is compiled, so they are not TypeScript. */
const load = (name: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(path.join(ROOT, name)).href);

describe('support/prepare', () => {
  it('installs every package that the lab asks for', async () => {
    const prepare = await load('test/support/prepare.mjs');
    const boot = await load('test/lab/kernel/boot.mjs');
    const installed = (prepare['LAB_PACKAGES'] as { name: string }[]).map(({ name }) => name);
    const wanted = ['LAB_PACKAGES', 'UML_PACKAGES'].flatMap((table) =>
      Object.values(boot[table] as Record<string, string>),
    );
    assert.ok(wanted.length > 0);
    assert.deepEqual(
      wanted.filter((name) => !installed.includes(name)),
      [],
    );
  });

  it('says why for each of them, in a line', async () => {
    const { LAB_PACKAGES } = await load('test/support/prepare.mjs');
    for (const { name, why } of LAB_PACKAGES as { name: string; why: string }[]) {
      assert.match(why, /^[^\n]{10,}$/, name);
    }
  });

  it('is fast when there is nothing to do', () => {
    const before = process.hrtime.bigint();
    const output = execFileSync(process.execPath, ['test/support/prepare.mjs', '--no-build'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const millis = Number(process.hrtime.bigint() - before) / 1e6;
    assert.equal(output, '');
    assert.ok(millis < 2_000, `${millis} ms`);
  });
});
