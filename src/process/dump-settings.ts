/** The facts that keepalived's dumps tell, from the configuration model. */
import { dirname, join } from 'node:path';
import { routeTexts, ruleTexts } from '../config/dump/index.js';
import type {
  Config,
  InstanceConfig,
  NotifyConfig,
  ScriptConfig,
  TrackConfig,
  VirtualAddressConfig,
} from '../config/model/index.js';
import { globalLines } from '../dump/globals.js';
import type {
  DumpFiles,
  DumpSettings,
  InstanceFacts,
  NotifyFacts,
  ScriptText,
  TrackFacts,
} from '../dump/settings.js';
import type { CommandSettings } from '../tracking/settings.js';
import { Commands } from './scripts/command-settings.js';
import { trackSettings } from './watch-settings.js';

/** keepalived's, where the configuration names no other. */
function temporaryFolder(): string {
  const folder = process.env['TMPDIR'];
  return folder?.startsWith('/') ? folder : '/tmp';
}

const UMASK = 0o177;
/** A script that says nothing of who runs it. */
const NOBODYS: ScriptConfig = {
  at: { file: '', line: 0, column: 0, length: 1 },
  command: ['/bin/true'],
};
const SCOPES: Readonly<Record<number, string>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
};

/** What the dumps tell of a configuration. */
export function dumpSettings(config: Config): DumpSettings {
  // What cannot be run has been told already.
  const commands = new Commands(config.global.scripts, () => {});
  const text = (script: ScriptConfig): ScriptText => scriptText(script, commands);
  const scriptOf = new Map(config.trackScripts.map((one) => [one.name, one]));
  const programOf = new Map(config.trackProcesses.map((one) => [one.name, one.program]));
  const groupOf = new Map(
    config.syncGroups.flatMap((group) => group.instances.map(({ name }) => [name, group] as const)),
  );
  const instances = config.instances.map((instance): InstanceFacts => {
    const tracks = trackSettings(instance, groupOf.get(instance.name));
    const of = (kind: (typeof tracks)[number]['kind']): TrackFacts[] =>
      tracks
        .filter((track) => track.kind === kind)
        .map(({ name, weight, reverse }) => ({ name, weight, reverse }));
    return {
      ...instanceFacts(instance, text),
      interfaces: of('interface'),
      scripts: of('script').map((track) => {
        const script = scriptOf.get(track.name)?.script;
        return { ...track, command: script ? text(script).command : track.name };
      }),
      files: of('file'),
      processes: of('process').map((track) => ({
        ...track,
        program: programOf.get(track.name) ?? track.name,
      })),
    };
  });
  const settings = {
    files: dumpFiles(config),
    instances: new Map(instances.map((facts) => [facts.name, facts])),
    groups: config.syncGroups.map(({ name, instances: members, notify }) => ({
      name,
      members: [...new Set(members.map((member) => member.name))],
      notify: notifyFacts(notify, text),
    })),
    scripts: config.trackScripts.map(({ name, script, interval, timeout, rise, fall, ...one }) => ({
      name,
      script: text(script),
      interval,
      timeout,
      weight: signed(one),
      rise,
      fall,
    })),
    trackFiles: config.trackFiles.map(({ name, path, weight }) => ({ name, path, weight })),
    trackProcesses: config.trackProcesses.map((process) => ({
      name: process.name,
      program: process.program,
      parameters: process.parameters,
      match: process.parameterMatch,
      min: process.quorum,
      ...(process.quorumMax === undefined ? {} : { max: process.quorumMax }),
      weight: signed(process),
      terminateDelay: process.terminateDelay,
      forkDelay: process.forkDelay,
      fullCommand: process.fullCommand,
    })),
  };
  return withGlobals(settings, config.global);
}

/** Adds what is made when somebody wants to read it: whose default scripts are is asked of another program. */
function withGlobals(
  settings: Omit<DumpSettings, 'globals'>,
  global: Config['global'],
): DumpSettings {
  let made: readonly string[] | undefined;
  return {
    ...settings,
    get globals() {
      made ??= globalLines(
        { global },
        scriptText(NOBODYS, new Commands(global.scripts, () => {})).owner,
        global.files.umask ?? UMASK,
      );
      return made;
    },
  };
}

/**
 * Where dumps go: `state_dump_file` and the others, a folder if it ends in a slash; without one
 * `TMPDIR` or /tmp. What the parent and the checker have to say lies beside the state file.
 * `data_use_instance` puts the network namespace and the instance into the names of these three.
 */
function dumpFiles({ global: { files, place } }: Config): DumpFiles {
  const parts = files.dataUseInstance ? [place.netNamespace, place.instance] : [];
  const which = parts.filter((part) => part !== undefined).join('_');
  const data = (name: string): string => `${name}${which === '' ? '' : `.${which}`}.data`;
  const state = pathOf(files.stateDump, data('keepalived'));
  return {
    state,
    parent: join(dirname(state), data('keepalived_parent')),
    check: join(dirname(state), data('keepalived_check')),
    stats: pathOf(files.statsDump, 'keepalived.stats'),
    json: pathOf(files.jsonDump, 'keepalived.json'),
    jsonVersion: files.jsonVersion,
    umask: files.umask ?? UMASK,
  };
}

function pathOf(wanted: string | undefined, name: string): string {
  if (wanted === undefined) return join(temporaryFolder(), name);
  return wanted.endsWith('/') ? join(wanted, name) : wanted;
}

type UntrackedFacts = Omit<InstanceFacts, 'interfaces' | 'scripts' | 'files' | 'processes'>;

function instanceFacts(
  instance: InstanceConfig,
  text: (script: ScriptConfig) => ScriptText,
): UntrackedFacts {
  const { unicast, garp, virtualInterface } = instance;
  return {
    name: instance.name,
    family: instance.family,
    trackPrimary: instance.trackPrimary,
    skipCheckAddresses: instance.skipCheckAdvAddr,
    strict: instance.strict,
    vmacName: virtualInterface ? (virtualInterface.name ?? `vrrp.${instance.virtualRouterId}`) : '',
    multicastGroup: instance.multicastGroup,
    sourceIsConfigured: instance.sourceAddress !== undefined,
    garp,
    lowerPrioNoAdvert: instance.lowerPrioNoAdvert,
    higherPrioSendAdvert: instance.higherPrioSendAdvert,
    downTimerAdverts: instance.downTimerAdverts,
    accept: instance.accept,
    promoteSecondaries: instance.promoteSecondaries,
    preemptDelay: instance.preemptDelay,
    authType: instance.authentication?.type ?? 'none',
    ...(unicast && {
      unicast: {
        ttl: unicast.ttl ?? 255,
        checkSource: unicast.checkSource,
        peers: unicast.peers.map(({ address, minTtl, maxTtl }) => ({ address, minTtl, maxTtl })),
      },
    }),
    addresses: instance.virtualAddresses.map(addressText),
    excluded: instance.excludedAddresses.map(addressText),
    routes: routeTexts(instance.virtualRoutes),
    rules: ruleTexts(instance.virtualRules),
    notify: notifyFacts(instance.notify, text),
  };
}

function notifyFacts(
  notify: NotifyConfig,
  text: (script: ScriptConfig) => ScriptText,
): NotifyFacts {
  const { mail, tellDeleted, priorityChanges } = notify;
  const one = <K extends string>(key: K, script: ScriptConfig | undefined) =>
    (script ? { [key]: text(script) } : {}) as { readonly [P in K]?: ScriptText };
  return {
    ...one('backup', notify.backup),
    ...one('master', notify.master),
    ...one('fault', notify.fault),
    ...one('stop', notify.stop),
    ...one('deleted', notify.deleted),
    ...one('any', notify.any),
    ...one('masterRxLowerPri', notify.masterRxLowerPri),
    mail,
    tellDeleted,
    priorityChanges,
  };
}

/** `'/bin/x' 'argument'`, and its user as numbers. */
function scriptText(script: ScriptConfig, commands: Commands): ScriptText {
  const settings: CommandSettings | undefined = commands.settings(script);
  const words = settings?.words ?? script.command;
  const { uid, gid } = settings?.user ?? { uid: 0, gid: 0 };
  return { command: words.map((word) => `'${word}'`).join(' '), owner: `${uid}:${gid}` };
}

/** keepalived's form of an address; what all bits belong to has no length. */
function addressText(address: VirtualAddressConfig): string {
  const ipv6 = address.address.includes(':');
  const length = address.prefixLength === (ipv6 ? 128 : 32) ? '' : `/${address.prefixLength}`;
  const lifetime = address.preferredLifetime;
  return [
    `${address.address}${length}`,
    ...(address.peer === undefined ? [] : [`peer ${address.peer}`]),
    ...(address.broadcast === undefined ? [] : [`brd ${address.broadcast}`]),
    `dev ${address.interface}`,
    `scope ${SCOPES[address.scope] ?? address.scope}`,
    ...(address.label === undefined ? [] : [`label ${address.label}`]),
    ...(lifetime === undefined
      ? []
      : [`preferred_lft ${lifetime === 'forever' ? lifetime : lifetime / 1e6}`]),
  ].join(' ');
}

function signed({ weight, reverse }: Pick<TrackConfig, 'weight' | 'reverse'>): number {
  return reverse ? -weight : weight;
}
