/**
 * One folder a case: `tandem.conf` with what it includes, and what must come of it:
 * `diagnostics.txt` as people see them, and `settings.json`, what the processes are told, unless the
 * configuration is refused. CONFORMANCE_RECORD=1 writes the expectations; read them before
 * committing.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '../../../src/config/diagnostics/diagnostics.js';
import { loadConfiguration } from '../../../src/config/load.js';
import { renderDiagnostics } from '../../../src/config/diagnostics/render.js';
import { diskFiles } from '../../../src/process/config-files.js';
import { checkerSettings } from '../../../src/process/checker-settings.js';
import { vrrpSettings } from '../../../src/process/settings.js';
import { ROOT } from '../../support/root.js';

const FOLDER = path.join(ROOT, 'test/conformance/config');
const RECORD = process.env['CONFORMANCE_RECORD'] === '1';
const INTERFACES = ['lo', 'eth0', 'eth1', 'eth2'];

/** File names without the checkout's place, so that the text is the same everywhere. */
function relative(text: string, folder: string): string {
  return text.replaceAll(`${folder}/`, '');
}

function compare(file: string, actual: string | undefined): void {
  if (RECORD) {
    if (actual === undefined) rmSync(file, { force: true });
    else writeFileSync(file, actual);
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  assert.equal(actual, expected, file);
}

describe('conformance: configuration', () => {
  const cases = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  for (const name of cases) {
    it(name, () => {
      const folder = path.join(FOLDER, name);
      const main = path.join(folder, 'tandem.conf');
      const { config, diagnostics, sources } = loadConfiguration(main, diskFiles, {
        interfaces: INTERFACES,
      });
      const shown = diagnostics
        .map((diagnostic: Diagnostic) => renderDiagnostics([diagnostic], sources))
        .join('\n');
      compare(path.join(folder, 'diagnostics.txt'), relative(shown, folder));
      const settings = config && { vrrp: vrrpSettings(config), checker: checkerSettings(config) };
      compare(
        path.join(folder, 'settings.json'),
        settings && `${JSON.stringify(settings, undefined, 2)}\n`,
      );
    });
  }

  it('there are cases', () => {
    assert.ok(cases.length >= 7);
  });
});
