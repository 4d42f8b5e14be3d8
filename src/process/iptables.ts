/** The programs of legacy iptables, for kernels whose nftables cannot do what is wanted. */
import { spawn } from 'node:child_process';
import type { Family } from '../base/ip.js';
import type { Iptables } from '../kernel/owned-chains.js';

/** How long another program may hold the lock, s, and how long one may take in all, ms. */
const LOCK_SECONDS = 5;
const TIMEOUT_MILLIS = 20_000;
/** Where they are if PATH does not say. */
const FOLDERS = '/usr/sbin:/sbin:/usr/local/sbin';

/**
 * Debian and its like have both variants and name this one so; elsewhere there is one, and it is this
 * one where the kernel's nftables cannot translate.
 */
const VARIANTS = ['-legacy', ''] as const;

/** Runs something in the network namespace that is meant. */
export type Within = <T>(run: () => T) => T;

/** Runs them. Each rejects with what the program said. */
export function iptablesPrograms(within: Within): Iptables {
  return {
    save: (family, table) => run(within, family, 'save', ['-t', table], ''),
    restore: async (family, text) => {
      await run(within, family, 'restore', ['--noflush', '-w', String(LOCK_SECONDS)], text);
    },
  };
}

async function run(
  within: Within,
  family: Family,
  what: 'save' | 'restore',
  args: readonly string[],
  input: string,
): Promise<string> {
  const base = family === 4 ? 'iptables' : 'ip6tables';
  for (const variant of VARIANTS) {
    const output = await runProgram(within, `${base}${variant}-${what}`, args, input);
    if (output !== undefined) return output;
  }
  throw new Error(`${base} is not installed`);
}

/** @returns its output; undefined: there is no such program. */
function runProgram(
  within: Within,
  program: string,
  args: readonly string[],
  input: string,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = within(() =>
      spawn(program, args, {
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: TIMEOUT_MILLIS,
        env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${FOLDERS}`, LC_ALL: 'C' },
      }),
    );
    let [output, messages] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      messages += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(new Error(`${program}: ${reasonOf(messages) ?? signal ?? `exit status ${code}`}`));
    });
    // A program that ends without reading its input says so by its status.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** The first line that is no warning about the other variant's rules. */
function reasonOf(messages: string): string | undefined {
  return messages.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
}
