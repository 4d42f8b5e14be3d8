import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfiguration } from '../../../src/config/load.js';
import { diskFiles } from '../../../src/process/config-files.js';
import { ROOT } from '../../support/root.js';

const FOLDER = path.join(ROOT, 'test/corpus/config');

describe('config: corpus', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.conf'))) {
    it(name, () => {
      const file = path.join(FOLDER, name);
      const expected = /^# expects: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
      const { diagnostics } = loadConfiguration(file, diskFiles);
      assert.equal(diagnostics.map(({ code }) => code).join(' ') || 'nothing', expected);
    });
  }
});
