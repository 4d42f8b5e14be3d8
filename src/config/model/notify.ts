/** Who is told of a change of state. */
import type { ScriptConfig } from './common.js';

export interface NotifyConfig {
  readonly master?: ScriptConfig;
  readonly backup?: ScriptConfig;
  readonly fault?: ScriptConfig;
  readonly stop?: ScriptConfig;
  /** After the others, with four more arguments: `INSTANCE|GROUP`, name, state, priority. */
  readonly any?: ScriptConfig;
  /** When a reload removes the instance. */
  readonly deleted?: ScriptConfig;
  /** When a master hears an advert of lower priority. */
  readonly masterRxLowerPri?: ScriptConfig;
  /** `notify_deleted`: a removed instance is DELETED rather than FAULT. */
  readonly tellDeleted: boolean;
  /** On the notify FIFOs. */
  readonly priorityChanges: boolean;
  readonly mail: boolean;
}
