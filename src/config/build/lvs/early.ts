/**
 * Services that are built as soon as their block has been read, so that its text need not be kept: a
 * large configuration has a hundred thousand real servers. Only what needs nothing from elsewhere,
 * and about which there is nothing to say but that a word is old, is built early; everything else waits
 * until all has been read, when messages come in their order and what one mistake hides of another is
 * known.
 */
import { Sink } from '../../diagnostics/diagnostics.js';
import { grammar } from '../../grammar/index.js';
import type { VirtualServerConfig } from '../../model/index.js';
import { RepeatedBlocks } from '../../text/repeated.js';
import { NOWHERE, type Statement } from '../../text/source.js';
import { buildGlobal, mergeGlobals } from '../global.js';
import { interpret, type Setting } from '../interpret.js';
import { odd, SharedServers, unlessOdd, type WordRemark, WordRemarks } from './early-remarks.js';
import { AlikeServers, type ServerRows, withRows } from './server-rows.js';
import { type LvsDefaults, lvsDefaults } from './service.js';
import type { SharedBlocks } from './similar-servers.js';
import { buildService } from './whole-service.js';

/** Reports everything about a service that does not depend on anything else, and may report more. */
export type JudgeService = (service: VirtualServerConfig, sink: Sink) => void;

type ServiceSetting = Setting<(typeof grammar)['virtual_server']>;

export class EarlyServices {
  /** By the empty body that stands for the one that was read. */
  private readonly built = new Map<readonly Statement[], VirtualServerConfig>();
  /** Real servers, of which a large configuration has many with the same text. */
  readonly repeated = new RepeatedBlocks('real_server');
  private readonly shared = new SharedServers(this.repeated);
  private readonly sharedBlocks: SharedBlocks = { blocks: this.repeated, samples: new Map() };
  private readonly remarks: WordRemark[] = [];
  private readonly globals: Statement[] = [];
  private defaults: LvsDefaults | undefined;
  private readonly judge: JudgeService;
  private readonly keepsAll: boolean;
  /** What makes a service whole again of which not all servers are kept as such. */
  private readonly rows = new Map<VirtualServerConfig, ServerRows>();

  /**
   * @param judge where it has nothing to report, real servers that are like an earlier one of their
   *   service are not kept as such.
   * @param options.keepsAll false if only a verdict is wanted: then they are not kept at all.
   */
  constructor(judge: JudgeService, options: { readonly keepsAll: boolean }) {
    this.judge = judge;
    this.keepsAll = options.keepsAll;
  }

  /**
   * Takes a statement of the top when it is complete.
   *
   * @returns what is to be kept in its place.
   */
  take(statement: Statement): Statement {
    const { keyword, args } = statement;
    if (keyword.text === 'global_defs') this.globals.push(statement);
    const service = this.canBuild(statement) ? this.build(statement) : undefined;
    if (!service) return this.repeated.unshared(statement);
    const stub: Statement = { keyword, args, body: [] };
    this.built.set(stub.body as readonly Statement[], service);
    return stub;
  }

  /**
   * The service that was built from a block that was taken; without the servers about which there is
   * nothing to say that is not to be said of others.
   */
  get(body: readonly Statement[]): VirtualServerConfig | undefined {
    return this.built.get(body);
  }

  /** A service that came from {@link get}, with all its servers. */
  whole(service: VirtualServerConfig): VirtualServerConfig {
    const rows = this.rows.get(service);
    return rows ? withRows(service, rows) : service;
  }

  /** Says what is to be said of words in services that were built. */
  tell(sink: Sink): void {
    for (const { code, at, report } of this.remarks) sink.report(code, at, report);
  }

  /** False if a `global_defs` behind a service changes what the service has of it. */
  get isValid(): boolean {
    return (
      this.defaults === undefined ||
      JSON.stringify(this.defaults) === JSON.stringify(this.currentDefaults())
    );
  }

  private canBuild({ keyword, args, body }: Statement): boolean {
    return keyword.text === 'virtual_server' && body !== undefined && args[0]?.text !== 'group';
  }

  /** The service; `undefined` if there is more to be said about it than of its words. */
  private build(statement: Statement): VirtualServerConfig | undefined {
    const words = new WordRemarks(this.shared);
    const setting = unlessOdd(() =>
      interpret('', grammar, [statement], NOWHERE, words, false, words).get('virtual_server'),
    );
    if (!setting) return undefined;
    const service =
      unlessOdd((sink) => this.judged(setting, sink)) ??
      unlessOdd((sink) => this.buildWith(setting, sink));
    if (service) this.remarks.push(...words.remarks);
    return service;
  }

  /** Without the servers that are like others. */
  private judged(setting: ServiceSetting, sink: Sink): VirtualServerConfig | undefined {
    const alike = new AlikeServers();
    const service = this.buildWith(setting, sink, alike);
    if (!service) return undefined;
    this.judge(service, sink);
    if (alike.shortly.size === 0) return service;
    const { part, rows } = alike.split(service);
    if (this.keepsAll) this.rows.set(part, rows);
    return part;
  }

  private buildWith(
    setting: ServiceSetting,
    sink: Sink,
    alike?: AlikeServers,
  ): VirtualServerConfig | undefined {
    this.defaults ??= this.currentDefaults();
    return buildService(setting, {
      groups: new Map(),
      wholeGroups: new Set<never>(),
      trackFile: odd,
      defaults: this.defaults,
      sink,
      shared: this.sharedBlocks,
      ...(alike ? { alike } : {}),
    });
  }

  private currentDefaults(): LvsDefaults {
    const sink = new Sink();
    const top = interpret('', grammar, this.globals, NOWHERE, sink);
    return lvsDefaults(buildGlobal(mergeGlobals(top, sink), top, sink));
  }
}
