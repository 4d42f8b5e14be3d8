/**
 * Conformance cases of the checker engine as files. A case is a folder:
 *
 * - `settings.json`, and others that its reloads name;
 * - `NN-input.jsonl`: one event a line; `configured` names the file of its settings;
 * - `NN-output.jsonl`: for each event a line with the array of its effects, timers to the microsecond
 *   (the settings that `start-probe` repeats are left out);
 * - `NN-state.json`: snapshot and desired IPVS table after these events.
 *
 * `CONFORMANCE_RECORD=1` writes outputs and states anew; read the difference before it is committed.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { desiredTable } from '../../../src/checker/desired.js';
import type { CheckerEffect } from '../../../src/checker/effects.js';
import { createCheckerEngine, step } from '../../../src/checker/engine.js';
import type { CheckerEvent } from '../../../src/checker/events.js';
import type { CheckerSettings } from '../../../src/checker/settings.js';
import { snapshot } from '../../../src/checker/snapshot.js';
import { ROOT } from '../../support/root.js';

const CASES = join(ROOT, 'test/conformance/checker');
const RECORD = process.env['CONFORMANCE_RECORD'] === '1';

type EventLine = CheckerEvent | (Omit<CheckerEvent, 'settings'> & { readonly settings: string });

function readEvent(folder: string, line: string): CheckerEvent {
  const event = JSON.parse(line) as EventLine;
  if (event.kind !== 'configured') return event as CheckerEvent;
  const { settings: name } = event as { settings: string };
  const settings = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CheckerSettings;
  return { ...event, settings } as CheckerEvent;
}

function withoutSpec(effect: CheckerEffect): object {
  if (effect.kind !== 'start-probe') return effect;
  const { spec, ...rest } = effect;
  return { ...rest, type: spec.type };
}

/** Compares with the file, or writes it. */
function expectFile(path: string, text: string): void {
  if (RECORD) writeFileSync(path, text);
  assert.ok(existsSync(path), `${path} is missing`);
  assert.equal(text, readFileSync(path, 'utf8'), path);
}

describe('conformance: checker', () => {
  const folders = readdirSync(CASES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it('there are cases', () => assert.ok(folders.length >= 10));

  for (const { name } of folders) {
    it(name, () => {
      const folder = join(CASES, name);
      const inputs = readdirSync(folder).filter((file) => /^\d\d-input\.jsonl$/.test(file));
      assert.ok(inputs.length > 0);
      let state = createCheckerEngine();
      for (const input of inputs.sort()) {
        const number = input.slice(0, 2);
        const lines = readFileSync(join(folder, input), 'utf8').trim().split('\n');
        const outputs = lines.map((line) => {
          const result = step(state, readEvent(folder, line));
          state = result.state;
          return `${JSON.stringify(result.effects.map(withoutSpec))}\n`;
        });
        const seen = { snapshot: snapshot(state, []), table: desiredTable(state) };
        expectFile(join(folder, `${number}-output.jsonl`), outputs.join(''));
        expectFile(join(folder, `${number}-state.json`), `${JSON.stringify(seen, null, 2)}\n`);
      }
    });
  }
});
