/**
 * Schedules as conformance cases: a folder with `settings.json` (the network) and `01-input.jsonl` (what
 * happens, one a line). What one node saw of it can be written as a case of test/conformance/vrrp.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toHex } from '../../src/base/bytes.js';
import type { VrrpEvent } from '../../src/vrrp/events.js';
import { type Core, TANDEM } from './core.js';
import type { Course, Happening } from './happening.js';
import type { SimNode } from './node.js';
import type { Plan } from './plan.js';
import { Simulation } from './simulation.js';

interface CaseSettings {
  /** What the case shows. */
  readonly about: string;
  readonly seed: number;
  readonly plan: Plan;
}

/** A schedule as the text of its two files. */
export function renderCase(about: string, { seed, plan, happenings }: Course): [string, string] {
  const settings: CaseSettings = { about, seed, plan };
  return [
    `${JSON.stringify(settings, undefined, 2)}\n`,
    happenings.map((happening) => `${JSON.stringify(happening)}\n`).join(''),
  ];
}

/** Writes a schedule into a folder. */
export function writeCase(folder: string, about: string, course: Course): void {
  const [settings, input] = renderCase(about, course);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), settings);
  writeFileSync(path.join(folder, '01-input.jsonl'), input);
}

/** Reads a schedule. */
export function readCase(folder: string): Course & { readonly about: string } {
  const text = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  const { about, seed, plan } = JSON.parse(text('settings.json')) as CaseSettings;
  const lines = text('01-input.jsonl').split('\n');
  const happenings = lines.filter(Boolean).map((line) => JSON.parse(line) as Happening);
  return { about, seed, plan, happenings };
}

/**
 * Writes what one node saw since it was last started, up to the first violation, as a case of
 * test/conformance/vrrp. Its outputs have to be recorded and read critically.
 */
export function writeNodeCase(
  folder: string,
  course: Course,
  index: number,
  core: Core = TANDEM,
): void {
  let lines: string[] = [];
  let life = 0;
  let first: Extract<VrrpEvent, { kind: 'configured' }> | undefined;
  const record = (node: SimNode, event: VrrpEvent): void => {
    if (node.index !== index || simulation.violations.length > 0) return;
    if (node.life !== life) lines = [];
    life = node.life;
    if (lines.length === 0 && event.kind === 'configured') first = event;
    lines.push(`${JSON.stringify(describe(event, lines.length === 0))}\n`);
  };
  const simulation = new Simulation(course, core, record);
  simulation.run();
  const settings = {
    about: `seed ${course.seed}: ${simulation.violations[0]?.text ?? 'no violation'}`,
    rules: [simulation.violations[0]?.rule ?? ''],
    instances: first?.settings.instances,
    syncGroups: first?.settings.syncGroups,
    links: first?.links,
  };
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  write('settings.json', `${JSON.stringify(settings, undefined, 2)}\n`);
  write('01-input.jsonl', lines.join(''));
  write('01-output.jsonl', '');
  write('01-state.json', '{}\n');
}

function describe(event: VrrpEvent, isFirst: boolean): object {
  if (event.kind === 'packet-received') return { ...event, datagram: toHex(event.datagram) };
  if (event.kind !== 'configured') return event;
  const { at, kind, generation, settings, links } = event;
  return { at, kind, ...(!isFirst && { generation, settings: { ...settings, links } }) };
}
