/** The network namespace that a configuration names, before anything else is done with it. */
import { messageOf } from '../base/errors.js';
import { loadFile } from '../process/configuration.js';
import { enterNetNamespace } from '../process/net-namespace.js';
import type { DaemonArguments } from './arguments.js';

/**
 * Enters `net_namespace`, so that the configuration is checked against the interfaces that are there.
 *
 * @returns why that cannot be.
 */
export async function enterPlace({
  configFile,
  configId,
}: Pick<DaemonArguments, 'configFile' | 'configId'>): Promise<string | undefined> {
  const { config } = await loadFile(configFile, configId, 'place');
  const name = config?.global.place.netNamespace;
  if (name === undefined) return undefined;
  try {
    enterNetNamespace(name);
    return undefined;
  } catch (error) {
    return `cannot enter net_namespace ${name}: ${messageOf(error)}`;
  }
}
