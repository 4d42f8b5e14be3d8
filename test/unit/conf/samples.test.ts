import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfiguration } from '../../../src/config/load.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import { ROOT } from '../../support/root.js';

describe('conf', () => {
  const samples = readdirSync(path.join(ROOT, 'conf/samples')).filter((f) => f.endsWith('.conf'));

  function load(text: string) {
    return loadConfiguration('/sample.conf', memoryFiles({ '/sample.conf': text }), {
      interfaces: ['lo', 'eth0', 'eth1'],
    });
  }

  function problems(text: string): string[] {
    return load(text)
      .diagnostics.filter(({ severity }) => severity !== 'info')
      .map(({ code, at, message }) => `${at.line}: ${code}: ${message}`);
  }

  for (const name of ['tandem.conf', ...samples.map((sample) => `samples/${sample}`)]) {
    it(`${name} loads without a complaint`, () => {
      assert.deepEqual(problems(readFileSync(path.join(ROOT, 'conf', name), 'utf8')), []);
    });
  }

  it('tandem.conf loads with its examples uncommented, too', () => {
    const text = readFileSync(path.join(ROOT, 'conf/tandem.conf'), 'utf8');
    const uncommented = text.replace(/^( *)#(?=\S| {2})/gm, '$1');
    // The words at the top are prose.
    const configuration = uncommented.slice(uncommented.indexOf('global_defs'));
    const prose = /^[A-Z][a-z].*$/gm;
    assert.match(configuration.replace(prose, ''), /real_server 192\.0\.2\.20 80 \{/);
    assert.deepEqual(problems(configuration.replace(prose, '')), []);
  });

  it('a mistake would be seen', () => {
    assert.notDeepEqual(problems('vrrp_instance VI_1 {\n    interfce eth0\n}\n'), []);
  });
});
