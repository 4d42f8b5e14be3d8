/** Opens the kernel's table for a command. */
import { spawnSync } from 'node:child_process';
import { IpvsClient } from '../../ipvs/client.js';
import { NetlinkError } from '../../netlink/errors.js';

/** A dump of 100,000 real servers is one exchange. */
const TIMEOUT_MILLIS = 60_000;

/** Loads the module if it is not there. */
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
