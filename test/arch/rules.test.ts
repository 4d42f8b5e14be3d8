/** Each rule is shown to fail on a bad example, then applied to the checkout. */
import assert from 'node:assert/strict';
import {
  allowedPackages,
  layering,
  longerThan,
  MANY_LINES,
  purity,
  REACH,
  reach,
  type SourceFile,
  shape,
  TOO_MANY_LINES,
  thirdParty,
} from './rules.js';
import { sourceFiles } from './tree.js';

const file = (name: string, text: string): SourceFile => ({ name, text });

describe('arch: rules', () => {
  const src = sourceFiles('src');
  const all = sourceFiles('src', 'test');

  describe('pure folders', () => {
    for (const [what, name, text] of [
      ['a module of Node', 'src/vrrp/a.ts', "import { readFileSync } from 'node:fs';"],
      ['a package', 'src/ipvs/codec.ts', "import sonic from 'sonic-boom';"],
      ['the clock', 'src/vrrp/a.ts', "import { monotonicMicros } from '../base/clock.js';"],
      ['the log', 'src/checker/a.ts', "import { createLogger } from '../base/log.js';"],
      ['what is not pure itself', 'src/checker/a.ts', "import { a } from './probe/tcp.js';"],
      ['Date', 'src/vrrp/a.ts', 'const now = Date.now();'],
      ['new Date', 'src/config/a.ts', 'const now = new Date();'],
      ['chance', 'src/checker/a.ts', 'const n = Math.random();'],
      ['the process', 'src/ipvs-sync/message.ts', 'const pid = process.pid;'],
      ['a timer', 'src/vrrp/a.ts', 'setTimeout(() => {}, 1);'],
      ['the console', 'src/config/a.ts', "console.log('x');"],
    ] as const) {
      it(`must not use ${what}`, () => {
        assert.equal(purity(file(name, text)).length, 1);
      });
    }

    it('may use base, each other, and words that only look ambient', () => {
      const text = [
        "import { parseIp } from '../base/ip.js';",
        "import { step } from './step.js';",
        'const a = { process: 1, Date: 2 };',
        'const b = a.process;',
        'interface C { readonly process?: string }',
        '// Date.now()',
        "const d = 'setTimeout';",
      ].join('\n');
      assert.deepEqual(purity(file('src/vrrp/a.ts', text)), []);
    });

    it('leaves the rim alone', () => {
      const text = "import net from 'node:net';";
      assert.deepEqual(purity(file('src/checker/probe/tcp.ts', text)), []);
      assert.deepEqual(purity(file('src/process/a.ts', text)), []);
    });

    it('holds in this checkout', () => {
      assert.deepEqual(src.flatMap(purity), []);
    });
  });

  describe('layers', () => {
    for (const [name, target] of [
      ['src/base/a.ts', '../vrrp/events.js'],
      ['src/vrrp/a.ts', '../process/ipc.js'],
      ['src/checker/a.ts', '../vrrp/settings.js'],
      ['src/config/a.ts', '../process/ipc.js'],
      ['src/netlink/a.ts', '../kernel/links.js'],
      ['src/kernel/a.ts', '../config/model.js'],
      ['src/process/a.ts', '../../test/fake/clock.js'],
    ] as const) {
      it(`${name} must not import ${target}`, () => {
        assert.equal(layering(file(name, `import type { A } from '${target}';`)).length, 1);
      });
    }

    it('hold in this checkout', () => {
      assert.deepEqual(src.flatMap(layering), []);
    });
  });

  describe('third-party modules', () => {
    it('have one importer each', () => {
      const twice = [
        file('src/base/log.ts', "import sonic from 'sonic-boom';"),
        file('src/process/a.ts', "import { x } from 'sonic-boom/file';"),
      ];
      assert.equal(thirdParty(twice).length, 1);
      assert.deepEqual(thirdParty(src), []);
    });

    it('are those of the table', () => {
      assert.equal(allowedPackages(file('src/a.ts', "import x from 'left-pad';")).length, 1);
      assert.deepEqual(src.flatMap(allowedPackages), []);
    });
  });

  describe('what a process loads', () => {
    it('is followed through imports, but not through types', () => {
      const files = [
        file('src/process/vrrp-process.ts', "import { a } from './a.js';"),
        file('src/process/a.ts', "import { b } from './b.js';\nimport type { C } from './c.js';"),
        file('src/process/b.ts', "import { spawn } from 'node:child_process';"),
        file('src/process/c.ts', "import dns from 'node:dns';"),
      ];
      const found = reach(files);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', /a\.ts -> src\/process\/b\.ts -> node:child_process/);
    });

    it('holds in this checkout', () => {
      assert.deepEqual(reach(src), []);
    });

    it('names entries that exist', () => {
      // The processes are written by and by; a rule about a file that never comes is none.
      const entries = REACH.map((rule) => rule.entry);
      const missing = entries.filter((entry) => !src.some((f) => f.name === entry));
      assert.deepEqual(missing, []);
    });
  });

  describe('shape', () => {
    for (const [what, name, text] of [
      ['an enum', 'src/a.ts', 'export enum A { B }'],
      ['a const enum', 'src/a.ts', 'const enum A { B }'],
      ['a namespace', 'src/a.ts', 'namespace A {}'],
      ['a default export', 'src/a.ts', 'export default function a() {}'],
      ['an I prefix', 'src/a.ts', 'interface IReader {}'],
      ['a name that is not kebab-case', 'src/vrrpEngine.ts', ''],
      ['the console', 'src/a.ts', "console.error('x');"],
      ['a path of its own', 'src/cli/a.ts', "new URL('../a', import.meta.url);"],
    ] as const) {
      it(`is without ${what}`, () => {
        assert.equal(shape(file(name, text)).length, 1);
      });
    }

    it('allows what only looks like it', () => {
      const text = "interface Ip {}\ntype IPv4 = 4;\nconst a = 'enum B {}'; // export default";
      assert.deepEqual(shape(file('src/ip-address.test.ts', text)), []);
    });

    it('holds in this checkout', () => {
      assert.deepEqual(all.flatMap(shape), []);
    });

    it(`no file is longer than ${TOO_MANY_LINES} lines`, () => {
      assert.deepEqual(
        longerThan([file('src/a.ts', '\n'.repeat(TOO_MANY_LINES + 1))], 700).length,
        1,
      );
      const long = longerThan(src, MANY_LINES);
      if (long.length > 0) console.log(`      longer than ${MANY_LINES} lines: ${long.join(', ')}`);
      assert.deepEqual(longerThan(src, TOO_MANY_LINES), []);
    });
  });
});
