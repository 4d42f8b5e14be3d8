/** The whole grammar, and what can be asked of it without reading a file. */
import type { TreeHints } from '../text/tree.js';
import { STATIC_ADDRESS_SYNTAX, staticAddressOptions } from './addresses.js';
import { none, text } from './args.js';
import { bfd } from './bfd.js';
import { globalDefs } from './global/index.js';
import { interfaces } from './interfaces.js';
import { block, entries, type Keyword, type Keywords } from './keyword.js';
import { serviceName } from './lvs/service.js';
import { ssl } from './lvs/ssl.js';
import { GROUP_ENTRY, virtualServer } from './lvs/virtual-server.js';
import { STATIC_ROUTE_SYNTAX, staticRouteWords } from './routes.js';
import { STATIC_RULE_SYNTAX, staticRuleOptions } from './rules.js';
import { top } from './top.js';
import { trackGroup } from './track-group.js';
import { tracked } from './vrrp/tracking.js';
import { name, vrrpInstance, vrrpSyncGroup } from './vrrp.js';

/** What stands at the top of a configuration. */
export const grammar = {
  ...top,
  global_defs: block(none, globalDefs, 'Settings of the whole daemon, and defaults.', {
    repeatable: true,
  }),
  vrrp_sync_group: block(name, vrrpSyncGroup, 'Instances that change state together.', {
    repeatable: true,
  }),
  vrrp_instance: block(name, vrrpInstance, 'A virtual router and its addresses.', {
    repeatable: true,
  }),
  ...tracked,
  virtual_server: block(serviceName, virtualServer, 'A balanced service and its real servers.', {
    repeatable: true,
  }),
  track_group: block(name, trackGroup, 'Instances that track static addresses, routes and rules.', {
    repeatable: true,
  }),
  static_ipaddress: entries(
    none,
    STATIC_ADDRESS_SYNTAX,
    'Addresses that do not move.',
    { repeatable: true },
    staticAddressOptions,
  ),
  static_routes: entries(
    none,
    STATIC_ROUTE_SYNTAX,
    'Routes that do not move.',
    { repeatable: true },
    staticRouteWords,
  ),
  static_rules: entries(
    none,
    STATIC_RULE_SYNTAX,
    'Rules of routing that do not move.',
    { repeatable: true },
    staticRuleOptions,
  ),
  virtual_server_group: entries(
    text,
    GROUP_ENTRY,
    'Addresses and marks that are balanced as one: each real server is checked once for all.',
    { repeatable: true },
  ),
  SSL: block(none, ssl, 'What SSL_GET shows of itself.'),
  ...interfaces,
  ...bfd,
};

/** Words at the top that always open a block. Also met deep inside if a brace was lost before. */
const TOP_BLOCKS = new Set([
  'global_defs',
  'vrrp_sync_group',
  'vrrp_instance',
  'virtual_server',
  'virtual_server_group',
  'vrrp_script',
  'vrrp_track_file',
  'vrrp_track_process',
  'static_ipaddress',
  'static_routes',
  'static_rules',
  'track_group',
  'garp_group',
  'bfd_instance',
  'interface_up_down_delays',
  'linkbeat_interfaces',
  'SSL',
]);

let blocks: Map<string, Keywords> | undefined;

/** Every table by the keyword that opens its block; `''` is the top. */
export function allBlocks(): ReadonlyMap<string, Keywords> {
  if (blocks) return blocks;
  const found = new Map<string, Keywords>([['', grammar]]);
  const visit = (keywords: Keywords): void => {
    for (const [word, keyword] of Object.entries(keywords)) {
      if (keyword.body?.kind !== 'block' || found.has(word)) continue;
      found.set(word, keyword.body.keywords);
      visit(keyword.body.keywords);
    }
  };
  visit(grammar);
  blocks = found;
  return found;
}

/** The blocks in which a word is a keyword; `''` is the top. */
export function blocksOf(word: string): string[] {
  return [...allBlocks()]
    .filter(([, keywords]) => Object.hasOwn(keywords, word))
    .map(([opener]) => opener);
}

/** A keyword of a table, by its own name only (`toString` is no keyword). */
export function lookUp(keywords: Keywords, word: string): Keyword | undefined {
  return Object.hasOwn(keywords, word) ? keywords[word] : undefined;
}

/** What the tree stage wants to know about words. */
export const treeHints: TreeHints = {
  opensBlock: (word) => blockOpeners().has(word),
  isPlain: (word) => {
    const places = blocksOf(word);
    return (
      places.length > 0 &&
      places.every((opener) => lookUp(allBlocks().get(opener) ?? {}, word)?.body === undefined)
    );
  },
  topLevelOnly: (word) => TOP_BLOCKS.has(word),
  holds(block, word) {
    const keywords = allBlocks().get(block);
    if (keywords) return lookUp(keywords, word) !== undefined;
    return entryBlocks().has(block) ? false : undefined;
  },
  homeOf(word, block) {
    const keywords = allBlocks().get(block);
    if (!keywords || lookUp(keywords, word)) return undefined;
    const homes = blocksOf(word).filter((home) => lookUp(keywords, home)?.body?.kind === 'block');
    return homes.length === 1 ? homes[0] : undefined;
  },
};

let texts: ReadonlyMap<string, string> | undefined;

/** Every keyword of every table, by itself. */
export function keywordTexts(): ReadonlyMap<string, string> {
  texts ??= new Map(
    [...allBlocks().values()].flatMap((keywords) =>
      Object.keys(keywords).map((word): [string, string] => [word, word]),
    ),
  );
  return texts;
}

let shells: ReadonlySet<string> | undefined;

/** Keywords whose words are read as a shell does. */
export function shellWords(): ReadonlySet<string> {
  shells ??= new Set(
    [...allBlocks().values()].flatMap((keywords) =>
      Object.keys(keywords).filter((word) => keywords[word]?.args.readsLikeShell === true),
    ),
  );
  return shells;
}

let lists: ReadonlySet<string> | undefined;

/** Words that open a block of entries: no keyword stands in there. */
function entryBlocks(): ReadonlySet<string> {
  lists ??= new Set(
    [...allBlocks().values()].flatMap((keywords) =>
      Object.keys(keywords).filter((word) => keywords[word]?.body?.kind === 'entries'),
    ),
  );
  return lists;
}

let openers: ReadonlySet<string> | undefined;

/** Words that open a block wherever they are keywords. */
function blockOpeners(): ReadonlySet<string> {
  if (openers) return openers;
  const opening = new Set(TOP_BLOCKS);
  const plain = new Set<string>();
  for (const keywords of allBlocks().values()) {
    for (const [word, keyword] of Object.entries(keywords)) {
      if (keyword.body) opening.add(word);
      else if (!TOP_BLOCKS.has(word)) plain.add(word);
    }
  }
  for (const word of plain) opening.delete(word);
  openers = opening;
  return opening;
}
