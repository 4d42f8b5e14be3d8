/** The network namespace that a configuration names, before anything else is done with it. */
import { messageOf } from '../base/errors.js';
import { netNamespaceOf } from '../config/place.js';
import { diskFiles } from '../process/config-files.js';
import { usualConfigId } from '../process/configuration.js';
import { enterNetNamespace } from '../process/net-namespace.js';
import type { DaemonArguments } from './arguments.js';

/**
 * Enters `net_namespace`, so that the configuration is checked against the interfaces that are there.
 *
 * @returns why that cannot be.
 */
export function enterPlace({
  configFile,
  configId = usualConfigId(),
}: Pick<DaemonArguments, 'configFile' | 'configId'>): string | undefined {
  const name = netNamespaceOf(configFile, diskFiles, configId);
  if (name === undefined) return undefined;
  try {
    enterNetNamespace(name);
    return undefined;
  } catch (error) {
    return `cannot enter net_namespace ${name}: ${messageOf(error)}`;
  }
}
