/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are the scanner's food */
import assert from 'node:assert/strict';
import { scan } from './source.js';

describe('arch: the scanner', () => {
  const specifiers = (text: string): string[] => scan(text).imports.map((i) => i.specifier);

  it('finds every form of import', () => {
    const text = [
      "import a from './a.js';",
      "import { b, type C } from './b.js';",
      "import * as d from './d.js';",
      'import {\n  e,\n  f,\n} from "./e.js";',
      "import './side.js';",
      "export { g } from './g.js';",
      "export * from './h.js';",
      "const i = await import('./i.js');",
      "const j = require('./j.js');",
    ].join('\n');
    assert.deepEqual(
      specifiers(text),
      ['a', 'b', 'd', 'e', 'side', 'g', 'h', 'i', 'j'].map((n) => `./${n}.js`),
    );
  });

  it('tells types from values', () => {
    const { imports } = scan("import type { A } from './a.js';\nexport type { B } from './b.js';");
    assert.deepEqual(imports, [
      { specifier: './a.js', typeOnly: true },
      { specifier: './b.js', typeOnly: true },
    ]);
  });

  it('ignores comments, strings, templates and regular expressions', () => {
    const text = [
      "// import a from './a.js';",
      "/* import b from './b.js'; */",
      'const c = "import d from \'./d.js\'";',
      "const e = `import f from './f.js' ${'x'}`;",
      "const g = /import h from '.\\/h.js'/;",
    ].join('\n');
    assert.deepEqual(specifiers(text), []);
  });

  it('keeps the code inside templates, nested ones too', () => {
    const { code } = scan('const a = `text ${process.pid} ${`${Date.now()} quiet`} Date`;');
    assert.match(code, /process\.pid/);
    assert.match(code, /Date\.now\(\)/);
    assert.doesNotMatch(code, /quiet|text|Date`/);
  });

  it('keeps lines where they are', () => {
    const text = '/* one\ntwo */\nconst a = 1; // three\nconst b = 2;';
    assert.equal(scan(text).code.split('\n')[3], 'const b = 2;');
  });

  it('takes a slash after a value for a division', () => {
    const { code } = scan('const a = b / c; process.exit(); const d = e / f;');
    assert.match(code, /process\.exit/);
  });
});
