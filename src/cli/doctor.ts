/** `tandem doctor`: whether this machine is as the configuration's services need it. */
import { existsSync, readFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { messageOf } from '../base/errors.js';
import { familyOf, type Ip } from '../base/ip.js';
import type { CheckerSettings } from '../checker/settings.js';
import { NetlinkError } from '../netlink/errors.js';
import { openRoute } from '../netlink/route.js';
import { checkerSettings } from '../process/checker-settings.js';
import { loadFile } from '../process/configuration.js';
import { runFiles } from '../process/run-files.js';
import { ownAddresses, sysctlInput } from '../process/sysctl-keeper.js';
import { DEFAULT_CONFIG_FILE } from './arguments.js';
import { renderReport } from './check.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { requestStatus } from './control-client.js';
import { type Address, type Finding, findings, type Machine, type Way } from './doctor-findings.js';
import { EXIT } from './exit-codes.js';

/** Looks at everything and prints it; returns the exit code. */
export async function doctorCommand({
  values,
}: CommandLine<(typeof COMMANDS)['doctor']['options']>): Promise<number> {
  const path = values.file ?? DEFAULT_CONFIG_FILE;
  const loaded = await loadFile(path, { configId: values.id }, 'start');
  if (!loaded.config) {
    process.stderr.write(renderReport(loaded, false));
    return EXIT.configuration;
  }
  const settings = checkerSettings(loaded.config);
  const isRunning = await runs(runFiles(process.env, loaded.config.global.place).control);
  const translates = loaded.config.virtualServers.some(({ realServers }) =>
    realServers.some(({ method }) => method === 'FULLNAT'),
  );
  const input = { ...sysctlInput(settings, ownAddresses()), translates };
  const ways = await waysTo(settings);
  const machine: Machine = {
    sysctl: readSysctl,
    addresses: addresses(),
    route: (address) => ways.get(address),
    isRunning,
  };
  const found = findings(settings, input, machine);
  const isGood = found.every(({ verdict }) => verdict !== 'wrong');
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ ok: isGood, running: isRunning, findings: found }, null, 2)}\n`
      : renderFindings(found, isRunning),
  );
  return isGood ? EXIT.ok : EXIT.failed;
}

const WORDS = { ok: 'ok', wrong: 'WRONG', later: 'set at start' } as const;

/** One line for each finding, and one that counts them. */
export function renderFindings(found: readonly Finding[], isRunning: boolean): string {
  const lines = found.map(({ what, value = 'missing', wanted, verdict, why }) => {
    const is = verdict === 'ok' ? value : `${value}, wanted ${wanted}`;
    return `${WORDS[verdict]}: ${what} = ${is}: ${why}`;
  });
  const wrong = found.filter(({ verdict }) => verdict === 'wrong').length;
  const state = isRunning ? 'the daemon runs' : 'the daemon does not run';
  lines.push(`${found.length} looked at, ${wrong} wrong; ${state}`);
  return `${lines.join('\n')}\n`;
}

async function runs(control: string): Promise<boolean> {
  if (!existsSync(control)) return false;
  return requestStatus(control).then(
    () => true,
    () => false,
  );
}

/** More servers than these have their routes in common. */
const MOST_LOOKUPS = 10_000;

/** The ways to all servers; what cannot be asked is not known. */
async function waysTo({ virtualServers }: CheckerSettings): Promise<ReadonlyMap<Ip, Way>> {
  const servers = virtualServers.flatMap(({ realServers, sorryServer }) =>
    [...realServers, ...(sorryServer ? [sorryServer] : [])].map(({ address }) => address),
  );
  const ways = new Map<Ip, Way>();
  const route = openRoute();
  try {
    for (const address of [...new Set(servers)].slice(0, MOST_LOOKUPS)) {
      const way = await route.lookUp(address).then(
        ({ gateway }): Way => (gateway === undefined ? {} : { gateway }),
        (error: unknown) => refusal(error),
      );
      if (way) ways.set(address, way);
    }
  } finally {
    route.close();
  }
  return ways;
}

/** What the kernel says of an address that it has no way to. */
function refusal(error: unknown): Way | undefined {
  if (!(error instanceof NetlinkError) || error.code !== 'NETLINK_REFUSED') return undefined;
  return { problem: messageOf(error) };
}

function readSysctl(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim().split(/\s+/).join(' ');
  } catch {
    return undefined;
  }
}

function addresses(): Address[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).flatMap(({ address, cidr, family }) => {
      const length = Number(cidr?.split('/')[1]);
      if (!Number.isInteger(length)) return [];
      const type = family === 'IPv6' ? 'ipv6' : 'ipv4';
      const network = new BlockList();
      network.addSubnet(address, length, type);
      const covers: Address['covers'] = (other) =>
        `ipv${familyOf(other)}` === type && network.check(other, type);
      return [{ interface: name, address, covers }];
    }),
  );
}
