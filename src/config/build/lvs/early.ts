/**
 * Services that are built as soon as their block has been read, so that its text need not be kept: a
 * large configuration has a hundred thousand real servers. Only what needs nothing from elsewhere,
 * and about which there is nothing to say, is built early; everything else waits until all has been
 * read, when messages come in their order and what one mistake hides of another is known.
 */
import { Sink } from '../../diagnostics/diagnostics.js';
import { grammar } from '../../grammar/index.js';
import type { VirtualServerConfig } from '../../model/index.js';
import { NOWHERE, type Statement } from '../../text/source.js';
import { buildGlobal, mergeGlobals } from '../global.js';
import { interpret } from '../interpret.js';
import { type LvsDefaults, lvsDefaults } from './service.js';
import { buildService } from './whole-service.js';

export class EarlyServices {
  /** By the empty body that stands for the one that was read. */
  private readonly built = new Map<readonly Statement[], VirtualServerConfig>();
  private readonly globals: Statement[] = [];
  private defaults: LvsDefaults | undefined;

  /**
   * Takes a statement of the top when it is complete.
   *
   * @returns what is to be kept in its place.
   */
  take(statement: Statement): Statement {
    const { keyword, args, body } = statement;
    if (keyword.text === 'global_defs') this.globals.push(statement);
    if (keyword.text !== 'virtual_server' || !body) return statement;
    if (args[0]?.text === 'group') return statement;
    const service = this.build(statement);
    if (!service) return statement;
    const stub: Statement = { keyword, args, body: [] };
    this.built.set(stub.body as readonly Statement[], service);
    return stub;
  }

  /** The service that was built from a block that was taken. */
  get(body: readonly Statement[]): VirtualServerConfig | undefined {
    return this.built.get(body);
  }

  /** False if a `global_defs` behind a service changes what the service has of it. */
  get isValid(): boolean {
    return (
      this.defaults === undefined ||
      JSON.stringify(this.defaults) === JSON.stringify(this.currentDefaults())
    );
  }

  private build(statement: Statement): VirtualServerConfig | undefined {
    this.defaults ??= this.currentDefaults();
    const sink = new SilentOnly();
    try {
      const top = interpret('', grammar, [statement], NOWHERE, sink);
      const setting = top.get('virtual_server');
      const context = {
        groups: new Map(),
        wholeGroups: new Set<never>(),
        trackFile: remark,
        defaults: this.defaults,
        sink,
      };
      return setting && buildService(setting, context);
    } catch (error) {
      if (error instanceof Remark) return undefined;
      throw error;
    }
  }

  private currentDefaults(): LvsDefaults {
    const sink = new Sink();
    const top = interpret('', grammar, this.globals, NOWHERE, sink);
    return lvsDefaults(buildGlobal(mergeGlobals(top, sink), top, sink));
  }
}

/** There is something to be said, or to be asked of the rest. */
class Remark extends Error {}

function remark(): never {
  throw new Remark();
}

/** Ends what has anything to say. */
class SilentOnly extends Sink {
  override report(): never {
    return remark();
  }

  override noteDropped(): never {
    return remark();
  }

  override noteUnsure(): never {
    return remark();
  }

  override noteLoss(): never {
    return remark();
  }
}
