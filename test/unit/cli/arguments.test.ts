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

  for (const words of [['--nope'], ['-Z'], ['extra'], ['-f']]) {
    it(`refuses ${words.join(' ')}`, () => {
      assert.throws(() => parseDaemonArguments(words), UsageError);
    });
  }
});
