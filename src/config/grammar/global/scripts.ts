/** `global_defs`: scripts and notify FIFOs. */
import type { Word } from '../../text/source.js';
import { bool, none, wholeSeconds } from '../args.js';
import { type Args, setting } from '../keyword.js';
import { parseUser, type ScriptUser, script, scriptUser } from '../script.js';

export interface FifoArgs extends ScriptUser {
  readonly path: string;
}

/** `PATH [USER [GROUP]]`. */
const fifo: Args<FifoArgs> = {
  syntax: '<PATH> [<USER> [<GROUP>]]',
  expects: 'a path, and perhaps a user and a group',
  min: 1,
  max: 3,
  parse([path, ...who], report) {
    const user = parseUser(who, report);
    return user && { path: (path as Word).text, ...user };
  },
};

function fifoPair(what: string) {
  return {
    fifo: setting(fifo, `A named pipe that ${what} are written to, and who may read it.`, {
      firstCounts: true,
    }),
    script: setting(script, 'A program that is started to read that pipe; its path is appended.', {
      firstCounts: true,
    }),
  };
}

const all = fifoPair('all events (so far those of instances and sync groups)');
const vrrp = fifoPair('the events of instances and sync groups');
const lvs = fifoPair('the events of virtual and real servers');

export const scripts = {
  script_user: setting(scriptUser, 'Who runs scripts that name no user.', {
    default: 'keepalived_script if there is one',
  }),
  enable_script_security: setting(
    none,
    'Scripts of root are not run if others could have written them.',
  ),
  use_symlink_paths: setting(
    bool,
    'Symbolic links in the paths of scripts are followed at each run.',
    {
      default: 'no',
    },
  ),
  set_supplementary_groups: setting(bool, 'Scripts are run with all groups of their user.', {
    default: 'no',
  }),
  startup_script: setting(script, 'Run once, before anything else is done.', { firstCounts: true }),
  startup_script_timeout: setting(wholeSeconds(1, 1000), 'When startup_script is killed.', {
    default: '10',
  }),
  shutdown_script: setting(script, 'Run once, after everything else is done.', {
    firstCounts: true,
  }),
  shutdown_script_timeout: setting(wholeSeconds(1, 1000), 'When shutdown_script is killed.', {
    default: '10',
  }),
  notify_fifo: all.fifo,
  notify_fifo_script: all.script,
  vrrp_notify_fifo: vrrp.fifo,
  vrrp_notify_fifo_script: vrrp.script,
  lvs_notify_fifo: lvs.fifo,
  lvs_notify_fifo_script: lvs.script,
  fifo_write_vrrp_states_on_reload: setting(
    none,
    'VRRP states are written to the FIFOs again after a reload.',
  ),
};
