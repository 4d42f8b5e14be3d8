/** Runs programs and measures them: wall clock, processor time and peak memory of the whole process. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * Runs a program to its end.
 *
 * @param limit seconds after which it is stopped.
 * @returns seconds of wall clock and of the processor, peak resident memory in MB, exit code
 *   (`undefined`: it was stopped). Processor time and memory are sampled, so a few ms may be missed.
 */
export function measure(command, args, { limit, cwd }) {
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const child = spawn(command, args, { cwd, stdio: 'ignore' });
    let cpu = 0;
    let memory = 0;
    const sample = () => {
      try {
        memory = Number(
          /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? memory,
        );
        cpu = processorTime(child.pid);
      } catch {
        // It has ended; the last sample counts.
      }
    };
    const sampling = setInterval(sample, 10);
    let stopped = false;
    const stopping = setTimeout(() => {
      stopped = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(sampling);
      clearTimeout(stopping);
      const wall = Number(process.hrtime.bigint() - begin) / 1e9;
      resolve({ wall, cpu, memory: memory / 1024, code: stopped ? undefined : code });
    });
  });
}

/** Seconds of the processor that a living process has had. */
export function processorTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND;
}

/** The middle one of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
