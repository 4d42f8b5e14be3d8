/**
 * Mistakes that the simulation has to find: each is one change in a copy of the compiled engine. A rule
 * without a mistake here that it finds could be an empty one.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../support/root.js';
import type { Core } from './core.js';

export interface Mutation {
  /** What is wrong. */
  readonly title: string;
  /** Below src/vrrp, without `.ts`. */
  readonly file: string;
  /** As it is in the compiled file, once; a change of the engine's text has to be followed here. */
  readonly find: string;
  readonly replace: string;
  /** Seeds within which it has to be found; 200 if missing. */
  readonly within?: number;
}

export const MUTATIONS: readonly Mutation[] = [
  // 6.4.1
  {
    title: 'the owner of the addresses waits like a backup',
    file: 'sync-group',
    find: 'unit.every(isOwner)',
    replace: 'false',
  },
  // 6.4.2
  {
    title: 'a worse advert restarts the timer of a backup that preempts',
    file: 'reception',
    find: 'if (worse && !tolerated) {',
    replace: 'if (false) {',
  },
  {
    title: 'nopreempt and preempt_delay are ignored',
    file: 'reception',
    find: 'const tolerated = !isOwner(instance) &&',
    replace: 'const tolerated = false &&',
  },
  {
    title: 'preempt_delay is over at once',
    file: 'reception',
    find: 'return instance.preemptAt === undefined || step.at < instance.preemptAt;',
    replace: 'return false;',
  },
  {
    title: 'a backup does not shorten its wait after priority 0',
    file: 'reception',
    find: 'waitAgain(step, instance, skew);',
    replace: '',
  },
  {
    title: 'a good advert does not restart the timer',
    file: 'reception',
    find: 'waitAgain(step, instance, downInterval(instance));',
    replace: '',
  },
  {
    title: 'the skew time does not depend on the priority',
    file: 'timing',
    find: 'Math.floor(((256 - priority)',
    replace: 'Math.floor(((256 - 100)',
  },
  {
    title: 'the skew time is rounded, not cut: a microsecond',
    file: 'timing',
    find: 'Math.floor(',
    replace: 'Math.round(',
  },
  {
    title: 'a backup waits an interval too little',
    file: 'timing',
    find: 'adverts * activeInterval',
    replace: '(adverts - 1) * activeInterval',
  },
  {
    title: 'a new MASTER waits an interval with its first advert',
    file: 'transitions',
    find: "changeState(step, instance, 'MASTER', reason);\n    sendAdvert(step, instance);",
    replace: "changeState(step, instance, 'MASTER', reason);",
  },
  {
    title: 'a new MASTER does not announce its addresses',
    file: 'transitions',
    find: 'announce(step, instance, garp.masterRepeat);',
    replace: '',
  },
  {
    title: 'a timer that was armed anew meanwhile is believed',
    file: 'expiry',
    find: 'instance?.timers.get(name) !== dueAt',
    replace: '!instance?.timers.has(name)',
    within: 3000,
  },
  // 6.4.3
  {
    title: 'adverts drift by the lateness of the timer',
    file: 'expiry',
    find: 'dueAt + advertInterval : step.at + advertInterval',
    replace: 'step.at + advertInterval : step.at + advertInterval',
  },
  {
    title: 'no announcement after a stall',
    file: 'expiry',
    find: "armTimer(step, instance, 'garp-master', step.at);",
    replace: '',
  },
  {
    title: 'a MASTER does not answer priority 0',
    file: 'reception',
    find: "sendAdvert(step, instance);\n        armTimer(step, instance, 'advert', step.at + instance.settings.advertInterval);",
    replace: '',
  },
  {
    title: 'a MASTER stays beside a better one',
    file: 'last-word',
    find: 'return advert.priority > ours;',
    replace: 'return false;',
  },
  {
    title: 'a MASTER gives up to an equal one with a lower address',
    file: 'last-word',
    find: 'compareIp(source, instance.source.ip) > 0',
    replace: 'compareIp(source, instance.source.ip) < 0',
  },
  {
    title: 'two equal MASTERs stay',
    file: 'last-word',
    find: 'compareIp(source, instance.source.ip) > 0',
    replace: 'false',
  },
  {
    title: 'a MASTER gives up to every equal one',
    file: 'last-word',
    find: 'compareIp(source, instance.source.ip) > 0',
    replace: 'true',
  },
  {
    title: 'a losing advert is not answered',
    file: 'reception',
    find: 'const mayAnswer = !settings.lowerPrioNoAdvert',
    replace: 'const mayAnswer = false',
  },
  {
    title: 'no announcement after a losing advert',
    file: 'reception',
    find: 'announceAfterLosingAdvert(step, member);',
    replace: ';',
    within: 1000,
  },
  {
    title: 'a backup keeps the addresses',
    file: 'desired',
    find: "const present = instance.state === 'MASTER';",
    replace: "const present = instance.state !== 'FAULT';",
  },
  // keepalived's FAULT and what is tracked
  {
    title: 'a MASTER in FAULT tells nobody',
    file: 'transitions',
    find: "    if (from === 'MASTER') {\n        sendRelease(step, instance);",
    replace: "    if (from === 'MASTER') {",
    within: 1000,
  },
  {
    title: 'an interface that is down is no fault',
    file: 'faults',
    find: 'trackPrimary && !link.up',
    replace: 'false',
  },
  {
    title: 'a failed script without a weight is no fault',
    file: 'tracking',
    find: 'fault ??= faultText(track, value)',
    replace: 'fault ??= undefined',
  },
  {
    title: 'a weight is forgotten',
    file: 'tracking',
    find: 'priority + sum',
    replace: 'priority',
  },
  // sync groups
  {
    title: 'a group becomes MASTER when one of its members wants to',
    file: 'sync-group',
    find: "unit.every((member) => member.state === 'MASTER' || member.wantsMaster)",
    replace: 'true',
    within: 1000,
  },
  {
    title: 'a member that yields leaves the others MASTER',
    file: 'sync-group',
    find: "const others = unitOf(instance).filter((member) => member.state === 'MASTER');",
    replace: 'const others = [];',
    within: 1000,
  },
  {
    title: 'a fault of one member is its own',
    file: 'sync-group',
    find: "const affected = unit.filter((member) => member.state !== 'FAULT');",
    replace: "const affected = [faulty].filter((member) => member.state !== 'FAULT');",
    within: 1000,
  },
  // planned hand-overs
  {
    title: 'standby changes nothing',
    file: 'priority',
    find: 'STANDBY_PRIORITY = 1;',
    replace: 'STANDBY_PRIORITY = 254;',
  },
  {
    title: 'nobody resigns',
    file: 'standby',
    find: "yieldMaster(step, instance, 'nobody took over in time: resigned');",
    replace: '',
    within: 1000,
  },
  {
    title: 'a stop is not told',
    file: 'departure',
    find: "instance.state !== 'MASTER' || !sendRelease(step, instance)",
    replace: "instance.state !== 'MASTER'",
  },
  {
    title: 'a stop withdraws before anybody took over',
    file: 'departure',
    find: "instance.state !== 'MASTER' || !sendRelease(step, instance)",
    replace: '!sendRelease(step, instance) || true',
  },
  {
    title: 'a node that stops does not hear its successor',
    file: 'reception',
    find: 'departAfter(step, instance, source);',
    replace: '',
  },
  // auth_hmac
  {
    title: 'a replayed advert is accepted',
    file: 'hmac-auth',
    find: 'if (isCounted && !isAfter(sequence, mark))',
    replace: 'if (false)',
    within: 1000,
  },
];

/** Whether the engine still has the place of a mistake, once. */
export function hasPlace({ file, find }: Mutation): boolean {
  return readFileSync(`${ROOT}dist/src/vrrp/${file}.js`, 'utf8').split(find).length === 2;
}

/** Copies the compiled engine, puts the mistake in and loads it. */
export async function loadMutant(mutation: Mutation, number: number): Promise<Core> {
  const folder = `${ROOT}.work/mutants/${process.pid}-${number}`;
  try {
    for (const part of ['base', 'vrrp']) {
      mkdirSync(`${folder}/${part}`, { recursive: true });
      cpSync(`${ROOT}dist/src/${part}`, `${folder}/${part}`, { recursive: true });
    }
    const file = `${folder}/vrrp/${mutation.file}.js`;
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(mutation.find, () => mutation.replace),
    );
    const load = async (name: string): Promise<object> =>
      (await import(pathToFileURL(`${folder}/vrrp/${name}.js`).href)) as object;
    const [engine, desired, departure] = [
      await load('engine'),
      await load('desired'),
      await load('departure'),
    ];
    return { ...engine, ...desired, ...departure } as unknown as Core;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
