/** A lost brace is one message, at the line where it was lost: by how the file is indented. */
import assert from 'node:assert/strict';
import { found, load, messages } from './support.js';

const GOOD = `vrrp_sync_group G {
    group {
        A
        B
    }
}
vrrp_instance A {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
    }
}
vrrp_instance B {
    interface eth0
    virtual_router_id 2
    virtual_ipaddress { 192.0.2.2 }
    garp_master_delay 1
}
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 10.0.0.1 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
`;

/** What is found when a line is another, or (`undefined`) gone. */
function changed(line: number, text: string | undefined): string[] {
  const lines = GOOD.split('\n');
  if (text === undefined) lines.splice(line - 1, 1);
  else lines[line - 1] = text;
  return found(load(lines.join('\n')));
}

describe('config: recovery from lost braces', () => {
  it('the text is good', () => {
    assert.deepEqual(found(load(GOOD)), []);
  });

  it('a lost } is told at the end of its block, whatever follows', () => {
    assert.deepEqual(changed(5, ''), ['4:9 CONFIG_MISSING_CLOSE_BRACE']);
    assert.deepEqual(changed(6, undefined), ['5:5 CONFIG_MISSING_CLOSE_BRACE']);
    assert.deepEqual(changed(12, ''), ['11:9 CONFIG_MISSING_CLOSE_BRACE']);
    assert.deepEqual(changed(17, '    virtual_ipaddress { 192.0.2.2'), [
      '17:25 CONFIG_MISSING_CLOSE_BRACE',
    ]);
    assert.deepEqual(changed(28, ''), ['27:29 CONFIG_MISSING_CLOSE_BRACE']);
  });

  it('a lost { is told at its keyword', () => {
    assert.deepEqual(changed(2, '    group'), ['2:5 CONFIG_MISSING_OPEN_BRACE']);
    assert.deepEqual(changed(10, '    virtual_ipaddress'), ['10:5 CONFIG_MISSING_OPEN_BRACE']);
    assert.deepEqual(changed(14, 'vrrp_instance B'), ['14:1 CONFIG_MISSING_OPEN_BRACE']);
  });

  it('a lost line with a { is told where what was inside begins; that is not read', () => {
    assert.deepEqual(changed(10, undefined), ['10:9 CONFIG_MISSING_OPEN_BRACE']);
    assert.deepEqual(changed(24, undefined), ['24:9 CONFIG_MISSING_OPEN_BRACE']);
    // Nothing of the block stands before it.
    assert.deepEqual(changed(2, undefined), ['2:9 CONFIG_MISSING_OPEN_BRACE']);
    assert.deepEqual(changed(1, undefined), ['1:5 CONFIG_MISSING_OPEN_BRACE']);
  });

  it('a } too many after a block that is indented twice is that, and no lost line', () => {
    const surplus = (inside: string) => {
      const lines = GOOD.split('\n');
      lines.splice(26, 1, `${' '.repeat(16)}${inside}`, `${' '.repeat(12)}}`);
      return found(load(lines.join('\n')));
    };
    assert.deepEqual(surplus('connect_timeout 3'), ['28:13 CONFIG_EXTRA_CLOSE_BRACE']);
    // What TCP_CHECK does not have was in another block.
    assert.deepEqual(surplus('path /'), ['27:17 CONFIG_MISSING_OPEN_BRACE']);
  });

  it('a } too many where every line begins with one blank', () => {
    const lines = GOOD.replaceAll(/^ +/gm, ' ').split('\n').slice(6, 13);
    assert.deepEqual(found(load(`${lines.join('\n')}\n}\n`)), ['8:1 CONFIG_EXTRA_CLOSE_BRACE']);
  });

  it('tabs and spaces may be mixed', () => {
    const lines = GOOD.replaceAll('        ', '\t').split('\n');
    lines[11] = '';
    assert.deepEqual(found(load(lines.join('\n'))), ['11:2 CONFIG_MISSING_CLOSE_BRACE']);
  });

  it('a file that is included ends what it opens', () => {
    const files = {
      '/c/main': 'include a\ninclude b\n',
      '/c/a': 'vrrp_instance A {\n  interface eth0\n  virtual_ipaddress {\n    192.0.2.1\n  }\n',
      '/c/b':
        'vrrp_instance B {\n  interface eth0\n  virtual_router_id 2\n  virtual_ipaddress {\n    192.0.2.2\n  }\n}\n',
    };
    const loaded = load(files);
    assert.deepEqual(
      loaded.diagnostics.map(({ at, code }) => `${at.file}:${at.line} ${code}`),
      ['/c/a:5 CONFIG_MISSING_CLOSE_BRACE'],
    );
  });

  it('where no indentation is kept to, the keywords decide', () => {
    const flat = GOOD.replaceAll(/^ +/gm, '').split('\n');
    flat[11] = '';
    const loaded = load(flat.join('\n'));
    assert.match(
      messages(loaded, 'CONFIG_MISSING_CLOSE_BRACE')[0] ?? '',
      /'vrrp_instance A' opened at .*:7:1 is not closed when 'vrrp_instance' begins/,
    );
  });

  it('where no indentation is kept to, a word tells which block was opened before it', () => {
    const text = `vrrp_instance A {
interface eth0
virtual_router_id 1
auth_type PASS
auth_pass wxyz1234
}
virtual_ipaddress { 192.0.2.1 }
}
`;
    const loaded = load(text);
    assert.deepEqual(found(loaded), ['4:1 CONFIG_MISSING_OPEN_BRACE']);
    assert.match(
      messages(loaded, 'CONFIG_MISSING_OPEN_BRACE')[0] ?? '',
      /^'auth_type' belongs in authentication, but none is opened/,
    );
    // Where the braces fit it is misplaced, and no more.
    assert.deepEqual(found(load(text.replace('wxyz1234\n}', 'wxyz1234'))), [
      '4:1 CONFIG_UNKNOWN_KEYWORD',
      '5:1 CONFIG_UNKNOWN_KEYWORD',
    ]);
  });

  it('a definition that is used at the end of another is in it', () => {
    const text = `$INNER= \\
    real_server 10.0.0.1 80 { \\
        weight 1 \\
    }

$OUTER= \\
virtual_server 192.0.2.1 80 { \\
    lvs_sched rr \\
    lvs_method NAT \\
    protocol TCP \\
    $INNER

$OUTER
`;
    const [only, ...others] = load(text).diagnostics;
    assert.equal(only?.code, 'CONFIG_MISSING_CLOSE_BRACE');
    assert.deepEqual(others, []);
    // Used on the last line, written where the other definition uses the first.
    assert.equal(only.at.line, 13);
    assert.equal(only.at.definedAt?.line, 11);
  });

  it('a block of the top that comes out of a definition ends one that is left open', () => {
    const text = `$SERVICE= \\
virtual_server 192.0.2.1 80 { \\
    lvs_sched rr \\
    lvs_method NAT \\
    protocol TCP \\
    real_server 10.0.0.1 80 { \\
    } \\
}

vrrp_instance A {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
    }

$SERVICE
`;
    assert.deepEqual(found(load(text)), ['15:5 CONFIG_MISSING_CLOSE_BRACE']);
  });
});
