/** `global_defs` and the single settings at the top to the model. */
import { fromSeconds } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { globalDefs } from '../grammar/global/index.js';
import { grammar } from '../grammar/index.js';
import type { Keywords, ValueOf } from '../grammar/keyword.js';
import type { GlobalConfig } from '../model/index.js';
import { NOWHERE } from '../text/source.js';
import { garpDefaults, pickGarp } from './garp.js';
import { buildFiles, buildFirewall, buildPlace, buildProcesses } from './global-machine.js';
import { buildFifos, buildMail, buildScripts } from './global-notify.js';
import { buildVrrpGlobal } from './global-vrrp.js';
import { Section } from './interpret.js';
import { given, Picker } from './pick.js';

/** The default of `lvs_drain_timeout`. */
export const DRAIN_SECONDS = 300;

export type GlobalSection = Section<typeof globalDefs>;
export type TopSection = Section<typeof grammar>;

/** Takes a setting's value and remembers its place. */
export type GetGlobal = <K extends keyof typeof globalDefs>(
  keyword: K,
) => ValueOf<(typeof globalDefs)[K]> | undefined;

/** keepalived reads all `global_defs` blocks as one. */
export function mergeGlobals(top: TopSection, sink: Sink): GlobalSection {
  const blocks = top.all('global_defs');
  const [only] = blocks;
  if (only && blocks.length === 1) return only.section;
  const table: Keywords = grammar.global_defs.body.keywords;
  const merged = new Section<typeof globalDefs>(only?.at ?? NOWHERE);
  for (const { section } of blocks) {
    merged.addAll(section, (keyword, { at }) => {
      if (!table[keyword]?.firstCounts || !merged.mentions(keyword as never)) return true;
      sink.report('CONFIG_REPEATED', at, {
        message: `'${keyword}' is given in an earlier global_defs: the first one counts`,
      });
      return false;
    });
  }
  return merged;
}

/** The global part of the model; its sync daemon is added when the instances are known. */
export function buildGlobal(section: GlobalSection, top: TopSection, sink: Sink): GlobalConfig {
  const pick = new Picker();
  const get: GetGlobal = (keyword) => pick.optional(keyword, section.get(keyword)) as never;
  const dynamic = get('dynamic_interfaces');
  return {
    ...given({
      at: section.at === NOWHERE ? undefined : section.at,
      routerId: get('router_id'),
    }),
    vrrpVersion: get('vrrp_version') === 3 ? 3 : 2,
    garp: pickGarp(pick, 'vrrp_garp_', garpDefaults(section), undefined),
    vrrp: buildVrrpGlobal(get),
    defaultInterface: get('default_interface') ?? 'eth0',
    dynamicInterfaces: dynamic === undefined ? 'no' : dynamic === 'nothing' ? 'yes' : 'changes',
    lvsFlush: get('lvs_flush') ?? false,
    lvsFlushOnStop: get('lvs_flush_on_stop') ?? 'no',
    lvs: {
      timeouts: timeoutsOf(section, pick),
      logAllFailures: get('checker_log_all_failures') ?? false,
      realServerInitNotifies: get('rs_init_notifies') ?? false,
      drainTimeout: fromSeconds(get('lvs_drain_timeout') ?? DRAIN_SECONDS),
      sysctls: sysctlsOf(section, pick),
    },
    mail: buildMail(get, section, pick, sink),
    scripts: buildScripts(get),
    fifos: buildFifos(get),
    processes: buildProcesses(get),
    firewall: buildFirewall(get),
    files: buildFiles(get),
    place: buildPlace(top, pick),
    linkbeatUsePolling: pick.value<boolean>(
      'linkbeat_use_polling',
      false,
      top.get('linkbeat_use_polling'),
    ),
    origins: pick.origins,
  };
}

/** Of one switch the last line counts. */
function sysctlsOf(section: GlobalSection, pick: Picker): GlobalConfig['lvs']['sysctls'] {
  const lines = section.all('lvs_sysctl');
  pick.optional('lvs_sysctl', lines.at(-1));
  return Object.fromEntries(lines.map(({ value: { name, value } }) => [name, value]));
}

/** Several lines add to each other; of one time the last counts, and 0 leaves it as it is. */
function timeoutsOf(section: GlobalSection, pick: Picker): GlobalConfig['lvs']['timeouts'] {
  const lines = section.all('lvs_timeouts');
  pick.optional('lvs_timeouts', lines.at(-1));
  const all = Object.assign({}, ...lines.map(({ value }) => value)) as (typeof lines)[0]['value'];
  return given({
    tcp: all.tcp || undefined,
    tcpFin: all.tcpfin || undefined,
    udp: all.udp || undefined,
  });
}
