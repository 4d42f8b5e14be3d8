/** keepalived's own verdict on files: its `-t`, on a machine that has interfaces and nothing else. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MACHINE } from './corpus.js';

/** What one `keepalived -t` said. */
export interface Verdict {
  /** Its exit status: 0 no complaint, 5 it would run, others refused; over 128 a signal. */
  readonly status: number;
}

/** A file takes some 30 ms; this is for those that make it look up names. */
const SECONDS = 5;

const ETHERNET = MACHINE.interfaces.filter((name) => name !== 'lo');

/** `MACHINE` in a network namespace: pairs of virtual cables, all up, with addresses. */
const SET_UP = [
  `hostname ${MACHINE.configId}`,
  'ip link set lo up',
  ...ETHERNET.filter((_, index) => index % 2 === 0).map(
    (name, index) => `ip link add ${name} type veth peer name ${ETHERNET[2 * index + 1]}`,
  ),
  ...ETHERNET.map((name, index) => `ip addr add 192.0.2.${index + 1}/28 dev ${name}`),
  ...ETHERNET.map((name) => `ip link set ${name} up`),
].join(' && ');

const LOOP = `
while read -r file; do
  timeout -s KILL ${SECONDS} keepalived -t -f "$file" >"$file.said" 2>&1
  echo $?
done`;

const NAMESPACES = ['--net', '--mount', '--uts', '--'];

/** Why keepalived cannot be asked here; `undefined` if it can. */
export function missingForKeepalived(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('keepalived', ['--version']).error) return 'keepalived is not installed';
  const made = spawnSync('unshare', [...NAMESPACES, 'sh', '-c', SET_UP], { encoding: 'utf8' });
  if (made.error) return 'unshare is not installed';
  return made.status === 0 ? undefined : `no network namespace: ${made.stderr.trim()}`;
}

/** Several of them at once. Each reads file names and answers with a status. */
export class Keepalived {
  private readonly child: ChildProcess;
  private readonly waiting: ((status: number) => void)[] = [];

  constructor() {
    const script = `${SET_UP} && { ${LOOP}\n}`;
    this.child = spawn('unshare', [...NAMESPACES, 'sh', '-c', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = this.child;
    if (!stdout) throw new Error('no pipe');
    createInterface({ input: stdout }).on('line', (line) => this.waiting.shift()?.(Number(line)));
  }

  /** Its verdict on a file; what it said is in `FILE.said`. Asked one after the other. */
  test(file: string): Promise<Verdict> {
    return new Promise((resolve) => {
      this.waiting.push((status) => resolve({ status }));
      this.child.stdin?.write(`${file}\n`);
    });
  }

  /** Ends the process when all that was asked is answered. */
  close(): void {
    this.child.stdin?.end();
  }
}
