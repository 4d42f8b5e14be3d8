/** Where the running daemon keeps its files. */
import { dirname, join } from 'node:path';
import type { Place } from '../config/place.js';

export interface RunFiles {
  readonly directory: string;
  /** Folders made for this daemon alone, or for pid files: they go when they are empty. */
  readonly ownFolders: readonly string[];
  /** Process ids: keepalived's three. */
  readonly pid: string;
  readonly vrrpPid: string;
  readonly checkersPid: string;
  /** There while a reload reads the configuration, where `reload_file` names no other. */
  readonly reloadMark: string;
  /** The control socket. */
  readonly control: string;
  /** What `tandemd --release` withdraws. */
  readonly release: string;
  /** What settings of interfaces were before they were changed. */
  readonly interfaceSettings: string;
  /** Which IPVS services are the daemon's. */
  readonly ipvsServices: string;
  /** What `tandem realserver down` undoes; each network namespace has one. */
  readonly realServer: string;
  /** What switches of net.ipv4.vs were before they were changed. */
  readonly ipvsSysctls: string;
  /** Where packets of groups are marked. */
  readonly groupMarks: string;
  /** What was set besides the IPVS table for FULLNAT. */
  readonly sourceNat: string;
}

/** Where keepalived keeps its pid files, when it has a folder for them. */
const PID_FOLDER = '/run/keepalived';
/** Folders of {@link runFolder} for daemons that are named, or in a named network namespace. */
export const NAMED = { netNamespace: 'netns', instance: 'instance' } as const;

/**
 * The folder of all daemons: `TANDEM_RUN_DIR`, else systemd's `RUNTIME_DIRECTORY`, else /run/tandem.
 */
export function runFolder(env: NodeJS.ProcessEnv): string {
  return env['TANDEM_RUN_DIR'] || env['RUNTIME_DIRECTORY']?.split(':')[0] || '/run/tandem';
}

/**
 * The files of one daemon (design/0029): in {@link runFolder}, or in a folder of it where the
 * configuration names the daemon or its network namespace.
 */
export function runFiles(env: NodeJS.ProcessEnv, place: Place = {}): RunFiles {
  const { netNamespace, instance } = place;
  const directory = join(
    runFolder(env),
    ...(netNamespace === undefined ? [] : [NAMED.netNamespace, netNamespace]),
    ...(instance === undefined ? [] : [NAMED.instance, instance]),
  );
  const isNamed = netNamespace !== undefined || instance !== undefined;
  const pids = pidFiles(env, directory, place);
  const pidFolder = dirname(pids.pid);
  return {
    directory,
    ownFolders: [
      ...(isNamed ? [directory] : []),
      ...(pidFolder === directory ? [] : [pidFolder]),
      ...(netNamespace === undefined ? [] : [dirname(pidFolder)]),
    ],
    ...pids,
    control: join(directory, 'control.sock'),
    release: join(directory, 'release.json'),
    interfaceSettings: join(directory, 'interface-settings.json'),
    ipvsSysctls: join(directory, 'ipvs-sysctls.json'),
    ipvsServices: join(directory, 'ipvs-services.json'),
    realServer: join(directory, 'real-server.json'),
    groupMarks: join(directory, 'group-marks.json'),
    sourceNat: join(directory, 'fullnat.json'),
  };
}

/**
 * `use_pid_dir`, `instance` and `net_namespace` ask for keepalived's names in keepalived's folder, as they
 * are seen from outside of its mount; scripts look there. Whoever chooses the folder of all has them in it.
 */
function pidFiles(
  env: NodeJS.ProcessEnv,
  directory: string,
  { netNamespace, instance, usePidDir = false }: Place,
): Pick<RunFiles, 'pid' | 'vrrpPid' | 'checkersPid' | 'reloadMark'> {
  const isKeepaliveds = usePidDir || instance !== undefined || netNamespace !== undefined;
  const folder = isKeepaliveds
    ? join(
        env['TANDEM_RUN_DIR'] ? join(env['TANDEM_RUN_DIR'], 'keepalived') : PID_FOLDER,
        netNamespace ?? '',
      )
    : directory;
  const end = instance === undefined ? '.pid' : `_${instance}.pid`;
  return {
    pid: join(folder, `${isKeepaliveds ? 'keepalived' : 'tandemd'}${end}`),
    vrrpPid: join(folder, `vrrp${end}`),
    checkersPid: join(folder, `checkers${end}`),
    reloadMark: join(folder, 'keepalived.reload'),
  };
}
