/**
 * `tandem ipvs`: ipvsadm(8)'s command line on this machine's kernel. A list of the table needs least,
 * and is asked for most: what it does not need is loaded where it is.
 */
import { readFileSync } from 'node:fs';
import { openPlainTable } from './open-plain.js';
import { systemNames } from './resolver.js';
import { type IpvsSurroundings, runIpvs } from './session.js';
import { BROKEN_PIPE, writeOut } from './write.js';

/**
 * Runs it with this process's streams; returns the exit code.
 *
 * @param help what `--help` prints.
 */
export async function ipvsCommand(
  words: readonly string[],
  help: IpvsSurroundings['help'],
): Promise<number> {
  if (words[0] === 'watch') {
    const [{ watchCommand }, { openIpvs }] = await Promise.all([
      import('./watch.js'),
      import('./open.js'),
    ]);
    endOnBrokenPipe();
    return watchCommand(words.slice(1), openIpvs);
  }
  const surroundings: IpvsSurroundings = {
    async open() {
      const { openIpvs } = await import('./open.js');
      return openIpvs();
    },
    openPlain: openPlainTable,
    stdoutBytes: writeOut,
    names: systemNames(),
    stdin: () => process.stdin.setEncoding('utf8') as AsyncIterable<string>,
    stdout(text) {
      endOnBrokenPipe();
      process.stdout.write(text);
    },
    stderr: (text) => void process.stderr.write(text),
    connections: () => readFileSync('/proc/net/ip_vs_conn', 'latin1'),
    async drift(changed) {
      const { driftOf } = await import('./drift.js');
      return driftOf(changed);
    },
    help,
  };
  return runIpvs(words, surroundings);
}

let ending = false;

/** Looking at process.stdout makes it, which takes a while. */
function endOnBrokenPipe(): void {
  if (ending) return;
  ending = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    throw error;
  });
}
