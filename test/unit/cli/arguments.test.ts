import assert from 'node:assert/strict';
import {
  DEFAULT_CONFIG_FILE,
  parseDaemonArguments,
  UsageError,
} from '../../../src/cli/arguments.js';

describe('tandemd arguments', () => {
  it('runs everything in the background by default', () => {
    const args = parseDaemonArguments([]);
    assert.equal(args.action, 'run');
    assert.equal(args.configFile, DEFAULT_CONFIG_FILE);
    assert.equal(args.dontFork, false);
    assert.deepEqual([args.runVrrp, args.runChecker], [true, true]);
  });

  it("takes keepalived's short options in one word", () => {
    const args = parseDaemonArguments(['-nlDd', '-f', '/x/y.conf', '-i', 'node1']);
    assert.deepEqual(
      [args.dontFork, args.logConsole, args.logDetail, args.dumpConf],
      [true, true, true, true],
    );
    assert.equal(args.configFile, '/x/y.conf');
    assert.equal(args.configId, 'node1');
  });

  it('takes the long names', () => {
    const args = parseDaemonArguments([
      '--dont-fork',
      '--log-console',
      '--use-file=/x',
      '--pid=/p',
      '--vrrp_pid=/r',
      '--checkers_pid=/c',
      '--config-id=q',
    ]);
    assert.equal(args.pidFile, '/p');
    assert.equal(args.vrrpPidFile, '/r');
    assert.equal(args.checkersPidFile, '/c');
    assert.equal(args.configFile, '/x');
  });

  const subsystems: [string[], boolean, boolean][] = [
    [['-P'], true, false],
    [['-C'], false, true],
    [['-P', '-C'], true, true],
    [['--vrrp'], true, false],
    [['--check'], false, true],
  ];
  for (const [words, vrrp, checker] of subsystems) {
    it(`${words.join(' ')} runs vrrp ${vrrp}, checker ${checker}`, () => {
      const args = parseDaemonArguments(words);
      assert.deepEqual([args.runVrrp, args.runChecker], [vrrp, checker]);
    });
  }

  it('-t tests the configuration, with an attached log file only', () => {
    assert.equal(parseDaemonArguments(['-t', '-f', 'x']).action, 'config-test');
    assert.equal(parseDaemonArguments(['-t', '-f', 'x']).testLogFile, undefined);
    assert.equal(parseDaemonArguments(['-t/tmp/log']).testLogFile, '/tmp/log');
    assert.equal(parseDaemonArguments(['--config-test=/tmp/log']).testLogFile, '/tmp/log');
    assert.equal(parseDaemonArguments(['--config-test']).action, 'config-test');
  });

  it('-v, -h and --release are actions', () => {
    assert.equal(parseDaemonArguments(['-v']).action, 'version');
    assert.equal(parseDaemonArguments(['-h']).action, 'help');
    assert.equal(parseDaemonArguments(['--release']).action, 'release');
  });

  it("takes keepalived's options for where it runs and logs", () => {
    const args = parseDaemonArguments(['-s', 'blue', '-S', 'local6', '-G', '-I', '-u', '022']);
    assert.deepEqual(
      [args.netNamespace, args.facility, args.noSyslog, args.keepsIpvs, args.umask],
      ['blue', 22, true, true, 0o22],
    );
    const plain = parseDaemonArguments([]);
    assert.deepEqual(
      [plain.netNamespace, plain.facility, plain.noSyslog, plain.keepsIpvs, plain.umask],
      [undefined, 3, false, false, undefined],
    );
  });

  for (const [word, facility] of [
    ['0', 16],
    ['7', 23],
    ['LOCAL3', 19],
    ['user', 1],
    ['daemon', 3],
  ] as const) {
    it(`-S ${word} is facility ${facility} of syslog`, () => {
      assert.equal(parseDaemonArguments(['-S', word]).facility, facility);
    });
  }

  it('-u is a number as strtol reads it', () => {
    const masks = ['0', '077', '18', '0x12'].map(
      (mask) => parseDaemonArguments(['-u', mask]).umask,
    );
    assert.deepEqual(masks, [0, 0o77, 0o22, 0o22]);
  });

  it('takes the other options of keepalived, and says that they do nothing', () => {
    const words = [
      '-x',
      '-A',
      '/x',
      '-m',
      '-R',
      '-V',
      '-X',
      '-a',
      '-B',
      '-b',
      '/b',
      '-M',
      'c',
      '-e',
    ];
    const { withoutEffect, action } = parseDaemonArguments([...words, '--all']);
    assert.equal(action, 'run');
    assert.equal(withoutEffect.length, 12);
    assert.match(withoutEffect.join('\n'), /^-V, --dont-release-vrrp has no effect: Addresses/m);
    assert.match(withoutEffect.join('\n'), /^--all has no effect: /m);
    assert.deepEqual(parseDaemonArguments([]).withoutEffect, []);
  });

  for (const words of [
    ['--nope'],
    ['-Z'],
    ['extra'],
    ['-f'],
    ['-S', '8'],
    ['-S', 'mail'],
    ['-S', 'constructor'],
    ['-u', '08'],
    ['-u', '01000'],
    ['-u', 'x'],
  ]) {
    it(`refuses ${words.join(' ')}`, () => {
      assert.throws(() => parseDaemonArguments(words), UsageError);
    });
  }
});
