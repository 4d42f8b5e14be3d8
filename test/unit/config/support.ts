/** Short ways to load a text and to say what came of it. */
import assert from 'node:assert/strict';
import type { Environment } from '../../../src/config/check/index.js';
import { renderDiagnosticLine } from '../../../src/config/diagnostics/render.js';
import { type Loaded, loadConfiguration } from '../../../src/config/load.js';
import type {
  CheckConfig,
  Config,
  InstanceConfig,
  RealServerConfig,
  VirtualServerConfig,
} from '../../../src/config/model/index.js';
import { memoryFiles } from '../../../src/config/text/files.js';

export const MAIN = '/etc/tandem/tandem.conf';

/** Loads one text, or several files by name; the first is the main one. */
export function load(
  text: string | Readonly<Record<string, string>>,
  environment: Environment = {},
): Loaded {
  const files = typeof text === 'string' ? { [MAIN]: text } : text;
  return loadConfiguration(Object.keys(files)[0] ?? MAIN, memoryFiles(files), environment);
}

/** The codes in order, with places: `4:14 CONFIG_INVALID_VALUE`. */
export function found(loaded: Loaded): string[] {
  return loaded.diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

/** The messages of a code. */
export function messages(loaded: Loaded, code: string): string[] {
  return loaded.diagnostics.filter((d) => d.code === code).map((d) => d.message);
}

/** The model of a text that must load; warnings are allowed. */
export function loadGood(text: string): Config {
  const { config, diagnostics } = load(text);
  assert.ok(config, diagnostics.map(renderDiagnosticLine).join('\n'));
  return config;
}

const INSTANCE = 'interface eth0\n virtual_router_id 1\n virtual_ipaddress { 192.0.2.1 }\n';

/** An instance with everything it needs and the given lines; it begins on line 1. */
export function instanceText(lines: string, name = 'VI_1'): string {
  return `vrrp_instance ${name} {\n${lines}\n${INSTANCE}}\n`;
}

/** The model of {@link instanceText}, optionally after other lines. */
export function instance(lines: string, before = ''): InstanceConfig {
  return loadGood(before + instanceText(lines)).instances[0] as InstanceConfig;
}

/** A service with everything it needs, the given lines, and the given inside of its server. */
export function serverText(lines: string, real = ''): string {
  return `virtual_server 192.0.2.1 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
${lines}
real_server 10.0.0.1 80 {
${real}
}
}
`;
}

/** The model of {@link serverText}. */
export function server(lines: string, real = ''): VirtualServerConfig {
  return loadGood(serverText(lines, real)).virtualServers[0] as VirtualServerConfig;
}

/** A check that connects to somewhere. */
export type ConnectionCheck = Extract<CheckConfig, { readonly target: object }>;

/** The first check of a server, which must be one that connects. */
export function connectionCheck(server: RealServerConfig | undefined): ConnectionCheck {
  const [check] = server?.checks ?? [];
  assert.ok(check && 'target' in check);
  return check;
}

/** A value without positions and origins, for comparing models. */
export function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'at' && key !== 'origins')
      .map(([key, inner]) => [key, plain(inner)]),
  ) as T;
}

/** Small seeded random numbers (mulberry32): the same on every machine. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
