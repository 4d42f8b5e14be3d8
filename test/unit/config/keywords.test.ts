import assert from 'node:assert/strict';
import { distance, nearest } from '../../../src/config/diagnostics/nearest.js';
import { allBlocks, grammar, lookUp } from '../../../src/config/grammar/index.js';
import { connectionCheck, found, instanceText, load, messages } from './support.js';

describe('config: keywords', () => {
  it('a mistyped one is told with the nearest of its block', () => {
    const loaded = load(instanceText('priorty 100'));
    assert.deepEqual(found(loaded), ['2:1 CONFIG_UNKNOWN_KEYWORD']);
    assert.deepEqual(messages(loaded, 'CONFIG_UNKNOWN_KEYWORD'), [
      "unknown keyword 'priorty' in vrrp_instance",
    ]);
    assert.equal(loaded.diagnostics[0]?.suggestion, "'priority'");
  });

  it('one of another block is told with its block', () => {
    assert.match(
      messages(load(instanceText('hysteresis 2')), 'CONFIG_UNKNOWN_KEYWORD')[0] ?? '',
      /it belongs in virtual_server/,
    );
    assert.match(
      messages(load('advert_int 1'), 'CONFIG_UNKNOWN_KEYWORD')[0] ?? '',
      /at the top of a configuration; it belongs in vrrp_instance/,
    );
    assert.match(
      messages(load('interval 1'), 'CONFIG_UNKNOWN_KEYWORD')[0] ?? '',
      /it belongs in vrrp_script/,
    );
  });

  it('a mistyped one of another block is suggested with its block', () => {
    assert.equal(
      load(instanceText('auth_pas x')).diagnostics[0]?.suggestion,
      "'auth_pass' in authentication",
    );
    const nested = load('vrrp_sync_group G {\nvrrp_instanc A {\n}\n}');
    assert.equal(nested.diagnostics.at(-1)?.suggestion, "'vrrp_instance' at the top");
    assert.equal(load('utter_nonsense').diagnostics[0]?.suggestion, undefined);
  });

  it('an unknown block is told once, its inside is not read', () => {
    const loaded = load('vrrp_instanc A {\n nonsense\n more {\n }\n}\n');
    assert.deepEqual(found(loaded), ['1:1 CONFIG_UNKNOWN_KEYWORD']);
    assert.equal(loaded.diagnostics[0]?.suggestion, "'vrrp_instance'");
  });

  it('names of all objects are no keywords', () => {
    for (const word of ['toString', '__proto__', 'constructor', 'hasOwnProperty']) {
      assert.deepEqual(found(load(word)), ['1:1 CONFIG_UNKNOWN_KEYWORD'], word);
    }
  });

  it('an old name works and names the new one', () => {
    const loaded = load(
      'virtual_server 192.0.2.1 80 {\nlb_algo wrr\nlb_kind DR\nprotocol TCP\nreal_server 10.0.0.1 {\nHTTP_GET {\nnb_get_retry 2\nurl {\npath /\n}\n}\n}\n}',
    );
    assert.deepEqual(found(loaded), [
      '2:1 CONFIG_OLD_NAME',
      '3:1 CONFIG_OLD_NAME',
      '7:1 CONFIG_OLD_NAME',
    ]);
    const [service] = loaded.config?.virtualServers ?? [];
    assert.equal(service?.scheduler, 'wrr');
    assert.equal(service?.realServers[0]?.method, 'DR');
    assert.equal(connectionCheck(service?.realServers[0]).timing.retry, 2);
  });

  it('a word that keepalived does not know any more is suggested to nobody', () => {
    for (const text of ['nat_mask x', instanceText('nat_mask x')]) {
      const loaded = load(text);
      assert.equal(loaded.diagnostics[0]?.suggestion, undefined);
      assert.doesNotMatch(messages(loaded, 'CONFIG_UNKNOWN_KEYWORD')[0] ?? '', /belongs/);
    }
    assert.equal(
      load(instanceText('lvs_sync_daemon_intefac eth0')).diagnostics[0]?.suggestion,
      "'lvs_sync_daemon_interface'",
    );
  });

  it('a blank for an underscore is suggested as that', () => {
    const loaded = load(instanceText('preempt delay 300'));
    assert.deepEqual(found(loaded), ['2:9 CONFIG_EXTRA_WORD']);
    assert.equal(loaded.diagnostics[0]?.suggestion, "'preempt_delay 300'");
    assert.equal(load(instanceText('nopreempt x')).diagnostics[0]?.suggestion, undefined);
  });

  it('the last of two counts', () => {
    const loaded = load(instanceText('priority 10\npriority 20'));
    assert.deepEqual(found(loaded), ['3:1 CONFIG_REPEATED']);
    assert.equal(loaded.config?.instances[0]?.priority, 20);
  });

  it('an old and a new name are the same keyword', () => {
    const loaded = load(
      'virtual_server 192.0.2.1 80 {\nlb_algo wrr\nlvs_sched rr\nlvs_method DR\nprotocol TCP\nreal_server 10.0.0.1 {\n}\n}',
    );
    assert.deepEqual(found(loaded), ['2:1 CONFIG_OLD_NAME', '3:1 CONFIG_REPEATED']);
  });

  it('a wrong value is told once, not as a missing setting too', () => {
    assert.deepEqual(
      found(
        load(
          'vrrp_instance A {\ninterface eth0\nvirtual_router_id 300\nvirtual_ipaddress { 192.0.2.1 }\n}',
        ),
      ),
      ['3:19 CONFIG_OUT_OF_RANGE'],
    );
  });

  it('every keyword has a sentence, and an old name has its keyword', () => {
    for (const [opener, keywords] of allBlocks()) {
      for (const [word, keyword] of Object.entries(keywords)) {
        assert.match(keyword.doc, /^\S.*\.$/, `${opener} ${word}`);
        assert.ok(keyword.args.min <= keyword.args.max, `${opener} ${word}`);
        if (keyword.oldNameOf !== undefined) {
          const today = lookUp(keywords, keyword.oldNameOf);
          assert.ok(today && today.status !== 'unsupported' && today.oldNameOf === undefined, word);
        }
        if (keyword.status === 'ignored' || keyword.status === 'unsupported') {
          assert.ok(keyword.reason, word);
        }
      }
    }
    assert.ok(Object.keys(grammar).length > 4);
  });

  describe('nearest', () => {
    it('counts edits, a swap as one', () => {
      assert.equal(distance('abc', 'abc'), 0);
      assert.equal(distance('abc', 'acb'), 1);
      assert.equal(distance('abc', 'ab'), 1);
      assert.equal(distance('', 'abc'), 3);
      assert.equal(distance('kitten', 'sitting'), 3);
      assert.equal(distance('x'.repeat(65), 'x'), Number.POSITIVE_INFINITY);
    });

    it('gives the best first, none that is far', () => {
      assert.deepEqual(nearest('stat', ['start', 'state', 'other']), ['start', 'state']);
      assert.deepEqual(nearest('zzz', ['state']), []);
      assert.deepEqual(nearest('PRIORITY', ['priority']), ['priority']);
    });
  });
});
