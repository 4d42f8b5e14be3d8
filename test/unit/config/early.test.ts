import assert from 'node:assert/strict';
import { EarlyServices } from '../../../src/config/build/lvs/early.js';
import { checkService } from '../../../src/config/check/lvs/index.js';
import {
  judgeConfiguration,
  type Loaded,
  loadConfiguration,
  loadWith,
} from '../../../src/config/load.js';
import { type ConfigFiles, memoryFiles } from '../../../src/config/text/files.js';
import type { Statement } from '../../../src/config/text/source.js';
import { goodConfigurations, MACHINE, withFile } from '../../oracle/corpus.js';
import { mutate } from '../../oracle/mutations.js';
import { MAIN, serverText } from './support.js';

const SEEDS = 100;

/** What somebody sees of it. */
function shown({ config, diagnostics }: Loaded): Pick<Loaded, 'config' | 'diagnostics'> {
  return { config, diagnostics };
}

/** Loads with services taken as they are read; all that it says is what it says without. */
function bothWays(main: string, files: ConfigFiles): { early: EarlyServices; loaded: Loaded } {
  const early = new EarlyServices(checkService, { keepsAll: true });
  const loaded = loadWith(early, main, files, MACHINE);
  const whole = shown(loadWith(undefined, main, files, MACHINE));
  if (early.isValid) assert.deepEqual(shown(loaded), whole);
  assert.deepEqual(shown(loadConfiguration(main, files, MACHINE)), whole);
  assert.deepEqual(judgeConfiguration(main, files, MACHINE).diagnostics, whole.diagnostics);
  return { early, loaded };
}

describe('config: services built while the file is read', () => {
  const goods = goodConfigurations();

  for (const good of goods) {
    it(`${good.name}: nothing is different`, () => {
      bothWays(good.main, memoryFiles(good.files));
    });
  }

  it(`${SEEDS} mistakes in them are told in the same way`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { good, file, text } = mutate(seed, goods);
      bothWays(good.main, withFile(file, text));
    }
  });

  it('a service is taken, and its text is not kept', () => {
    const early = new EarlyServices(checkService, { keepsAll: true });
    const word = (text: string) => ({ text, at: { file: MAIN, line: 1, column: 1, length: 1 } });
    const statement = (text: string, body?: readonly Statement[]): Statement => {
      const [keyword = '', ...args] = text.split(' ');
      return { keyword: word(keyword), args: args.map(word), body };
    };
    const service = statement('virtual_server 192.0.2.1 80', [
      statement('lvs_sched rr'),
      statement('lvs_method NAT'),
      statement('protocol TCP'),
      statement('real_server 10.0.0.1 80', []),
    ]);
    const kept = early.take(service);
    assert.deepEqual(kept.body, []);
    assert.equal(early.get(kept.body ?? [])?.realServers.length, 1);
    const group = statement('virtual_server group web', [statement('lvs_sched rr')]);
    assert.equal(early.take(group), group);
  });

  it('a global_defs behind it that matters to it is minded', () => {
    const text = `${serverText('')}global_defs {\nsmtp_alert_checker on\n}\n`;
    const { early, loaded } = bothWays(MAIN, memoryFiles({ [MAIN]: text }));
    assert.equal(early.isValid, false);
    const again = loadConfiguration(MAIN, memoryFiles({ [MAIN]: text }));
    assert.equal(again.config?.virtualServers[0]?.smtpAlert, true);
    assert.equal(loaded.config?.virtualServers[0]?.smtpAlert, false);
  });

  it('one before it is, too, and another behind it changes nothing', () => {
    const text = `global_defs {\nsmtp_alert_checker on\n}\n${serverText('')}global_defs {\nrouter_id x\n}\n`;
    const { early, loaded } = bothWays(MAIN, memoryFiles({ [MAIN]: text }));
    assert.equal(early.isValid, true);
    assert.equal(loaded.config?.virtualServers[0]?.smtpAlert, true);
  });
});
