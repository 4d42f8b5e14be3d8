/**
 * The architecture as tables, each rule with its reason, and the functions that apply them. They
 * take file names and texts, so that every rule can be shown to fail on a bad example.
 */
import path from 'node:path';
import { type Import, lineOf, scan } from './source.js';

export interface SourceFile {
  /** From the checkout's root: `src/vrrp/engine.ts`. */
  readonly name: string;
  readonly text: string;
}

/** `src/vrrp/engine.ts:12: … (reason)`. */
export type Violation = string;

// --- pure folders ---------------------------------------------------------------------------

export const PURITY_REASON =
  'the core is a function of its arguments, so that it can be simulated and replayed';

/** Files that must be pure, by path; `except` names the rim inside a pure folder. */
const PURE: readonly { readonly path: RegExp; readonly except?: RegExp }[] = [
  { path: /^src\/vrrp\// },
  { path: /^src\/checker\//, except: /^src\/checker\/probe\// },
  { path: /^src\/config\// },
  { path: /^src\/tracking\// },
  { path: /^src\/notify\// },
  { path: /^src\/ipvs\//, except: /^src\/ipvs\/client\.ts$/ },
  // The formats of netlink: bytes in, values out.
  { path: /^src\/netlink\/(?:attributes|constants|message)\.ts$/ },
  { path: /^src\/ipvs-sync\/(?:message|options)(?:\.ts|-|\/)/ },
];

/** Parts of base that touch the world. */
const IMPURE_BASE = ['src/base/clock.ts', 'src/base/log.ts'];

/** Ambient names that bring in time, chance or the process. */
const AMBIENT = [
  'Date',
  'process',
  'performance',
  'crypto',
  'console',
  'globalThis',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
];

export function isPure(name: string): boolean {
  return PURE.some((rule) => rule.path.test(name) && !rule.except?.test(name));
}

/** Rule 1: pure files import no I/O and use no ambient time, chance or process. */
export function purity(file: SourceFile): Violation[] {
  if (!isPure(file.name)) return [];
  const found: Violation[] = [];
  const { code, imports } = scan(file.text);
  for (const { specifier } of imports) {
    const target = resolve(file.name, specifier);
    if (target === undefined) {
      found.push(`${file.name}: imports ${specifier} (${PURITY_REASON})`);
    } else if (
      IMPURE_BASE.includes(target) ||
      !(target.startsWith('src/base/') || isPure(target))
    ) {
      found.push(`${file.name}: imports ${target}, which is not pure (${PURITY_REASON})`);
    }
  }
  for (const { name, line } of ambientUses(code)) {
    found.push(`${file.name}:${line}: uses ${name} (${PURITY_REASON})`);
  }
  return found;
}

/** Uses of ambient names as values: not members (`x.process`), keys (`process:`) or types. */
function ambientUses(code: string): { name: string; line: number }[] {
  const found: { name: string; line: number }[] = [];
  const pattern = new RegExp(
    `(?<![.\\w$]|\\?\\.)(${AMBIENT.join('|')})\\b(?!\\s*\\??:[^:])|\\bMath\\s*\\.\\s*(random)\\b`,
    'g',
  );
  for (const match of code.matchAll(pattern)) {
    found.push({ name: match[1] ?? 'Math.random', line: lineOf(code, match.index) });
  }
  return found;
}

// --- layers ---------------------------------------------------------------------------------

interface LayerRule {
  readonly from: RegExp;
  /** What it may import, besides itself. */
  readonly may: RegExp;
  readonly reason: string;
}

const LAYERS: readonly LayerRule[] = [
  {
    from: /^src\/base\//,
    may: /^$/,
    reason: 'base is imported by all and knows nothing of LVS',
  },
  {
    from: /^src\/vrrp\//,
    may: /^src\/base\//,
    reason: 'the VRRP engine knows neither checks nor kernels nor processes',
  },
  {
    from: /^src\/tracking\//,
    may: /^src\/base\//,
    reason: 'results to verdicts: who runs what is the process’s business',
  },
  {
    from: /^src\/notify\//,
    may: /^src\/(?:base\/|(?:tracking\/settings|checker\/notices)\.ts$)/,
    reason: 'what is told to whom: who runs what is the process’s business',
  },
  {
    from: /^src\/checker\//,
    may: /^src\/(?:base\/|ipvs\/model\.ts$)/,
    reason: 'checks decide what the table should be; they know of its model only, never of VRRP',
  },
  {
    from: /^src\/ipvs\//,
    may: /^src\/(?:base|netlink)\//,
    reason: 'the IPVS table knows neither checks nor processes',
  },
  {
    from: /^src\/ipvs-sync\/(?:message|options)/,
    may: /^src\/base\//,
    reason: 'sync messages are bytes in, values out',
  },
  {
    from: /^src\/config\//,
    may: /^src\/(?:base\/|(?:ipvs\/model|vrrp\/settings|checker\/settings)\.ts$)/,
    reason: 'the configuration is a value; nothing that runs is known to it',
  },
  {
    from: /^src\/netlink\//,
    may: /^src\/base\//,
    reason: 'netlink carries messages and knows none of their users',
  },
  {
    from: /^src\/packet-io\//,
    may: /^src\/(?:base|vrrp)\//,
    reason: 'packet I/O carries frames; codecs are the engine’s',
  },
  {
    from: /^src\/kernel\//,
    may: /^src\/(?:base|netlink|packet-io|vrrp|ipvs|kernel)\//,
    reason: 'the reconcilers make desired state true; they know no process and no configuration',
  },
  {
    from: /^src\//,
    may: /^src\//,
    reason: 'what ships does not depend on tests',
  },
];

/** Each file imports only what its layer may know. */
export function layering(file: SourceFile): Violation[] {
  const rule = LAYERS.find((layer) => layer.from.test(file.name));
  if (!rule) return [];
  const found: Violation[] = [];
  for (const { specifier } of scan(file.text).imports) {
    const target = resolve(file.name, specifier);
    if (target === undefined || rule.from.test(target) || rule.may.test(target)) continue;
    found.push(`${file.name}: imports ${target} (${rule.reason})`);
  }
  return found;
}

// --- one importer for each third-party module ------------------------------------------------

/** Rule 11. The files are where each module is wrapped. */
export function thirdParty(files: readonly SourceFile[]): Violation[] {
  const importers = new Map<string, string[]>();
  for (const file of files) {
    if (!file.name.startsWith('src/')) continue;
    for (const module of new Set(scan(file.text).imports.map(packageOf))) {
      if (module === undefined) continue;
      importers.set(module, [...(importers.get(module) ?? []), file.name]);
    }
  }
  return [...importers]
    .filter(([, names]) => names.length > 1)
    .map(
      ([module, names]) =>
        `${module} is imported by ${names.join(' and ')} (one file wraps each third-party module, ` +
        'so that it can be replaced there)',
    );
}

/** Packages are found from any depth. */
const REQUIRE = 'src/base/packages.ts';

/** Packages that src/ may use at all. */
export const ALLOWED_PACKAGES = [
  'koffi',
  'netlink',
  'nodemailer',

  'raw-socket',
  'sonic-boom',
];

/** A dependency more is a decision, made in this table. */
export function allowedPackages(file: SourceFile): Violation[] {
  if (!file.name.startsWith('src/')) return [];
  return scan(file.text)
    .imports.map(packageOf)
    .filter((name): name is string => name !== undefined && !ALLOWED_PACKAGES.includes(name))
    .map(
      (name) => `${file.name}: imports ${name}, which is not among ${ALLOWED_PACKAGES.join(' ')}`,
    );
}

function packageOf({ specifier }: Import): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

// --- what a process must never load ----------------------------------------------------------

interface ReachRule {
  readonly entry: string;
  readonly never: RegExp;
  readonly reason: string;
}

export const REACH: readonly ReachRule[] = [
  {
    entry: 'src/process/vrrp-process.ts',
    never: /^node:(?:tls|https?|http2|dns|child_process|worker_threads|cluster)(?:\/|$)/,
    reason: 'the vrrp process sends adverts and does nothing that could delay them',
  },
  {
    entry: 'src/process/vrrp-process.ts',
    never: /^src\/(?:checker|config|control|cli)\//,
    reason: 'nothing flows from the checker to vrrp, and its heap stays small',
  },
  {
    entry: 'src/process/checker-process.ts',
    never: /^src\/(?:vrrp|config|control|cli|packet-io\/(?:advert|announc|raw))/,
    reason: 'the checker writes the IPVS table and knows nothing of VRRP',
  },
];

/** Everything an entry imports, at run time and transitively, against {@link REACH}. */
export function reach(files: readonly SourceFile[], rules = REACH): Violation[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const found: Violation[] = [];
  for (const rule of rules) {
    const seen = new Set<string>();
    const walk = (name: string, way: readonly string[]): void => {
      const file = byName.get(name);
      if (!file || seen.has(name)) return;
      seen.add(name);
      for (const { specifier, typeOnly } of scan(file.text).imports) {
        if (typeOnly) continue;
        const target = resolve(name, specifier) ?? specifier;
        const here = [...way, target];
        if (rule.never.test(target)) found.push(`${here.join(' -> ')} (${rule.reason})`);
        else walk(target, here);
      }
    };
    walk(rule.entry, [rule.entry]);
  }
  return found;
}

// --- shape of files --------------------------------------------------------------------------

/** Names, exports and constructs that we do not use. */
export function shape(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  const { code } = scan(file.text);
  const at = (pattern: RegExp, what: string): void => {
    for (const match of code.matchAll(pattern)) {
      found.push(`${file.name}:${lineOf(code, match.index)}: ${what}`);
    }
  };
  const base = path.posix.basename(file.name);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.d)?\.(?:ts|mjs)$/.test(base)) {
    found.push(`${file.name}: file names are kebab-case`);
  }
  at(
    /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/gm,
    'no enum: use a union of literals',
  );
  // Declarations of modules that are not ours follow those modules.
  if (!file.name.endsWith('.d.ts')) {
    at(/^\s*(?:export\s+)?namespace\s+\w/gm, 'no namespace: a file is one');
  }
  // `IPv4Header` is a word of its own.
  at(/\b(?:interface|class|type)\s+I(?!Pv\d)[A-Z][a-z]\w*/g, 'no I prefix');
  // Mocha loads a reporter by its default export; nothing else has that excuse.
  if (file.name !== 'test/support/reporter.ts') {
    at(/^\s*export\s+default\b/gm, 'no default export: a name is easier to find');
  }
  if (file.name.startsWith('src/')) {
    at(/\bconsole\s*\./g, 'no console: log through base/log or write to a stream');
    // The bundle's chunks lie as deep as these: elsewhere the path would be another one.
    const isPlace = path.posix.dirname(file.name) === 'src' || file.name === REQUIRE;
    if (!isPlace) {
      at(/\bimport\.meta\b/g, 'no import.meta: where the program lies is told by src/program.ts');
    }
  }
  return found;
}

export const MANY_LINES = 300;
/** Above this a file is split, whatever it holds. */
export const TOO_MANY_LINES = 700;

/** Files beyond a number of lines. */
export function longerThan(files: readonly SourceFile[], lines: number): string[] {
  return files
    .map((file) => ({ name: file.name, lines: file.text.split('\n').length - 1 }))
    .filter((file) => file.lines > lines)
    .sort((a, b) => b.lines - a.lines)
    .map((file) => `${file.name}: ${file.lines} lines`);
}

// --- error codes -----------------------------------------------------------------------------

/**
 * Codes given literally to TandemError or to a class derived from it, and those of a union whose name
 * ends in `ErrorCode`.
 */
export function errorCodes(file: SourceFile): string[] {
  const codes: string[] = [];
  for (const union of file.text.matchAll(/\btype\s+\w*ErrorCode\s*=([^;]*);/g)) {
    for (const code of (union[1] as string).matchAll(/'([A-Z0-9_]+)'/g)) {
      codes.push(code[1] as string);
    }
  }
  const pattern = /(?:new\s+\w*Error|super)\(\s*'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g;
  for (const match of file.text.matchAll(pattern)) codes.push(match[1] as string);
  return codes;
}

/** Codes without a heading of their own in doc/diagnostics.md. */
export function undocumented(codes: Iterable<string>, document: string): string[] {
  const headings = new Set<string>();
  for (const match of document.matchAll(/^#{2,6}\s+(.*)$/gm)) {
    for (const word of (match[1] as string).matchAll(/[A-Za-z0-9_-]+/g)) headings.add(word[0]);
  }
  return [...new Set(codes)].filter((code) => !headings.has(code)).sort();
}

// --- helpers ---------------------------------------------------------------------------------

/** A relative import's file from the checkout's root; undefined for packages and Node's modules. */
export function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}
