/**
 * Replays a conformance case: a folder with
 *
 * - `settings.json`: what the case shows and where that is written; instances (what differs from
 *   `instanceSettings` of the fixture), groups, links, the sync daemon;
 * - `NN-input.jsonl`: events, one a line, times in µs. A received packet is described
 *   (`"packet": {"source": …, "priority": …}`) or given as it is (`"datagram": hex`); `configured`
 *   may carry the settings of a reload; `timer-expired` without `dueAt` is what was armed, at `at`
 *   or at its due time;
 * - `NN-output.jsonl`: the effects, in order, one a line: a packet by its priority, a line of the
 *   log by its level and text;
 * - `NN-state.json`: states, armed timers with their due times, addresses that are to be present,
 *   rejected packets. These are written by hand from the RFC, never recorded.
 *
 * With CONFORMANCE_RECORD=1 the outputs are written instead of compared: review them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fromHex } from '../../../src/base/bytes.js';
import { desiredKernel } from '../../../src/vrrp/desired.js';
import type { VrrpEffect } from '../../../src/vrrp/effects.js';
import { createEngine, type EngineState, step } from '../../../src/vrrp/engine.js';
import type { LinkState, VrrpEvent } from '../../../src/vrrp/events.js';
import type { StartConditions } from '../../../src/vrrp/hold-back.js';
import type { InstanceSettings, VrrpSettings } from '../../../src/vrrp/settings.js';
import { ROOT } from '../../support/root.js';
import {
  datagram,
  instanceSettings,
  linkState,
  type PacketDescription,
} from '../../unit/vrrp/fixture.js';

export const FOLDER = `${ROOT}test/conformance/vrrp/`;

interface CaseSettings {
  /** What the case shows. */
  readonly about: string;
  /** Where it is written, and the arithmetic of its times. */
  readonly rules: readonly string[];
  readonly instances?: readonly Partial<InstanceSettings>[];
  readonly syncGroups?: VrrpSettings['syncGroups'];
  readonly syncDaemon?: VrrpSettings['syncDaemon'];
  readonly links?: readonly Partial<LinkState>[];
}

interface InputLine {
  readonly kind: VrrpEvent['kind'];
  readonly at?: number;
  readonly [field: string]: unknown;
}

export interface StepOfCase {
  readonly number: string;
  readonly output: readonly string[];
  readonly expectedOutput: readonly string[];
  readonly state: unknown;
  readonly expectedState: unknown;
}

/** The names of all cases. */
export function caseNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** What a case is about. */
export function aboutCase(name: string): string {
  return readSettings(name).about;
}

/** Replays a case; the caller compares. */
export function replay(name: string): StepOfCase[] {
  const settings = readSettings(name);
  const files = readdirSync(FOLDER + name);
  const numbers = files.flatMap((file) => /^(\d\d)-input\.jsonl$/.exec(file)?.[1] ?? []).sort();
  const engine = createEngine();
  const armed = new Map<string, number>();
  return numbers.map((number) => {
    const path = `${FOLDER}${name}/${number}`;
    const output = lines(`${path}-input.jsonl`).flatMap((line) =>
      play(engine, armed, toEvent(JSON.parse(line) as InputLine, settings, armed)),
    );
    const state = renderState(engine, armed);
    if (process.env['CONFORMANCE_RECORD'] === '1') {
      writeFileSync(`${path}-output.jsonl`, output.map((line) => `${line}\n`).join(''));
      writeFileSync(`${path}-state.json`, `${JSON.stringify(state, undefined, 2)}\n`);
    }
    return {
      number,
      output,
      expectedOutput: lines(`${path}-output.jsonl`),
      state,
      expectedState: JSON.parse(readFileSync(`${path}-state.json`, 'utf8')) as unknown,
    };
  });
}

/** One event, with the books that a process keeps of its timers. */
function play(engine: EngineState, armed: Map<string, number>, event: VrrpEvent): string[] {
  if (event.kind === 'timer-expired' && armed.get(event.timer) === event.dueAt) {
    armed.delete(event.timer);
  }
  const { effects } = step(engine, event);
  for (const effect of effects) {
    if (effect.kind === 'arm-timer') armed.set(effect.timer, effect.dueAt);
    else if (effect.kind === 'cancel-timer') armed.delete(effect.timer);
  }
  return effects.map((effect) => JSON.stringify(renderEffect(effect)));
}

function readSettings(name: string): CaseSettings {
  return JSON.parse(readFileSync(`${FOLDER}${name}/settings.json`, 'utf8')) as CaseSettings;
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function toEvent(line: InputLine, settings: CaseSettings, armed: Map<string, number>): VrrpEvent {
  switch (line.kind) {
    case 'configured': {
      const reload = { ...settings, ...(line['settings'] as Partial<CaseSettings> | undefined) };
      return {
        kind: 'configured',
        at: line.at ?? 0,
        generation: (line['generation'] as number | undefined) ?? 1,
        settings: {
          instances: (reload.instances ?? [{}]).map(instanceSettings),
          syncGroups: reload.syncGroups ?? [],
          ...(reload.syncDaemon && { syncDaemon: reload.syncDaemon }),
        },
        links: (reload.links ?? [{}]).map(linkState),
        ...(line['start'] !== undefined && { start: line['start'] as StartConditions }),
      };
    }
    case 'packet-received':
      return {
        kind: 'packet-received',
        at: line.at ?? 0,
        interface: (line['interface'] as string | undefined) ?? 'eth0',
        datagram:
          typeof line['datagram'] === 'string'
            ? fromHex(line['datagram'])
            : datagram(line['packet'] as PacketDescription),
      };
    case 'timer-expired': {
      const timer = line['timer'] as string;
      const dueAt = (line['dueAt'] as number | undefined) ?? armed.get(timer);
      if (dueAt === undefined) throw new Error(`${timer} is not armed`);
      return { kind: 'timer-expired', at: line.at ?? dueAt, dueAt, timer } as VrrpEvent;
    }
    case 'link-changed':
      return { ...line, link: linkState(line['link'] as Partial<LinkState>) } as VrrpEvent;
    default:
      return line as unknown as VrrpEvent;
  }
}

function renderEffect(effect: VrrpEffect): unknown {
  switch (effect.kind) {
    case 'send-advert': {
      const { packet, ttl, ...rest } = effect;
      return { ...rest, ...(ttl !== 255 && { ttl }), priority: packet[2] };
    }
    case 'announce':
      return {
        ...effect,
        addresses: effect.addresses.map((entry) => `${entry.interface} ${entry.address}`),
      };
    case 'state-changed': {
      const { effectivePriority: _, ...rest } = effect;
      return rest;
    }
    case 'log': {
      const { fields: _, event: __, ...rest } = effect;
      return rest;
    }
    default:
      return effect;
  }
}

function renderState(engine: EngineState, armed: ReadonlyMap<string, number>): unknown {
  const instances = [...engine.instances].map(([name, instance]) => {
    const { advertInterval } = instance.settings;
    const timers = [...armed].filter(([key]) => key.endsWith(`/${name}`));
    return [
      name,
      {
        state: instance.state,
        ...(instance.activeInterval !== advertInterval && { interval: instance.activeInterval }),
        timers: Object.fromEntries(timers.map(([key, dueAt]) => [key.split('/')[0], dueAt]).sort()),
        ...(instance.rejected.size > 0 && { rejected: Object.fromEntries(instance.rejected) }),
      },
    ];
  });
  const desired = desiredKernel(engine);
  return {
    instances: Object.fromEntries(instances),
    present: desired.addresses
      .filter((entry) => entry.present)
      .map(({ address }) => `${address.interface} ${address.address}/${address.prefixLength}`),
    absent: desired.addresses
      .filter((entry) => !entry.present)
      .map(({ address }) => `${address.interface} ${address.address}/${address.prefixLength}`),
    ...(desired.syncDaemons.length > 0 && {
      syncDaemon: desired.syncDaemons.map(({ state }) => state).join(' '),
    }),
    ...(engine.rejected.size > 0 && { rejected: Object.fromEntries(engine.rejected) }),
  };
}
