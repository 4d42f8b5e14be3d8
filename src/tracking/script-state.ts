/**
 * Results of a script's runs to up or down (keepalived.conf(5), `rise` and `fall`):
 *
 *                    +---------+
 *                    | unknown |  (without init_fail: the first result decides)
 *                    +---------+
 *              good    |     |    bad
 *           +----------+     +----------+
 *           v                           v
 *        +------+   fall bad in a row +------+
 *        |  up  |-------------------->| down |  (with init_fail: begins here)
 *        +------+<--------------------+------+
 *                   rise good in a row
 */
import type { ScriptSettings } from './settings.js';

export interface ScriptState {
  /** `undefined`: no result yet. */
  readonly up: boolean | undefined;
  /** Results in a row that contradict `up`. */
  readonly streak: number;
}

/** A script that has not run. */
export function initialState({ initFail }: Pick<ScriptSettings, 'initFail'>): ScriptState {
  return { up: initFail ? false : undefined, streak: 0 };
}

/** The state after one more run. */
export function afterRun(
  { up, streak }: ScriptState,
  good: boolean,
  { rise, fall }: Pick<ScriptSettings, 'rise' | 'fall'>,
): ScriptState {
  if (up === undefined) return { up: good, streak: 0 };
  if (good === up) return { up, streak: 0 };
  const contradictions = streak + 1;
  return contradictions >= (good ? rise : fall)
    ? { up: good, streak: 0 }
    : { up, streak: contradictions };
}
