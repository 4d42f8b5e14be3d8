/** Kernel modules that the configuration needs, loaded as keepalived does it: by modprobe(8). */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Logger } from '../base/log.js';

const MODPROBE_MILLIS = 5_000;

/**
 * Loads `ip_vs` unless the kernel has IPVS already. A failure is told and is no obstacle: the
 * checker process reports the missing family and asks again, and whoever may load modules can.
 */
export function loadIpvs(logger: Logger): Promise<void> {
  if (existsSync('/proc/net/ip_vs')) return Promise.resolve();
  return new Promise((resolve) => {
    execFile('modprobe', ['ip_vs'], { timeout: MODPROBE_MILLIS }, (error, _output, messages) => {
      if (error) {
        const reason = messages.trim().split('\n')[0] || error.message;
        logger.warning('modprobe-failed', `Cannot load the module ip_vs: ${reason}`);
      }
      resolve();
    });
  });
}
