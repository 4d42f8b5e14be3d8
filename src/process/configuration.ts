/** Loads a configuration file from the disk and checks it against this machine. */
import { hostname } from 'node:os';
import type { CheckerSettings } from '../checker/settings.js';
import { labelOf } from '../config/build/settle.js';
import { renderDiagnosticLine, renderDiagnostics } from '../config/diagnostics/render.js';
import { dump } from '../config/dump/index.js';
import { loadConfiguration } from '../config/load.js';
import type { Config } from '../config/model/index.js';
import { notRun } from '../config/readiness.js';
import type { NotRunStatus } from '../control/status.js';
import { openRoute } from '../netlink/route.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import { diskFiles } from './config-files.js';
import { checkerSettings, vrrpSettings } from './settings.js';

/** A configuration that can be run, or what is wrong with it. */
export interface LoadedConfiguration {
  readonly configuration?: {
    readonly vrrp: VrrpSettings;
    readonly checker: CheckerSettings;
    /** What is in the configuration and left out: this version cannot run it as written. */
    readonly notRun: readonly NotRunStatus[];
    /** The effective configuration as canonical text. */
    readonly text: () => string;
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
  const { config } = loaded;
  if (!config) return { problems, report };
  return {
    configuration: {
      vrrp: vrrpSettings(config),
      checker: checkerSettings(config),
      notRun: notRunStatus(config),
      text: () => dump(config),
    },
    problems,
    report,
  };
}

function notRunStatus(config: Config): NotRunStatus[] {
  const { instances, virtualServers } = notRun(config);
  return [
    ...[...instances].map(([{ name }, needs]) => ({ kind: 'vrrp_instance' as const, name, needs })),
    ...[...virtualServers].map(([server, needs]) => ({
      kind: 'virtual_server' as const,
      name: labelOf(server),
      needs,
    })),
  ];
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
