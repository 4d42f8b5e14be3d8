/** `tandem ipvs`: ipvsadm(8)'s command line on this machine's kernel. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { IpvsClient } from '../../ipvs/client.js';
import { NetlinkError } from '../../netlink/errors.js';
import { driftOf } from './drift.js';
import { systemNames } from './resolver.js';
import { type IpvsSurroundings, runIpvs } from './session.js';

/** A dump of 100,000 real servers is one exchange. */
const TIMEOUT_MILLIS = 60_000;
/** What a shell tells of a program that SIGPIPE ended, as it ends ipvsadm. */
const BROKEN_PIPE = 141;

/**
 * Runs it with this process's streams; returns the exit code.
 *
 * @param help what `--help` prints.
 */
export async function ipvsCommand(words: readonly string[], help: string): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    throw error;
  });
  if (words[0] === 'watch') {
    const { watchCommand } = await import('./watch.js');
    return watchCommand(words.slice(1), openIpvs);
  }
  const surroundings: IpvsSurroundings = {
    open: openIpvs,
    names: systemNames(),
    stdin: () => process.stdin.setEncoding('utf8') as AsyncIterable<string>,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    connections: () => readFileSync('/proc/net/ip_vs_conn', 'latin1'),
    drift: driftOf,
    help,
  };
  return runIpvs(words, surroundings);
}

/** Opens the kernel's table; loads the module if it is not there. */
export async function openIpvs(): Promise<IpvsClient> {
  const options = { timeoutMillis: TIMEOUT_MILLIS };
  try {
    return await IpvsClient.open(options);
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'IPVS_NOT_IN_KERNEL') throw error;
    spawnSync('/sbin/modprobe', ['--', 'ip_vs'], { stdio: 'ignore' });
    return IpvsClient.open(options);
  }
}
