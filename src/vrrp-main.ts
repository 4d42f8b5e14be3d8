/** The entry of the vrrp process. */
import { openChildLog } from './process/child-log.js';
import { runVrrpProcess } from './process/vrrp-process.js';

process.title = 'tandem_vrrp';
await runVrrpProcess({ logger: openChildLog('vrrp', process.env) });
