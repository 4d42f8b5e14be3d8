/**
 * The pages of doc/tutorials, command by command: what they show is what happens.
 *
 * With TANDEM_TUTORIALS=write (`npm run tutorials`) the outputs are written into the pages instead of
 * compared with them.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asserted } from '../support/asserted.js';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { ClassicNetwork, type Machine } from './classic-network.js';
import { now, sleep } from './clock.js';
import { Shell } from './shell.js';
import { type Part, parsePage, renderPage, type Step, withoutVariable } from './tutorial-page.js';

const FOLDER = '/run/tutorials';
const PROGRAMS = `${FOLDER}/programs`;
const PAGES = [
  'nat',
  'direct-routing',
  'tunnel',
  'fullnat',
  'firewall-mark',
  'persistence',
  'schedulers',
];
/** 8001 and more: a scheduler each. */
const PORTS = [80, 443, ...Array.from({ length: 11 }, (_, i) => 8001 + i), 8101, 8102, 8103];
const PATIENCE_MS = 60_000;
const WRITES = process.env['TANDEM_TUTORIALS'] === 'write';

describe('tutorials', function () {
  this.timeout(240_000);
  /** What a page leaves behind when it fails would be in the next one. */
  let failed: string | undefined;
  let network: ClassicNetwork | undefined;
  const shells = new Map<string, Shell>();

  const shellOf = (machine: string): Shell => {
    let shell = shells.get(machine);
    if (!shell) {
      shell = new Shell(machine as Machine, FOLDER, PROGRAMS);
      shells.set(machine, shell);
    }
    return shell;
  };

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') skip(this, 'needs the lab kernel');
    mkdirSync(PROGRAMS, { recursive: true });
    // The lab's kernel has no nftables for IPv4.
    const legacy = ['/usr/sbin/iptables-legacy', '/sbin/iptables-legacy'].find(existsSync);
    if (legacy) symlinkSync(legacy, path.join(PROGRAMS, 'iptables'));
    network = await ClassicNetwork.build(PORTS);
  });

  after(() => {
    for (const shell of shells.values()) shell.close();
    network?.close();
  });

  for (const name of PAGES) {
    it(`${name}.md shows what happens`, async () => {
      assert.equal(failed, undefined, 'not tried after a page that failed');
      failed = `${name}.md`;
      const file = path.join(ROOT, 'doc/tutorials', `${name}.md`);
      const page = readFileSync(file, 'utf8');
      const done: Part[] = [];
      for (const part of parsePage(page)) {
        if (part.kind === 'file') writeFileSync(path.join(FOLDER, part.name), part.text);
        if (part.kind === 'until') await until(part.machine, part.command);
        done.push(part.kind === 'console' ? await type(part) : part);
      }
      if (WRITES) {
        writeFileSync(file, renderPage(done));
        asserted();
      }
      failed = undefined;
    });
  }

  async function type(part: Extract<Part, { kind: 'console' }>): Promise<Part> {
    const steps: Step[] = [];
    for (const step of part.steps) {
      const { lines } = await shellOf(step.machine).run(step.command);
      if (WRITES) console.log(`${step.machine}# ${step.command}\n${lines.join('\n')}`);
      else {
        assert.equal(
          withoutVariable(lines, part.varies),
          withoutVariable(step.output, part.varies),
          `${step.machine}# ${step.command}\n${lines.join('\n')}`,
        );
      }
      const same =
        withoutVariable(lines, part.varies) === withoutVariable(step.output, part.varies);
      steps.push({ ...step, output: same ? step.output : lines });
    }
    return { ...part, steps };
  }

  async function until(machine: string, command: string): Promise<void> {
    const deadline = now() + PATIENCE_MS;
    while ((await shellOf(machine).run(command)).code !== 0) {
      if (now() > deadline) throw new Error(`${machine}# ${command}: not within a minute`);
      await sleep(100);
    }
  }
});
