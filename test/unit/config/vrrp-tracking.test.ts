import assert from 'node:assert/strict';
import type { TrackConfig } from '../../../src/config/model/index.js';
import { found, instance, instanceText, load, loadGood, messages, plain } from './support.js';

const SECOND = 1_000_000;
const SCRIPT = 'vrrp_script S {\nscript /bin/true\nweight 5 reverse\n}\n';
const FILE = 'track_file F {\nfile /run/f\n}\n';
const PROCESS = 'vrrp_track_process P {\nprocess haproxy\n}\n';

/** Codes of warnings and errors, without those that only say what is not built yet. */
const codes = (text: string): string[] =>
  found(load(text)).filter((line) => !/CONFIG_(?:PLANNED|NOT_RUN|SCRIPT_SECURITY)$/.test(line));

describe('config: what is tracked', () => {
  describe('vrrp_script', () => {
    const script = (lines: string) =>
      plain(loadGood(`vrrp_script S {\nscript /bin/true\n${lines}\n}`).trackScripts[0]);

    it("has keepalived's defaults", () => {
      assert.deepEqual(script(''), {
        name: 'S',
        script: { command: ['/bin/true'] },
        interval: SECOND,
        timeout: SECOND,
        weight: 0,
        reverse: false,
        rise: 1,
        fall: 1,
        initFail: false,
      });
    });

    it('takes all settings; the timeout follows the interval', () => {
      const lines =
        'interval 2.5\nweight -20 reverse\nrise 2\nfall 3\nuser nobody :nogroup\ninit_fail';
      assert.deepEqual(script(lines), {
        name: 'S',
        script: {
          command: ['/bin/true'],
          user: 'nobody',
          group: 'nogroup',
          supplementaryGroups: true,
        },
        interval: 2.5 * SECOND,
        timeout: 2.5 * SECOND,
        weight: -20,
        reverse: true,
        rise: 2,
        fall: 3,
        initFail: true,
      });
    });

    it('says that keepalived knows whole seconds only', () => {
      const told = (lines: string) =>
        messages(
          load(`vrrp_script S {\nscript /bin/true\n${lines}\n}`),
          'CONFIG_KEEPALIVED_DIFFERS',
        ).length;
      assert.equal(told('interval 0.5\ntimeout 1.5'), 2);
      assert.equal(told('interval 5\ntimeout 1.0'), 0);
    });

    it('splits the command as a shell does, twice', () => {
      const command = (text: string) =>
        loadGood(`vrrp_script S {\nscript ${text}\n}`).trackScripts[0]?.script.command;
      assert.deepEqual(command('"/bin/a b \'c d\' \\"e f\\""'), ['/bin/a', 'b', 'c d', 'e f']);
      assert.deepEqual(command('"</dev/tcp/127.0.0.1/80"'), [
        '/bin/sh',
        '-c',
        '</dev/tcp/127.0.0.1/80',
      ]);
      // The manual's own example.
      assert.deepEqual(command(`"/x ' spaces\\\\\\\\x20f\\\\x69le ' '\\"s p a c e \\"'"`), [
        '/x',
        ' spaces\\x20file ',
        '"s p a c e "',
      ]);
    });

    it('what is wrong with one', () => {
      const wrong: readonly [string, string][] = [
        ['', '1:1 CONFIG_MISSING_SETTING'],
        ['script', '2:1 CONFIG_MISSING_VALUE'],
        ['script /bin/a b', '2:15 CONFIG_EXTRA_WORD'],
        ['script /bin/a\ninterval 0', '3:10 CONFIG_OUT_OF_RANGE'],
        ['script /bin/a\ninterval 4295', '3:10 CONFIG_OUT_OF_RANGE'],
        ['script /bin/a\ntimeout 0', '3:9 CONFIG_OUT_OF_RANGE'],
        ['script /bin/a\nweight 254', '3:8 CONFIG_OUT_OF_RANGE'],
        ['script /bin/a\nweight 5 noreverse', '3:10 CONFIG_INVALID_VALUE'],
        ['script /bin/a\nrise 0', '3:6 CONFIG_OUT_OF_RANGE'],
        ['script /bin/a\nuser a b c', '3:10 CONFIG_EXTRA_WORD'],
      ];
      for (const [lines, code] of wrong) {
        assert.ok(codes(`vrrp_script S {\n${lines}\n}`).includes(code), lines);
      }
      const zero = load('vrrp_script S {\nscript /bin/a\ninterval 0\n}');
      assert.equal(zero.config?.trackScripts[0]?.interval, SECOND);
    });

    it('of one name: the first counts, as in keepalived', () => {
      const loaded = load(`${SCRIPT}${SCRIPT.replace('weight 5', 'weight 6')}`);
      assert.deepEqual(
        loaded.config?.trackScripts.map(({ weight }) => weight),
        [5],
      );
      assert.match(messages(loaded, 'CONFIG_DUPLICATE_NAME')[0] ?? '', /the first one counts/);
    });
  });

  it('track_file', () => {
    const file = (lines: string) =>
      plain(loadGood(`track_file F {\nfile "/run/a b"\n${lines}\n}`).trackFiles[0]);
    assert.deepEqual(file(''), { name: 'F', path: '/run/a b', weight: 1, reverse: false });
    assert.deepEqual(file('weight -300 reverse\ninit_file overwrite -3'), {
      name: 'F',
      path: '/run/a b',
      weight: -300,
      reverse: true,
      init: { value: -3, overwrite: true },
    });
    assert.deepEqual(file('weight 5\nweight 6'), {
      name: 'F',
      path: '/run/a b',
      weight: 5,
      reverse: false,
    });
    assert.deepEqual(codes('vrrp_track_file F {\nfile /run/f\n}'), ['1:1 CONFIG_OLD_NAME']);
    assert.deepEqual(codes('track_file F {\n}'), ['1:1 CONFIG_MISSING_SETTING']);
    assert.deepEqual(codes('track_file F {\nfile /f\ninit_file 300\n}'), [
      '3:11 CONFIG_OUT_OF_RANGE',
    ]);
    assert.deepEqual(codes('track_file F {\nfile /f\ninit_file x\n}'), [
      '3:11 CONFIG_INVALID_VALUE',
    ]);
  });

  describe('vrrp_track_process', () => {
    const tracked = (lines: string) =>
      plain(loadGood(`vrrp_track_process P {\n${lines}\n}`).trackProcesses[0]);
    const base = {
      name: 'P',
      program: 'haproxy',
      parameters: [],
      parameterMatch: 'none',
      fullCommand: false,
      weight: 0,
      reverse: false,
      quorum: 1,
      forkDelay: 0,
      terminateDelay: 0,
    };

    it('defaults, and parameters', () => {
      assert.deepEqual(tracked('process haproxy'), base);
      assert.deepEqual(tracked('process haproxy "-f x" y'), {
        ...base,
        parameters: ['-f x', 'y'],
        parameterMatch: 'exact',
        fullCommand: true,
      });
      assert.deepEqual(tracked('process haproxy\nparam_match\nquorum_max 0'), {
        ...base,
        parameterMatch: 'exact',
        fullCommand: true,
        quorum: 0,
        quorumMax: 0,
      });
    });

    it('delays: the last line counts', () => {
      const delays = (lines: string) => {
        const built = tracked(`process haproxy\n${lines}`);
        return [built?.forkDelay, built?.terminateDelay];
      };
      assert.deepEqual(delays('delay 0.5'), [500_000, 500_000]);
      assert.deepEqual(delays('delay 2\nfork_delay 3'), [3 * SECOND, 2 * SECOND]);
      assert.deepEqual(delays('fork_delay 3\ndelay 2'), [2 * SECOND, 2 * SECOND]);
    });

    it('what is wrong with one', () => {
      const wrong: readonly [string, string][] = [
        ['', '1:1 CONFIG_MISSING_SETTING'],
        ['process a\nparam_match exact', '3:13 CONFIG_INVALID_VALUE'],
        ['process a\nquorum 3\nquorum_max 2', '3:8 CONFIG_OUT_OF_RANGE'],
        ['process a\nquorum 0', '3:8 CONFIG_OUT_OF_RANGE'],
        ['process a\ndelay 0', '3:7 CONFIG_OUT_OF_RANGE'],
        ['process a\nprocess b', '3:1 CONFIG_REPEATED'],
      ];
      for (const [lines, code] of wrong) {
        const all = codes(`vrrp_track_process P {\n${lines}\n}`);
        assert.ok(all.includes(code), `${lines}: ${all}`);
      }
    });
  });

  describe('lists', () => {
    const tracks = (lines: string) => instance(lines, SCRIPT + FILE + PROCESS).tracks;
    const said = (list: readonly TrackConfig[] = []): string[] =>
      list.map(({ name, weight, reverse }) => `${name} ${weight}${reverse ? ' reverse' : ''}`);

    it('take weight and direction from what they name', () => {
      assert.deepEqual(said(tracks('track_script {\nS\n}').scripts), ['S 5 reverse']);
      assert.deepEqual(said(tracks('track_script {\nS weight -7\n}').scripts), ['S -7 reverse']);
      assert.deepEqual(said(tracks('track_script {\nS weight 7 noreverse\n}').scripts), ['S 7']);
      assert.deepEqual(said(tracks('track_file {\nF\n}').files), ['F 1']);
      assert.deepEqual(said(tracks('track_process {\nP weight 254 reverse\n}').processes), [
        'P 254 reverse',
      ]);
      assert.deepEqual(said(tracks('track_interface {\neth1\neth2 weight -3\n}').interfaces), [
        'eth1 0',
        'eth2 -3',
      ]);
      const bfd = 'bfd_instance B {\nneighbor_ip 192.0.2.9\nweight 9 reverse\n}\n';
      assert.deepEqual(said(instance('track_bfd {\nB\n}', bfd).tracks.bfds), ['B 9 reverse']);
    });

    it('what is wrong with an entry', () => {
      const wrong: readonly [string, string][] = [
        ['track_script {\nX\n}', 'CONFIG_UNKNOWN_REFERENCE'],
        ['track_file {\nX\n}', 'CONFIG_UNKNOWN_REFERENCE'],
        ['track_process {\nX\n}', 'CONFIG_UNKNOWN_REFERENCE'],
        ['track_bfd {\nX\n}', 'CONFIG_UNKNOWN_REFERENCE'],
        ['track_script {\nS\nS\n}', 'CONFIG_REPEATED'],
        ['track_script {\nS foo\n}', 'CONFIG_INVALID_VALUE'],
        ['track_script {\nS weight\n}', 'CONFIG_MISSING_VALUE'],
        ['track_script {\nS weight 255\n}', 'CONFIG_OUT_OF_RANGE'],
        ['track_script {\nS weight 3 foo\n}', 'CONFIG_INVALID_VALUE'],
        ['track_script {\nS weight 3 reverse foo\n}', 'CONFIG_EXTRA_WORD'],
        ['track_interface {\neth1 weight 3 noreverse\n}', 'CONFIG_INVALID_VALUE'],
        ['track_script {\nS {\n}\n}', 'CONFIG_UNEXPECTED_OPEN_BRACE'],
      ];
      for (const [lines, code] of wrong) {
        const all = codes(SCRIPT + instanceText(lines));
        assert.ok(
          all.some((line) => line.endsWith(code)),
          `${lines}: ${all}`,
        );
      }
      assert.deepEqual(said(tracks('track_script {\nS weight 254\n}').scripts), ['S 253 reverse']);
    });

    it('a misspelt name is told with the nearest', () => {
      const loaded = load(
        `vrrp_script check_web {\nscript /bin/true\n}\n${instanceText('track_script {\nchek_web\n}')}`,
      );
      const unknown = loaded.diagnostics.find(({ code }) => code === 'CONFIG_UNKNOWN_REFERENCE');
      assert.equal(unknown?.suggestion, "'check_web'");
    });
  });

  describe('weights that can have no effect', () => {
    const pair = (lines: string, group = ''): string =>
      `${SCRIPT + FILE}vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\n${group}\n}\n${instanceText(lines)}${instanceText('', 'VI_2').replace('virtual_router_id 1', 'virtual_router_id 2').replace('192.0.2.1', '192.0.2.2')}`;

    it('in a sync group: as keepalived', () => {
      const loaded = load(
        pair('track_script {\nS\n}\ntrack_file {\nF\n}\ntrack_interface {\neth1 weight 3\neth2\n}'),
      );
      const tracks = loaded.config?.instances[0]?.tracks;
      assert.deepEqual(tracks?.scripts, []);
      assert.deepEqual(
        tracks?.files.map(({ weight }) => weight),
        [0],
      );
      assert.deepEqual(
        tracks?.interfaces.map(({ weight }) => weight),
        [0, 0],
      );
      assert.equal(messages(loaded, 'CONFIG_SYNC_GROUP_WEIGHT').length, 3);
      const allowed = load(pair('track_script {\nS\n}', 'sync_group_tracking_weight'));
      assert.equal(allowed.config?.instances[0]?.tracks.scripts.length, 1);
      assert.deepEqual(messages(allowed, 'CONFIG_SYNC_GROUP_WEIGHT'), []);
    });

    it('of the owner of the addresses', () => {
      const loaded = load(
        SCRIPT + instanceText('priority 255\ntrack_script {\nS\n}\ntrack_interface {\neth1\n}'),
      );
      assert.deepEqual(loaded.config?.instances[0]?.tracks.scripts, []);
      assert.equal(loaded.config?.instances[0]?.tracks.interfaces.length, 1);
      assert.match(
        messages(loaded, 'CONFIG_OWNER_WEIGHT')[0] ?? '',
        /one priority only: it is not tracked/,
      );
      const group = load(pair('priority 255', 'track_script {\nS\n}'));
      assert.equal(group.config?.syncGroups[0]?.tracks.scripts[0]?.weight, 0);
      assert.equal(messages(group, 'CONFIG_OWNER_WEIGHT').length, 1);
    });

    it('with nopreempt, the own ones and those of the group', () => {
      const own = load(SCRIPT + instanceText('nopreempt\ntrack_script {\nS\n}'));
      assert.match(
        messages(own, 'CONFIG_TRACK_NOPREEMPT')[0] ?? '',
        /the addresses never move because of it/,
      );
      const group = load(pair('nopreempt', 'track_script {\nS\n}'));
      assert.equal(messages(group, 'CONFIG_TRACK_NOPREEMPT').length, 1);
      const unweighted = load(SCRIPT + instanceText('nopreempt\ntrack_script {\nS weight 0\n}'));
      assert.deepEqual(messages(unweighted, 'CONFIG_TRACK_NOPREEMPT'), []);
    });

    it('an interface that is tracked anyway', () => {
      const own = load(instanceText('track_interface {\neth0\neth1\n}'));
      assert.deepEqual(
        own.config?.instances[0]?.tracks.interfaces.map(({ name }) => name),
        ['eth1'],
      );
      assert.equal(messages(own, 'CONFIG_TRACKED_ANYWAY').length, 1);
      const not = load(instanceText('dont_track_primary\ntrack_interface {\neth0\n}'));
      assert.deepEqual(not.config?.instances[0]?.tracks.interfaces, []);
      assert.match(
        messages(not, 'CONFIG_TRACKED_ANYWAY')[0] ?? '',
        /is ignored: it is the instance's own interface, which 'dont_track_primary' says not to track/,
      );
      const group = load(pair('track_interface {\neth1\n}', 'track_interface {\neth1\n}'));
      assert.equal(messages(group, 'CONFIG_TRACKED_ANYWAY').length, 1);
    });

    it('a script that nobody tracks', () => {
      assert.deepEqual(codes(SCRIPT), ['1:1 CONFIG_UNUSED']);
      assert.deepEqual(codes(PROCESS), ['1:1 CONFIG_UNUSED']);
      assert.deepEqual(codes(FILE), []);
      assert.deepEqual(codes(pair('', 'track_script {\nS\n}')), []);
    });

    it('what stands further down than what tracks it, which keepalived ignores', () => {
      const tracks = 'track_script {\nS\n}\ntrack_file {\nF\n}\ntrack_process {\nP\n}';
      const below = SCRIPT + FILE + PROCESS;
      assert.deepEqual(codes(below + instanceText(tracks)), []);
      const differs = ['3:1', '6:1', '9:1'].map((place) => `${place} CONFIG_KEEPALIVED_DIFFERS`);
      assert.deepEqual(codes(instanceText(tracks) + below), differs);
      const group = `vrrp_sync_group G {\ngroup {\nVI_1\n}\ntrack_script {\nS\n}\n}\n`;
      assert.ok(codes(group + SCRIPT + instanceText('')).includes('6:1 CONFIG_KEEPALIVED_DIFFERS'));
    });
  });
});
