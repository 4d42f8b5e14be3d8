/**
 * Real servers whose blocks have the same text: the first is built, the others are like it but for
 * address, port and place.
 */
import { familyOf } from '../../../base/ip.js';
import type { virtualServer } from '../../grammar/lvs/virtual-server.js';
import type { RealServerConfig } from '../../model/index.js';
import { moved, type RepeatedBlock, type RepeatedBlocks } from '../../text/repeated.js';
import type { Position } from '../../text/source.js';
import type { Setting } from '../interpret.js';
import type { Writable } from '../present.js';
import { isLinkLocal } from './checks.js';
import { destinationPort } from './forwarding.js';
import { type Given, type OwnPlace, type OwnSettings, Sample, serverLike } from './sample.js';
import type { AlikeServers } from './server-rows.js';
import { buildRealServer, checkedAddress } from './servers.js';
import type { Service } from './service.js';
import type { InheritedTiming } from './timing.js';

type ServerSetting = Setting<(typeof virtualServer)['real_server']>;

/** What servers of many services share. */
export interface SharedBlocks {
  /** Which blocks share their statements, whose positions are then those of the first. */
  readonly blocks: RepeatedBlocks;
  /** By what a service says. Bounded by the blocks and the services of the configuration. */
  readonly samples: Map<string, Map<RepeatedBlock, Sample>>;
}

/** Builds the real servers of one service. */
export class SimilarServers {
  private readonly service: Service;
  private readonly timing: InheritedTiming;
  private readonly shared: SharedBlocks | undefined;
  private readonly own: OwnSettings = [];
  private readonly samples: Map<RepeatedBlock, Sample> = new Map();
  /** What stands here for the positions of another service. */
  private readonly others = new Map<OwnSettings, ReadonlyMap<Position, Position>>();
  /** Of what {@link Service.alike} may take the next one, since the first is kept. */
  private readonly kept = new Set<unknown>();

  constructor(service: Service, timing: InheritedTiming) {
    const { name, section, shared } = service;
    this.service = service;
    this.timing = timing;
    this.shared = shared;
    if (!shared) return;
    this.own = section.among({ has: (keyword) => keyword !== 'real_server' });
    const said = this.own.map(({ keyword, value }) => [keyword, value]);
    const port = name.kind === 'address' ? (name.port ?? 0) : -1;
    const key = JSON.stringify([name.kind, port, said]);
    const samples = shared.samples.get(key);
    if (samples) this.samples = samples;
    else shared.samples.set(key, this.samples);
  }

  /** As {@link buildRealServer}. */
  build(setting: ServerSetting): RealServerConfig | undefined {
    const block = this.shared?.blocks.withBody(setting.entries);
    const given = setting.value as Given | undefined;
    const sample = block && this.samples.get(block);
    if (sample && given && isAlike(sample.given, given)) {
      const { alike } = this.service;
      const isKnown = alike && sample.placed.isPlain && !this.isFirst(sample, given);
      const own = this.ownPlace(sample, setting, given);
      return (isKnown && this.shortly(sample, own, alike)) || this.like(sample, own);
    }
    const built = buildRealServer(setting, this.service, this.timing);
    if (!built || !block || !given) return built;
    const { file, line } = setting.at;
    const server = moved(built, block, setting.at);
    const lines = { file, line, lines: block.lines };
    const made = new Sample(given, server, lines, this.own);
    this.samples.set(block, made);
    this.isFirst(made, given);
    return server;
  }

  /** Whether a service has no other server of which a rule could say the same. */
  private isFirst(sample: Sample, { address }: Given): boolean {
    const { checks, method } = sample.server;
    const kind = checks.length === 0 ? `${familyOf(address)} ${method}` : sample;
    return this.kept.size < this.kept.add(kind).size;
  }

  private ownPlace({ server }: Sample, { at }: ServerSetting, given: Given): OwnPlace {
    const { service } = this;
    const port = destinationPort(given, server.method, service, at, 'real');
    const { address, port: checkedPort } = checkedAddress(given, service);
    return { at, address, port, checkedPort };
  }

  private like(sample: Sample, own: OwnPlace): RealServerConfig {
    const others = sample.from === this.own ? undefined : this.othersFor(sample.from);
    return serverLike(sample, own, others);
  }

  /** What tells it from the others; its places and checks are those of the first one. */
  private shortly(
    sample: Sample,
    own: OwnPlace,
    alike: AlikeServers,
  ): RealServerConfig | undefined {
    const shortly: Writable<RealServerConfig> = { ...sample.server };
    shortly.at = own.at;
    shortly.address = own.address;
    shortly.port = own.port;
    return alike.add(shortly, sample, own, this.own) ? shortly : undefined;
  }

  private othersFor(from: OwnSettings): ReadonlyMap<Position, Position> {
    let others = this.others.get(from);
    if (!others) {
      // Both say the same, in the same order.
      others = new Map(from.map(({ at }, i) => [at, (this.own[i] as Setting).at]));
      this.others.set(from, others);
    }
    return others;
  }
}

/** Whether what is said of one server can be said of the other. */
function isAlike(a: Given, b: Given): boolean {
  return (
    (a.port === 0) === (b.port === 0) &&
    (a.port === undefined) === (b.port === undefined) &&
    familyOf(a.address) === familyOf(b.address) &&
    (familyOf(a.address) === 4 || isLinkLocal(a.address) === isLinkLocal(b.address))
  );
}
