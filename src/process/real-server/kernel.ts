/** The kernel under a real server: netlink, sysctls and the module that takes GUE. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Settings } from '../../kernel/real-server/model.js';
import type { RealServerKernel } from '../../kernel/real-server/side.js';
import { NetlinkError } from '../../netlink/errors.js';
import { FouClient, type GuePort } from '../../netlink/fou.js';
import { openLinks } from '../../netlink/links.js';

const MODPROBE_MILLIS = 5_000;

/** net.ipv4.conf of this network namespace. */
export const interfaceSettings: Settings = {
  read(key) {
    try {
      return Number(readFileSync(`/proc/sys/net/ipv4/conf/${key}`, 'latin1').trim());
    } catch {
      return undefined;
    }
  },
  write(key, value) {
    writeFileSync(`/proc/sys/net/ipv4/conf/${key}`, String(value));
  },
};

/** An open kernel; close it. */
export function openRealServerKernel(): RealServerKernel & { close(): void } {
  const links = openLinks();
  let fou: FouClient | undefined;
  const gue = async (): Promise<FouClient> => {
    fou ??= await openFou();
    return fou;
  };
  return {
    links: () => links.links(),
    addresses: () => links.addresses(),
    apply: (operation) => links.apply(operation),
    settings: interfaceSettings,
    gue: {
      read: async () => (await gue()).read(),
      add: async (port) => (await gue()).add(port),
      delete: async (port) => (await gue()).delete(port),
    },
    close() {
      links.close();
      fou?.close();
    },
  };
}

/** The ports of GUE as they are; `undefined`: the module is not loaded, which is left so. */
export async function readGuePorts(): Promise<readonly GuePort[] | undefined> {
  let fou: FouClient | undefined;
  try {
    fou = await FouClient.open();
    return await fou.read();
  } catch {
    return undefined;
  } finally {
    fou?.close();
  }
}

async function openFou(): Promise<FouClient> {
  try {
    return await FouClient.open();
  } catch (error) {
    if (!(error instanceof NetlinkError) || !error.is('ENOENT')) throw error;
    // No interface and no family brings it along: it has to be named.
    const why = await modprobe('fou');
    if (why !== undefined) throw new Error(`the kernel takes no GUE: modprobe fou: ${why}`);
    return FouClient.open();
  }
}

function modprobe(module: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('modprobe', [module], { timeout: MODPROBE_MILLIS }, (error, _output, messages) => {
      resolve(error ? messages.trim().split('\n')[0] || error.message : undefined);
    });
  });
}
