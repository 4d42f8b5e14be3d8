/** Loads a configuration file from the disk and checks it against this machine. */
import type { CheckerSettings } from '../checker/settings.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import { loadConfiguration } from '../config/load.js';
import { renderDiagnostics } from '../config/diagnostics.js';
import { dumpConfig } from '../config/dump.js';
import { openRoute } from '../netlink/route.js';
import { diskFiles } from './config-files.js';
import { checkerSettings, vrrpSettings } from './settings.js';

/** A configuration that can be run, or what is wrong with it. */
export interface LoadedConfiguration {
  readonly configuration?: {
    readonly vrrp: VrrpSettings;
    readonly checker: CheckerSettings;
    /** The effective configuration as canonical text. */
    readonly text: string;
  };
  /** Rendered diagnostics, warnings included, in the file's order. */
  readonly problems: readonly string[];
}

/**
 * Reads, parses and checks a configuration.
 *
 * @param color whether to colour the diagnostics for a terminal.
 */
export async function readConfiguration(path: string, color = false): Promise<LoadedConfiguration> {
  const interfaces = await interfaceNames();
  const loaded = loadConfiguration(path, diskFiles, interfaces ? { interfaces } : {});
  const problems = renderDiagnostics(loaded.diagnostics, loaded.sources, { color });
  if (!loaded.config) return { problems };
  return {
    configuration: {
      vrrp: vrrpSettings(loaded.config),
      checker: checkerSettings(loaded.config),
      text: dumpConfig(loaded.config),
    },
    problems,
  };
}

/** The machine's interfaces; `undefined` where they cannot be read, so that nothing is refused. */
async function interfaceNames(): Promise<string[] | undefined> {
  try {
    const route = openRoute();
    try {
      return (await route.links()).map((link) => link.name);
    } finally {
      route.close();
    }
  } catch {
    return undefined;
  }
}
