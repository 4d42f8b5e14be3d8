/**
 * The model as canonical text: every value spelled out, nothing inherited, today's keywords. Reading
 * it again gives the same model.
 */
import type { Config } from '../model/index.js';
import { staticAddressBlock, trackGroupBlock } from './addresses.js';
import { globalBlock, placeLines } from './global.js';
import { interfaceBlocks } from './interfaces.js';
import { serverBlock, sslBlock, virtualServerGroupBlock } from './lvs.js';
import { routeBlock } from './routes.js';
import { ruleBlock } from './rules.js';
import { type Line, quote, renderLines } from './text.js';
import { groupBlock, instanceBlock } from './vrrp.js';

export interface DumpOptions {
  /** Passwords in clear text (for writing a file that works) rather than as stars. */
  readonly secrets?: 'hide' | 'show';
}

const HIDDEN = '********';

/**
 * Renders a model.
 *
 * @param options secrets are hidden unless asked for; with them hidden the text reads as a
 *   configuration with another password.
 */
export function dump(config: Config, options: DumpOptions = {}): string {
  return dumpLines(config, options)
    .map((block) => renderLines([block]))
    .join('\n');
}

/** The blocks of the canonical text, each value with its origin. */
export function dumpLines(config: Config, options: DumpOptions = {}): Line[] {
  const secret = (text: string): string => (options.secrets === 'show' ? quote(text) : HIDDEN);
  return [
    ...placeLines(config.global),
    globalBlock(config.global),
    ...config.trackGroups.map(trackGroupBlock),
    ...staticAddressBlock(config.staticAddresses),
    ...routeBlock('static_routes', config.staticRoutes),
    ...ruleBlock('static_rules', config.staticRules),
    ...interfaceBlocks(config),
    ...config.syncGroups.map(groupBlock),
    ...config.instances.map((instance) => instanceBlock(instance, secret)),
    ...(config.ssl ? [sslBlock(config.ssl, secret)] : []),
    ...config.virtualServerGroups.map(virtualServerGroupBlock),
    ...config.virtualServers.map(serverBlock),
  ];
}
