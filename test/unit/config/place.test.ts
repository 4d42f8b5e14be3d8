import assert from 'node:assert/strict';
import { type Place, placeOf } from '../../../src/config/place.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import { MAIN } from './support.js';

function whole(text: string, others: Readonly<Record<string, string>> = {}): Place {
  return placeOf(MAIN, memoryFiles({ [MAIN]: text, ...others }), 'director');
}

function place(text: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  return whole(text, others).netNamespace;
}

describe('config: the network namespace, before anything is built', () => {
  it('is the first one at the top', () => {
    assert.equal(place('global_defs {\n}\nnet_namespace a\nnet_namespace b\n'), 'a');
    assert.equal(place('net_namespace a # net_namespace b\n'), 'a');
  });

  it('is not what only looks like it', () => {
    assert.equal(place('net_namespace_ipvs a\n'), undefined);
    assert.equal(place('# net_namespace a\n'), undefined);
    assert.equal(place('vrrp_instance net_namespace {\n net_namespace a\n}\n'), undefined);
    assert.equal(place('net_namespace\nx y\n'), undefined);
    assert.equal(place('interface_up_down_delays net_namespace x\n'), undefined);
  });

  it('may come out of another file, a condition or a definition', () => {
    assert.equal(place('include other\n', { '/etc/tandem/other': 'net_namespace a\n' }), 'a');
    assert.equal(place('@backup net_namespace a\n@director net_namespace b\n'), 'b');
    assert.equal(place('$WORD=net_namespace\n$PLACE=a\n$WORD $PLACE\n'), 'a');
  });

  it('is found in a text with mistakes, and there is none in a file that cannot be read', () => {
    assert.equal(place('}}\nnet_namespace a\nvrrp_instance {\n'), 'a');
    assert.deepEqual(placeOf('/nowhere', memoryFiles({}), 'director'), {});
  });

  it('and the name of the daemon, and its folder of pid files', () => {
    assert.deepEqual(whole('instance web\nuse_pid_dir\nnet_namespace blue\n'), {
      instance: 'web',
      usePidDir: true,
      netNamespace: 'blue',
    });
    assert.deepEqual(whole('instance a\ninstance b\n'), { instance: 'a' });
    assert.deepEqual(whole('@backup instance a\n@director instance "b"\n'), { instance: 'b' });
    assert.deepEqual(whole('include other\n', { '/etc/tandem/other': 'use_pid_dir\n' }), {
      usePidDir: true,
    });
    assert.deepEqual(whole('# instance a\nvrrp_instance b {\n use_pid_dir\n instance c\n}\n'), {});
  });
});
