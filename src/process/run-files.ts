/** Where the running daemon keeps its files. */
import { join } from 'node:path';

export interface RunFiles {
  readonly directory: string;
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

/**
 * The runtime directory's files: under `TANDEM_RUN_DIR` (for several daemons on one machine), else
 * under systemd's `RUNTIME_DIRECTORY`, else /run/tandem.
 */
export function runFiles(env: NodeJS.ProcessEnv): RunFiles {
  const directory =
    env['TANDEM_RUN_DIR'] || env['RUNTIME_DIRECTORY']?.split(':')[0] || '/run/tandem';
  return {
    directory,
    pid: join(directory, 'tandemd.pid'),
    vrrpPid: join(directory, 'vrrp.pid'),
    checkersPid: join(directory, 'checkers.pid'),
    reloadMark: join(directory, 'keepalived.reload'),
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
