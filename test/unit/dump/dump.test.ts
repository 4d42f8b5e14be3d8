import assert from 'node:assert/strict';
import { type Counters, countersOf, since } from '../../../src/dump/counters.js';
import { renderData, timeText } from '../../../src/dump/data.js';
import { renderJson } from '../../../src/dump/json.js';
import type { DumpView } from '../../../src/dump/view.js';
import { dumpSettings } from '../../../src/process/dump-settings.js';
import { vrrpSettings } from '../../../src/process/settings.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { instanceText, loadGood } from '../config/support.js';
import { Bench, SECOND } from '../vrrp/fixture.js';

const PROCESS = 'vrrp_track_process db {\n process mysqld -x\n quorum 1\n quorum_max 3\n}\n';

function view(text: string): DumpView {
  const config = loadGood(text);
  const bench = new Bench();
  bench.configure(0, vrrpSettings(config));
  bench.receive(SECOND, { vrid: 1, priority: 150, addresses: ['10.0.0.7'] });
  const vrrp = snapshot(bench.engine, 2 * SECOND);
  return {
    settings: dumpSettings(config),
    vrrp,
    counters: new Map(vrrp.instances.map((one) => [one.name, countersOf(one)])),
    scripts: new Map(),
    files: new Map(),
    processes: new Map([['db', { count: 2, up: false, changesAt: 5 }]]),
    now: 1_795_322_599_664_120,
  };
}

describe('dump', () => {
  const INSTANCE = instanceText('');

  it('json_version 1 is an array of instances; 2 has it beside the processes', () => {
    const one = JSON.parse(renderJson(view(INSTANCE)));
    assert.equal(one[0].data.iname, 'VI_1');
    assert.equal(one[0].data.last_transition, 1_795_322_597.66412);
    const two = JSON.parse(
      renderJson(view(`global_defs {\n json_version 2\n}\n${PROCESS}${INSTANCE}`)),
    );
    assert.deepEqual(Object.keys(two), ['vrrp', 'track_process']);
    assert.deepEqual(two.vrrp[0].data.iname, 'VI_1');
    assert.deepEqual(two.track_process, [
      {
        process: 'db',
        parameters: '-x',
        param_match: 'exact',
        min_processes: 1,
        max_processes: 3,
        current_processes: 2,
        have_quorum: false,
        weight: 0,
        terminate_delay: 0,
        fork_delay: 0,
        fork_delay_timer_running: true,
        terminate_delay_timer_running: false,
        full_command: true,
      },
    ]);
  });

  it('counts rejected packets under keepalived’s names', () => {
    const counters = [...view(INSTANCE).counters.values()][0];
    assert.equal(counters?.addr_list_err, 1);
    assert.equal(counters?.advert_rcvd, 0);
  });

  it('counts from the last clearing; a new process counts from its start', () => {
    const [mark] = [...view(INSTANCE).counters.values()] as [Counters];
    const later = { ...mark, advert_sent: mark.advert_sent + 3 };
    assert.deepEqual([since(later, mark).advert_sent, since(later, mark).addr_list_err], [3, 0]);
    const anew = { ...mark, addr_list_err: 0, advert_sent: 2 };
    assert.deepEqual(since(anew, mark), anew);
    assert.deepEqual(since(later, undefined), later);
  });

  it('no secret gets into a dump', () => {
    const text = instanceText('authentication {\n auth_type PASS\n auth_pass geheim\n}');
    const made = view(text);
    assert.doesNotMatch(renderData(made) + renderJson(made), /geheim/);
    assert.match(renderData(made), /^ {3}Password = \*+$/m);
  });

  it('files: defaults, folders, names with the instance, permission bits', () => {
    const files = (text: string) => dumpSettings(loadGood(text)).files;
    assert.deepEqual(files(INSTANCE), {
      state: '/tmp/keepalived.data',
      parent: '/tmp/keepalived_parent.data',
      check: '/tmp/keepalived_check.data',
      stats: '/tmp/keepalived.stats',
      json: '/tmp/keepalived.json',
      jsonVersion: 1,
      umask: 0o177,
    });
    const globals = 'data_use_instance\nstate_dump_file /x/\nstats_dump_file /y/z\numask 027';
    const named = files(`instance foo\nglobal_defs {\n${globals}\n}\n${INSTANCE}`);
    assert.deepEqual(
      [named.state, named.stats, named.umask],
      ['/x/keepalived.foo.data', '/y/z', 0o27],
    );
    const both = files(`net_namespace ns\ninstance foo\nglobal_defs {\n${globals}\n}\n${INSTANCE}`);
    assert.deepEqual(
      [both.state, both.parent, both.check],
      ['', '_parent', '_check'].map((which) => `/x/keepalived${which}.ns_foo.data`),
    );
  });

  it('times to the microsecond', () => {
    assert.match(
      timeText(1_795_322_599_000_120),
      /^1795322599\.000120 \(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.000120 2026\)$/,
    );
  });
});
