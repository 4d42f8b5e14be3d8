/**
 * A machine that is started by a real systemd: a container with process, mount, control-group and network
 * namespaces of its own. Its root is an overlay over the machine that the lab sees, so that what it writes is
 * gone with it. The checkout is what is installed there, with the units as they are shipped.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sleep } from './clock.js';
import { CHECKOUT } from './director.js';
import { type Ended, must, run } from './program.js';

/** Ours only: what the machine below would start is not looked at. */
const TARGET = `[Unit]
Description=Lab
Requires=basic.target systemd-journald.service
AllowIsolate=yes
`;
/** As systemd/install.sh puts it there. */
const INSTALLED = ['tandemd', 'tandem-realserver'];
/** Until systemd answers; it starts a dozen units. */
const BOOT_MS = 60_000;

/** What becomes systemd: gives the process namespaces and the root, then is replaced by it. */
const BOOT = `set -e
cd "$1"
mount -t proc proc proc
mount -t sysfs sys sys
mount -t cgroup2 cgroup sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mkdir -p usr/lib/modules usr/lib/tandem old-root
mount --rbind /lib/modules usr/lib/modules
mount --bind "$2" usr/lib/tandem
pivot_root . old-root
umount -l /old-root
exec env -i container=lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \\
  /lib/systemd/systemd --unit=lab.target --show-status=no --log-level=warning
`;

export class SystemdMachine {
  readonly #netns: string;
  readonly #folder: string;
  #outer: ChildProcess | undefined;
  /** Its process 1, as the lab numbers it. */
  #pid = 0;

  private constructor(netns: string) {
    this.#netns = netns;
    this.#folder = `/run/systemd-${netns}`;
  }

  /**
   * Boots one.
   *
   * @param netns a name of `ip netns`, with the interfaces that the machine is to have.
   */
  static async boot(netns: string): Promise<SystemdMachine> {
    const machine = new SystemdMachine(netns);
    await machine.#makeRoot();
    machine.#start();
    const deadline = Date.now() + BOOT_MS;
    for (;;) {
      const ended = await machine.#tryRun('systemctl is-active lab.target');
      if (ended?.code === 0) return machine;
      if (Date.now() > deadline || machine.#outer?.exitCode !== null) {
        const seen = `${ended?.stdout}${ended?.stderr}${readFileSync(machine.#consoleLog, 'utf8')}`;
        await machine.close();
        throw new Error(`systemd does not boot: ${seen}`);
      }
      await sleep(200);
    }
  }

  /** Runs a shell command on the machine to its end. */
  async run(command: string): Promise<Ended> {
    return run(['nsenter', '-t', String(this.#pid), '-a', 'sh', '-c', command], {
      timeoutMs: 60_000,
    });
  }

  /** Like {@link run}; rejects for another exit code than 0. */
  async must(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command);
    if (code === 0) return stdout;
    throw new Error(`${command}: exit code ${code}\n${stdout}${stderr}\n${await this.journal()}`);
  }

  /** What systemd and its services wrote last. */
  async journal(): Promise<string> {
    const from = ['stdout', 'journal', 'syslog'].map((way) => `_TRANSPORT=${way}`).join(' + ');
    return (await this.run(`journalctl --no-pager -o short-monotonic -n 40 ${from}`)).stdout;
  }

  /** Writes a file of the machine; folders above it are made. */
  async write(file: string, text: string, mode = 0o644): Promise<void> {
    // Through the machine, as its root is in its mount namespace only.
    const command = `mkdir -p "$(dirname ${file})" && cat > ${file} && chmod ${mode.toString(8)} ${file}`;
    const words = ['nsenter', '-t', String(this.#pid), '-a', 'sh', '-c', command];
    await must(words, { input: text });
  }

  /** A property of a unit, as `systemctl show` has it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.must(`systemctl show -P ${name} ${unit}`)).trim();
  }

  async close(): Promise<void> {
    if (this.#pid) process.kill(this.#pid, 'SIGKILL');
    else this.#outer?.kill('SIGKILL');
    await new Promise((resolve) => {
      if (!this.#outer || this.#outer.exitCode !== null || this.#outer.signalCode) resolve(0);
      else this.#outer.once('exit', resolve);
    });
    await run(['umount', this.#at('root')]);
    await run(['rm', '-rf', this.#folder]);
  }

  #at(name: string): string {
    return path.join(this.#folder, name);
  }

  get #consoleLog(): string {
    return this.#at('console.log');
  }

  async #makeRoot(): Promise<void> {
    for (const name of ['upper', 'work', 'root']) {
      mkdirSync(this.#at(name), { recursive: true });
    }
    const layers = `lowerdir=/,upperdir=${this.#at('upper')},workdir=${this.#at('work')}`;
    await must(['mount', '-t', 'overlay', 'overlay', '-o', layers, this.#at('root')]);
    const root = this.#at('root');
    const units = `${root}/usr/lib/systemd/system`;
    const commands = [
      `rm -rf ${root}/etc/systemd/system ${root}/etc/fstab ${root}/etc/tandem`,
      `rm -rf ${units}/*.wants ${root}/usr/lib/systemd/system-generators`,
      `ln -sfn ../lib/tandem/bin/tandemd ${root}/usr/sbin/tandemd`,
      `ln -sfn ../lib/tandem/bin/tandem ${root}/usr/bin/tandem`,
      ...INSTALLED.map((name) => `cp ${CHECKOUT}/systemd/${name}.service ${units}/`),
      `mkdir -p ${root}/etc/tandem`,
    ];
    await must(['sh', '-c', commands.join(' && ')]);
    writeFileSync(`${units}/lab.target`, TARGET);
    writeFileSync(`${root}/etc/machine-id`, `${'0123456789abcdef'.repeat(2)}\n`);
    writeFileSync(this.#at('boot.sh'), BOOT);
  }

  #start(): void {
    const inside = ['bash', this.#at('boot.sh'), this.#at('root'), CHECKOUT];
    const spaces = ['--mount', '--uts', '--ipc', '--pid', '--cgroup', '--fork', '--kill-child'];
    // A group of its own first: the namespace begins at the group that its first process is in.
    const outer = `mount -t cgroup2 cgroup /sys/fs/cgroup && mkdir -p /sys/fs/cgroup/${this.#netns} &&
      echo $$ > /sys/fs/cgroup/${this.#netns}/cgroup.procs &&
      exec unshare ${spaces.join(' ')} ${inside.join(' ')}`;
    this.#outer = spawn(
      'sh',
      [
        '-c',
        'exec ip netns exec "$1" unshare --mount sh -c "$2" > "$3" 2>&1',
        'sh',
        this.#netns,
        outer,
        this.#consoleLog,
      ],
      { stdio: 'ignore' },
    );
  }

  /** As long as it may not be there yet. */
  async #tryRun(command: string): Promise<Ended | undefined> {
    const found = await run(['pgrep', '-P', String(this.#outer?.pid)]);
    this.#pid = Number(found.stdout.trim().split('\n')[0]) || 0;
    return this.#pid === 0 ? undefined : this.run(command);
  }
}
