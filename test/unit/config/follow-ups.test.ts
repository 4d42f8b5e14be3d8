/** What follows from a mistake that is told is no message of its own. */
import assert from 'node:assert/strict';
import { found, instanceText, load } from './support.js';

const NOT_ABOUT_THE_TEXT = /CONFIG_(?:PLANNED|NOT_RUN|IGNORED)$/;

function told(text: string, environment = {}): string[] {
  return found(load(text, environment)).filter((line) => !NOT_ABOUT_THE_TEXT.test(line));
}

/** A service by a group with the given entries; the service begins on line 4. */
function groupText(entries: string, lines = 'protocol TCP'): string {
  return `virtual_server_group g {
${entries}
}
virtual_server group g {
lvs_sched rr
lvs_method NAT
${lines}
real_server 10.0.0.1 80 {
}
}
`;
}

describe('config: what follows from a mistake', () => {
  it('a priority that is wrong makes nobody the owner', () => {
    assert.deepEqual(told(instanceText('state MASTER\npriority high\nnopreempt')), [
      '3:10 CONFIG_INVALID_VALUE',
      '4:1 CONFIG_PREEMPT_CONFLICT',
    ]);
    assert.deepEqual(told(instanceText('state MASTER\nstrict_mode\npriority 256')), [
      '4:10 CONFIG_OUT_OF_RANGE',
    ]);
    assert.deepEqual(told(instanceText('state MASTER\nowner 255')), ['3:1 CONFIG_UNKNOWN_KEYWORD']);
  });

  it('the words of a keyword that was guessed', () => {
    const lines =
      'lvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal server 10.0.0.1 80 {\nweight 1\n}';
    assert.deepEqual(told(`virtual_server 192.0.2.1 80 {\n${lines}\n}\n`), [
      '5:1 CONFIG_UNKNOWN_KEYWORD',
    ]);
  });

  it('the lines of a block that both braces of were lost', () => {
    const group = 'vrrp_sync_group VG1\n  group {\n    VI_1\n  }\n  smtp_alert\n';
    assert.deepEqual(told(`${group}${instanceText('')}`), ['1:1 CONFIG_MISSING_OPEN_BRACE']);
    assert.deepEqual(told(`${group}  frobnicate\n  group {\n  }\n${instanceText('')}`), [
      '1:1 CONFIG_MISSING_OPEN_BRACE',
      '6:3 CONFIG_UNKNOWN_KEYWORD',
      '7:3 CONFIG_UNKNOWN_KEYWORD',
    ]);
  });

  it('a word that nobody knows is no auth_hmac and may be a use_vmac', () => {
    assert.deepEqual(
      told(instanceText('frobnicate\nauthentication {\nauth_type PASS\nauth_pass x\n}')),
      ['2:1 CONFIG_UNKNOWN_KEYWORD'],
    );
    assert.deepEqual(told(instanceText('vmac_xmit_base\nvip vip.1')), [
      '3:1 CONFIG_UNKNOWN_KEYWORD',
    ]);
  });

  it('an interface that has no name, or the name of a parameter that is not defined', () => {
    const machine = { interfaces: ['lo', 'eth9'] };
    const address = 'virtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1';
    assert.deepEqual(told(`vrrp_instance VI_1 {\ninterface\n${address}\n}\n}\n`, machine), [
      '2:1 CONFIG_MISSING_VALUE',
    ]);
    const text = `vrrp_instance VI_1 {\ninterface eth9\n${address} dev $LAN\n}\n}\n`;
    assert.deepEqual(told(text, machine), ['5:14 CONFIG_UNDEFINED_PARAMETER']);
  });

  it('a program that is not there is one message, wherever it is run', () => {
    const accounts = { hasUser: () => false, hasGroup: () => true };
    const text = instanceText('notify_master /x/y\nnotify_backup /x/y\nnotify_fault /x/z nobody');
    const { diagnostics } = load(`global_defs {\n}\n${text}`, {
      accounts,
      isExecutable: () => false,
    });
    const [security, both, user, other, ...more] = diagnostics.map(
      ({ at, message }) => `${at.line} ${message}`,
    );
    assert.match(security ?? '', /^1 '\/x\/y' \(.*:4:15\) would be run as root/);
    assert.match(both ?? '', /^4 there is no program '\/x\/y'.* here and in 1 more/);
    assert.match(user ?? '', /^6 there is no user 'nobody'/);
    assert.match(other ?? '', /^6 there is no program '\/x\/z'.* is not run$/);
    assert.deepEqual(more, []);
  });

  it('peers that are wrong, or may be behind a word that nobody knows', () => {
    assert.deepEqual(told(instanceText('unicast_src_ip 192.0.2.9\nunicast_peer {\nx\n}')), [
      '4:1 CONFIG_INVALID_VALUE',
    ]);
    assert.deepEqual(told(instanceText('unicast_src_ip 192.0.2.9\nunicas')), [
      '3:1 CONFIG_UNKNOWN_KEYWORD',
    ]);
    assert.deepEqual(told(instanceText('unicast_src_ip 192.0.2.9\nunicast_peer {\n}')), [
      '2:16 CONFIG_UNICAST_NO_PEER',
    ]);
  });

  it('the services of a group with a wrong entry, or that is not there', () => {
    assert.deepEqual(told(groupText('fwmark x', '')), ['2:8 CONFIG_INVALID_VALUE']);
    assert.deepEqual(told(groupText('fwmark 5\n192.0.2.300 80')), ['3:1 CONFIG_INVALID_VALUE']);
    assert.deepEqual(told(groupText('fwmark 5', '').replace('server group g', 'server group h')), [
      '4:22 CONFIG_UNKNOWN_REFERENCE',
    ]);
  });

  it('the families of a service whose method is not known', () => {
    const mixed = groupText('2001:db8::1 80');
    assert.deepEqual(told(mixed), ['8:1 CONFIG_FAMILY_MISMATCH']);
    assert.deepEqual(told(mixed.replace('lvs_method NAT', 'lvs_meth')), [
      '6:1 CONFIG_UNKNOWN_KEYWORD',
    ]);
    assert.deepEqual(told(mixed.replace('lvs_method NAT', 'lvs_method TUNNEL')), [
      '6:12 CONFIG_INVALID_VALUE',
    ]);
  });

  it('a definition whose beginning was lost leaves a service without servers', () => {
    const text = `$REAL=
real_server 10.0.0.1 80 { \\
weight 1 \\
}

virtual_server 192.0.2.1 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
$REAL
}
`;
    assert.deepEqual(told(text), ['2:1 CONFIG_BAD_DEFINITION']);
  });

  it('a name that may be in a file that is not there makes that an error', () => {
    const used = instanceText('track_script {\nalways\n}');
    assert.deepEqual(told(`includem lost.conf\n${used}`), ['1:10 CONFIG_INCLUDE_NO_MATCH']);
    for (const pattern of ['lost.conf', '{lost,gone}.conf']) {
      const without = load(`include ${pattern}\n${instanceText('')}`);
      assert.notEqual(without.config, undefined);
      const { config, diagnostics } = load(`include ${pattern}\n${used}`);
      assert.equal(config, undefined);
      assert.deepEqual(
        diagnostics.map(({ code, severity, message }) => [code, severity, message]),
        [
          [
            'CONFIG_INCLUDE_NO_MATCH',
            'error',
            `no file matches '${pattern}': nothing is included; vrrp_instance VI_1: there is no vrrp_script 'always': nothing would be tracked`,
          ],
        ],
      );
    }
    assert.deepEqual(told(`include lost*.conf\n${used}`), [
      '1:9 CONFIG_INCLUDE_NO_MATCH',
      '4:1 CONFIG_UNKNOWN_REFERENCE',
    ]);
  });

  it('what a word was probably meant to be is not missing', () => {
    assert.deepEqual(
      told('global_defs {\nsmtp_s 192.0.2.1\nnotification_email {\na@b.c\n}\nsmtp_alert\n}\n'),
      ['2:1 CONFIG_UNKNOWN_KEYWORD'],
    );
  });

  it('a regex that is wrong is not missing', () => {
    const text = `virtual_server 192.0.2.1 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
real_server 10.0.0.1 80 {
HTTP_GET {
url {
path /
rege ok
regex_min_offset 1
}
}
}
}
`;
    assert.deepEqual(told(text), ['9:1 CONFIG_UNKNOWN_KEYWORD']);
    assert.deepEqual(told(text.replace('rege ok', 'regex')), ['9:1 CONFIG_WITHOUT_EFFECT']);
  });

  it('the end of a definition that a cut line leaves behind', () => {
    const text = `$CHECK= \\
    TCP_CHECK { \\
        retry 1
    } \\
}
`;
    assert.deepEqual(told(text), ['4:1 CONFIG_BAD_DEFINITION']);
  });

  it('who runs a script is told where it is named', () => {
    const accounts = { hasUser: (name: string) => name === 'root', hasGroup: () => false };
    const text = 'global_defs {\nenable_script_security\nscript_user root\n}\n';
    const script = 'vrrp_script s {\nscript /bin/true\nuser somebody\n}\n';
    const used = instanceText('track_script {\ns\n}');
    assert.deepEqual(told(text + script + used, { accounts }), ['7:6 CONFIG_UNKNOWN_USER']);
  });

  it('the interfaces of a network namespace that is not there, or another one', () => {
    const text = `net_namespace blue\n${instanceText('')}`;
    const told = (where: 'here' | 'elsewhere' | 'missing') =>
      found(load(text, { interfaces: ['lo'], findNetNamespace: () => where }));
    assert.deepEqual(told('missing'), ['1:15 CONFIG_UNKNOWN_NAMESPACE']);
    assert.deepEqual(told('elsewhere'), []);
    assert.deepEqual(told('here'), ['4:11 CONFIG_UNKNOWN_INTERFACE']);
  });

  it('a network namespace for IPVS that is not there, if it has a name', () => {
    const findNetNamespace = () => 'missing' as const;
    const told = (text: string) => found(load(text, { findNetNamespace }));
    assert.deepEqual(told('net_namespace_ipvs blue\n'), ['1:20 CONFIG_UNKNOWN_NAMESPACE']);
    assert.deepEqual(told('net_namespace_ipvs\n'), []);
  });

  it('the network namespace of the command line counts, and has no place in the text', () => {
    const seen: string[] = [];
    const findNetNamespace = (name: string) => {
      seen.push(name);
      return 'missing' as const;
    };
    const { diagnostics } = load('net_namespace blue\n', { findNetNamespace, netNamespace: 'red' });
    assert.match(diagnostics[0]?.message ?? '', /there is no network namespace 'red'/);
    assert.equal(seen.includes('blue'), false);
  });

  it('a script that is never run is a danger where keepalived says so', () => {
    const machine = { isExecutable: () => true };
    const of = (command: string): string => `vrrp_script s {\nscript "${command}"\n}\n`;
    const security = (text: string): string[] =>
      load(text, machine)
        .diagnostics.filter(({ code }) => code === 'CONFIG_SCRIPT_SECURITY')
        .map(({ severity, message }) => `${severity}: ${message.replace(/ without .*/, '')}`);
    assert.deepEqual(security(of('/bin/x') + instanceText('track_script {\ns\n}')), [
      "error: '/bin/x' is run as root",
    ]);
    assert.deepEqual(security(of('/bin/x') + instanceText('')), [
      "error: '/bin/x' would be run as root",
    ]);
    assert.deepEqual(security(of('/bin/x')), []);
    assert.deepEqual(
      security(of('</dev/tcp/127.0.0.1/80') + instanceText('track_script {\ns\n}')),
      ["warning: a command that begins with '<' is left to /bin/sh, which would be run as root"],
    );
  });
});
