import assert from 'node:assert/strict';
import { runFiles } from '../../../src/process/run-files.js';

/** As a test wants to see it: the folder, the three pid files, the folders that go. */
function files(env: NodeJS.ProcessEnv, place: Parameters<typeof runFiles>[1] = {}): string[] {
  const { control, pid, vrrpPid, checkersPid } = runFiles(env, place);
  return [control, pid, vrrpPid, checkersPid];
}

describe('process: where the files of a daemon are', () => {
  it('without keywords: in the run folder, with names of our own', () => {
    assert.deepEqual(files({}), [
      '/run/tandem/control.sock',
      '/run/tandem/tandemd.pid',
      '/run/tandem/vrrp.pid',
      '/run/tandem/checkers.pid',
    ]);
    assert.deepEqual(runFiles({}).ownFolders, []);
  });

  it("use_pid_dir: keepalived's names in keepalived's folder, the rest where it was", () => {
    assert.deepEqual(files({}, { usePidDir: true }), [
      '/run/tandem/control.sock',
      '/run/keepalived/keepalived.pid',
      '/run/keepalived/vrrp.pid',
      '/run/keepalived/checkers.pid',
    ]);
    assert.deepEqual(runFiles({}, { usePidDir: true }).ownFolders, ['/run/keepalived']);
  });

  it('instance: the name is in the pid files, and the rest is in a folder of it', () => {
    assert.deepEqual(files({}, { instance: 'web' }), [
      '/run/tandem/instance/web/control.sock',
      '/run/keepalived/keepalived_web.pid',
      '/run/keepalived/vrrp_web.pid',
      '/run/keepalived/checkers_web.pid',
    ]);
  });

  it('net_namespace: the folder that keepalived mounts', () => {
    assert.deepEqual(files({}, { netNamespace: 'blue' }), [
      '/run/tandem/netns/blue/control.sock',
      '/run/keepalived/blue/keepalived.pid',
      '/run/keepalived/blue/vrrp.pid',
      '/run/keepalived/blue/checkers.pid',
    ]);
    const both = runFiles({}, { netNamespace: 'blue', instance: 'web', usePidDir: true });
    assert.equal(both.directory, '/run/tandem/netns/blue/instance/web');
    assert.equal(both.pid, '/run/keepalived/blue/keepalived_web.pid');
    assert.deepEqual(both.ownFolders, [
      '/run/tandem/netns/blue/instance/web',
      '/run/keepalived/blue',
      '/run/keepalived',
    ]);
  });

  it('a name and a network namespace of the same name are two daemons', () => {
    assert.notEqual(
      runFiles({}, { netNamespace: 'a' }).control,
      runFiles({}, { instance: 'a' }).control,
    );
  });

  it('TANDEM_RUN_DIR has everything in it; RUNTIME_DIRECTORY is the second choice', () => {
    const env = { TANDEM_RUN_DIR: '/x', RUNTIME_DIRECTORY: '/y:/z' };
    assert.deepEqual(files(env, { instance: 'web' }), [
      '/x/instance/web/control.sock',
      '/x/keepalived/keepalived_web.pid',
      '/x/keepalived/vrrp_web.pid',
      '/x/keepalived/checkers_web.pid',
    ]);
    assert.equal(runFiles({ RUNTIME_DIRECTORY: '/y:/z' }).control, '/y/control.sock');
  });

  it('reload_file without a name is beside the pid file', () => {
    assert.equal(runFiles({}, { usePidDir: true }).reloadMark, '/run/keepalived/keepalived.reload');
    assert.equal(runFiles({}).reloadMark, '/run/tandem/keepalived.reload');
  });
});
