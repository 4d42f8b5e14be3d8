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
import { instanceBlock } from './vrrp/instance.js';
import { groupBlock } from './vrrp/sync-group.js';
import { trackFileBlock, trackProcessBlock, trackScriptBlock } from './vrrp/tracking.js';

export interface DumpOptions {
  /**
   * Passwords as stars; in clear text (for writing a file that works); or in clear text between
   * marks that {@link hideMarked} makes stars of.
   */
  readonly secrets?: 'hide' | 'show' | 'mark';
}

const HIDDEN = '********';
/** A signature's key has at least 32 bytes: as many stars, so that the text can be read again. */
const HIDDEN_KEY = HIDDEN.repeat(4);
/** Stands in no canonical text: there it would be an escape. */
const MARK = '\0';

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
  const secret = secretWriter(options);
  return [
    ...placeLines(config.global),
    globalBlock(config.global),
    ...config.trackGroups.map(trackGroupBlock),
    ...staticAddressBlock(config.staticAddresses),
    ...routeBlock('static_routes', config.staticRoutes),
    ...ruleBlock('static_rules', config.staticRules),
    ...interfaceBlocks(config),
    ...config.trackScripts.map(trackScriptBlock),
    ...config.trackFiles.map(trackFileBlock),
    ...config.trackProcesses.map(trackProcessBlock),
    ...config.syncGroups.map(groupBlock),
    ...config.instances.map((instance) => instanceBlock(instance, secret)),
    ...(config.ssl ? [sslBlock(config.ssl, secret)] : []),
    ...config.virtualServerGroups.map(virtualServerGroupBlock),
    ...config.virtualServers.map(serverBlock),
  ];
}

/** How a block writes its secrets. */
export function secretWriter({ secrets }: DumpOptions): (text: string) => string {
  if (secrets === 'show') return quote;
  if (secrets === 'mark') return (text) => MARK + quote(text) + MARK;
  return (text) => (text.length >= HIDDEN_KEY.length ? HIDDEN_KEY : HIDDEN);
}

/** Text of a dump with marked secrets as it may be shown. */
export function hideMarked(text: string): string {
  return text.includes(MARK) ? text.replace(/\0[^\0]*\0/g, HIDDEN) : text;
}

/** Each route in one line, as it is written in the configuration. */
export function routeTexts(routes: Config['staticRoutes']): string[] {
  return bodyTexts(routeBlock('virtual_routes', routes));
}

/** Each rule in one line. */
export function ruleTexts(rules: Config['staticRules']): string[] {
  return bodyTexts(ruleBlock('virtual_rules', rules));
}

function bodyTexts(blocks: readonly Line[]): string[] {
  return blocks.flatMap(({ body }) => (body ?? []).map(({ text }) => text));
}
