/** Loads a configuration file from the disk and checks it against this machine. */
import { hostname } from 'node:os';
import type { CheckerSettings } from '../checker/settings.js';
import { renderDiagnosticLine, renderDiagnostics } from '../config/diagnostics/render.js';
import { dump } from '../config/dump/index.js';
import { loadConfiguration } from '../config/load.js';
import { openRoute } from '../netlink/route.js';
import type { VrrpSettings } from '../vrrp/settings.js';
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
  /** Diagnostics, warnings included, one line each, for the log. */
  readonly problems: readonly string[];
  /** The same for a terminal: with the lines they point at. */
  readonly report: string;
}

/**
 * Reads, parses and checks a configuration.
 *
 * @param options `configId`: what `@ID` at the beginning of a line is compared with; the first part
 *   of the host's name if not given. `color`: whether to colour the report for a terminal.
 */
export async function readConfiguration(
  path: string,
  options: { readonly configId?: string | undefined; readonly color?: boolean } = {},
): Promise<LoadedConfiguration> {
  const interfaces = await interfaceNames();
  const configId = options.configId ?? (hostname().split('.')[0] as string);
  const loaded = loadConfiguration(path, diskFiles, {
    configId,
    ...(interfaces ? { interfaces } : {}),
  });
  const problems = loaded.diagnostics.map(renderDiagnosticLine);
  const report = renderDiagnostics(loaded.diagnostics, loaded.sources, {
    color: options.color ?? false,
  });
  if (!loaded.config) return { problems, report };
  return {
    configuration: {
      vrrp: vrrpSettings(loaded.config),
      checker: checkerSettings(loaded.config),
      text: dump(loaded.config),
    },
    problems,
    report,
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
