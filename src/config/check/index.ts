/** The rules between objects: what no single keyword can tell. Nothing is changed here. */

import type { Machine } from '../build/routing.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Config } from '../model/index.js';
import { checkRouting } from './addresses.js';
import { checkGlobal } from './global.js';
import { checkHmacKeys, type ReadKeyFile } from './hmac-keys.js';
import { checkLvs } from './lvs/index.js';
import { checkReadiness } from './readiness.js';
import { checkVrrp } from './vrrp/index.js';

/** What is known of the machine on which the configuration is to run. */
export interface Environment extends Machine {
  /** The names of its interfaces; `undefined`: not known, interfaces are not checked. */
  readonly interfaces?: readonly string[];
  /** How many processors it has; `undefined`: not known. */
  readonly processors?: number;
  /** Whether it knows a user or a group; `undefined`: not known. */
  readonly accounts?: {
    hasUser(name: string): boolean;
    hasGroup(name: string): boolean;
  };
  /** Whether a program, a path or a name to be looked up, can be run; `undefined`: not known. */
  isExecutable?(program: string): boolean;
  /** Where the network namespace of a name is, seen from that of `interfaces`; without: not known. */
  findNetNamespace?(name: string): 'here' | 'elsewhere' | 'missing';
  /** The daemon is to run it, rather than somebody to test it. */
  readonly isStart?: boolean;
  /** What `@ID` at the beginning of a line is compared with; `undefined`: no `@ID` matches. */
  readonly configId?: string;
  /** The network namespace that counts instead of the configuration's. */
  readonly netNamespace?: string;
  /** The same of `umask`. */
  readonly umask?: number;
  /** How files of `auth_hmac` keys are got at; `undefined`: they are not looked at. */
  readonly readKeyFile?: ReadKeyFile;
}

/** Reports what contradicts what. The model may hold empty values if errors came before. */
export function check(config: Config, environment: Environment, sink: Sink): void {
  checkGlobal(config, environment, sink);
  checkVrrp(config, environment, sink);
  checkRouting(config, environment, sink);
  checkLvs(config, sink);
  if (environment.readKeyFile) checkHmacKeys(config, environment.readKeyFile, sink);
  checkReadiness(config, sink);
}
