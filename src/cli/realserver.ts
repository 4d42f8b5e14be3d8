/** `tandem realserver`: the machine of a real server is made ready, put back, or looked at. */
import { hostname } from 'node:os';
import { messageOf } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';
import { renderDiagnostics } from '../config/diagnostics/render.js';
import { loadConfiguration } from '../config/load.js';
import { type RealServerUse, renderGuePort } from '../kernel/real-server/model.js';
import { RealServerSide, type SideReport } from '../kernel/real-server/side.js';
import { diskFiles } from '../process/config-files.js';
import { openRealServerKernel } from '../process/real-server/kernel.js';
import { type Look, look } from '../process/real-server/look.js';
import { readRecord, writeRecord } from '../process/real-server/record.js';
import { type RealServerUses, realServerUses } from '../process/real-server/settings.js';
import { runFiles } from '../process/run-files.js';
import { DEFAULT_CONFIG_FILE } from './arguments.js';
import { type CommandLine, UsageError } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { EXIT } from './exit-codes.js';
import { wantsColor } from './terminal.js';

interface Given {
  readonly file: string | undefined;
  readonly id: string | undefined;
  readonly address: string | undefined;
}

/** Adds, sets and raises what is missing; returns the exit code. */
export function realServerUp({
  values,
}: CommandLine<(typeof COMMANDS)['realserver up']['options']>): Promise<number> {
  return withUses(values, async ({ uses, withoutAddress }) => {
    for (const service of withoutAddress) warnOfMark(service);
    // Nothing is known of what should be here: what is here is not taken away for that.
    if (uses.length === 0 && withoutAddress.length > 0) return EXIT.failed;
    const report = await change(uses);
    if (report.uses.length > 0 && report.done.length === 0 && report.failed.length === 0) {
      process.stdout.write('Nothing to do: everything is as it should be.\n');
    }
    if (uses.length === 0) {
      process.stdout.write('Nothing to do: no service forwards by DR or TUN.\n');
    } else if (report.uses.length === 0) {
      process.stderr.write(
        'tandem: no address of this machine is a real server of a DR or TUN service\n',
      );
      return EXIT.failed;
    }
    return report.failed.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

/** Undoes what `up` did; returns the exit code. Needs no configuration. */
export async function realServerDown(): Promise<number> {
  return guarded(async () => {
    const report = await change([]);
    if (report.done.length === 0 && report.failed.length === 0) {
      process.stdout.write('Nothing to do: nothing was changed here.\n');
    }
    return report.failed.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

/** Looks only; the exit code says whether all is well. */
export function realServerStatus({
  values,
}: CommandLine<(typeof COMMANDS)['realserver status']['options']>): Promise<number> {
  return withUses(values, async ({ uses, withoutAddress }) => {
    const seen = await look(uses);
    const problems = problemsOf(seen);
    process.stdout.write(
      values.json
        ? `${JSON.stringify(document(seen, withoutAddress, problems), null, 2)}\n`
        : render(seen, withoutAddress, problems),
    );
    return problems.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

async function change(uses: readonly RealServerUse[]): Promise<SideReport> {
  const { realServer } = runFiles(process.env);
  const kernel = openRealServerKernel();
  try {
    const side = new RealServerSide(kernel, readRecord(realServer), (changes) =>
      writeRecord(realServer, changes),
    );
    const report = await side.reconcile(uses);
    for (const line of report.done) process.stdout.write(`${line}\n`);
    for (const line of report.failed) process.stderr.write(`tandem: ${line}\n`);
    return report;
  } finally {
    kernel.close();
  }
}

async function withUses(
  { file = DEFAULT_CONFIG_FILE, id, address }: Given,
  run: (uses: RealServerUses) => Promise<number>,
): Promise<number> {
  const ofMarks = parseAddresses(address);
  // The directors' interfaces, scripts and users are not this machine's.
  const loaded = loadConfiguration(file, diskFiles, {
    configId: id ?? (hostname().split('.')[0] as string),
    isStart: true,
  });
  const { config } = loaded;
  if (!config) {
    const options = { color: wantsColor(process.stderr, process.env), secrets: loaded.secrets };
    process.stderr.write(renderDiagnostics(loaded.diagnostics, loaded.sources, options));
    return EXIT.configuration;
  }
  return guarded(() => run(realServerUses(config, ofMarks)));
}

async function guarded(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    process.stderr.write(`tandem: ${messageOf(error)}\n`);
    return EXIT.failed;
  }
}

function parseAddresses(text: string | undefined): Ip[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    const ip = parseIp(word.trim());
    if (ip === undefined) throw new UsageError(`--address takes IP addresses, not '${word}'`);
    return ip;
  });
}

function warnOfMark(service: string): void {
  process.stderr.write(
    `tandem: ${service}: its addresses are not in the file; name them with --address\n`,
  );
}

// --- status ---------------------------------------------------------------------------------

function problemsOf({ missing, arpProblems, arp }: Look): string[] {
  return [
    ...missing,
    ...arpProblems.map((text) => `ARP problem: ${text}`),
    ...arp.answers
      .filter(({ realServer }) => realServer !== undefined)
      .map(
        (answer) =>
          `ARP problem: real server ${answer.realServer} (${answer.mac}) answers on ${answer.interface} for ${answer.address}`,
      ),
  ];
}

function document(
  { uses, addresses, settings, tunnels, guePorts, arpProblems, arp }: Look,
  withoutAddress: readonly string[],
  problems: readonly string[],
): unknown {
  return {
    ok: problems.length === 0,
    problems,
    uses,
    addresses,
    settings: settings.map(({ value = null, ...setting }) => ({ ...setting, value })),
    tunnels,
    guePorts,
    arpProblem: arpProblems.length > 0 || arp.answers.some(({ realServer }) => realServer),
    arp,
    withoutAddress,
  };
}

function render(
  seen: Look,
  withoutAddress: readonly string[],
  problems: readonly string[],
): string {
  const lines: string[] = [];
  const servers = [...new Set(seen.uses.map(({ realServer }) => realServer))];
  lines.push(
    servers.length > 0
      ? `This machine is real server ${servers.join(', ')}.`
      : 'No address of this machine is a real server of a DR or TUN service.',
  );
  for (const { address, interface: name, present } of seen.addresses) {
    const uses = seen.uses.filter((use) => use.address === address);
    const services = [...new Set(uses.map(renderUse))].join(', ');
    lines.push(`  ${address} ${present ? 'on' : 'MISSING on'} ${name}: ${services}`);
  }
  for (const { name, value, wanted } of seen.settings) {
    const wrong = value === wanted ? '' : ` (should be ${wanted})`;
    lines.push(`  ${name} = ${value ?? 'not there'}${wrong}`);
  }
  for (const { name, up } of seen.tunnels) lines.push(`  ${name} is ${up ? 'up' : 'NOT UP'}`);
  for (const port of seen.guePorts) {
    lines.push(`  GUE on UDP port ${renderGuePort(port)}: ${port.open ? 'taken' : 'NOT TAKEN'}`);
  }
  for (const { address, interface: name, mac, realServer } of seen.arp.answers) {
    const who = realServer === undefined ? 'no real server of it' : `real server ${realServer}`;
    lines.push(`ARP for ${address} on ${name}: ${mac} (${who}) answers`);
  }
  const silent = seen.arp.asked.length > 0 && seen.arp.answers.length === 0;
  if (silent) lines.push(`ARP on ${seen.arp.asked.join(', ')}: nobody else answers.`);
  for (const text of seen.arp.failed) lines.push(text);
  for (const service of withoutAddress) {
    lines.push(`${service}: its addresses are not in the file; name them with --address`);
  }
  for (const text of problems) lines.push(`! ${text}`);
  return `${lines.join('\n')}\n`;
}

function renderUse({ service, encapsulation }: RealServerUse): string {
  const { kind } = encapsulation;
  return `${service} by ${kind === 'none' ? 'DR' : `TUN (${kind})`}`;
}
