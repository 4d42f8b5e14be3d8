/**
 * Seeded mutations of good configurations: none may crash or hang the loader, be accepted silently
 * when something is lost, or give a diagnostic that points outside the text.
 */
import assert from 'node:assert/strict';
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.js';
import { renderDiagnostics } from '../../src/config/diagnostics/render.js';
import { loadConfiguration } from '../../src/config/load.js';
import { memoryFiles } from '../../src/config/text/files.js';
import { checkerSettings } from '../../src/process/checker-settings.js';
import { vrrpSettings } from '../../src/process/settings.js';
import { seeded } from '../unit/config/support.js';

const GOOD = `global_defs {
    router_id director
    vrrp_garp_master_delay 3
    lvs_sync_daemon eth0 VI_1 id 51
}

vrrp_sync_group VG {
    group {
        VI_1
        VI_2
    }
}

vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass "sec ret"
    }
    virtual_ipaddress {
        192.0.2.100/24 brd + dev eth0 label eth0:1
    }
}

vrrp_instance VI_2
{
    interface eth1
    virtual_router_id 52
    version 3
    advert_int 0.1
    virtual_ipaddress { 192.168.0.100/24 }
}

virtual_server 192.0.2.100 80 {
    delay_loop 6
    lvs_sched wlc
    lvs_method NAT
    protocol TCP
    persistence_timeout 50
    quorum 2
    sorry_server 192.168.0.200 80
    real_server 192.168.0.10 80 {
        weight 1
        HTTP_GET {
            url {
                path /
                status_code 200 300-302
            }
            connect_timeout 1.5
        }
    }
    real_server 192.168.0.20 80 { TCP_CHECK { connect_port 8080 } }
}
`;

const FILE = '/c/main';

function loadText(text: string) {
  return loadConfiguration(FILE, memoryFiles({ [FILE]: text }), { interfaces: ['eth0', 'eth1'] });
}

function assertSound(text: string, seed: number): readonly Diagnostic[] {
  const { config, diagnostics, sources } = loadText(text);
  const lines = text.split('\n');
  for (const diagnostic of diagnostics) {
    const { file, line, column, length } = diagnostic.at;
    const shown = `seed ${seed}: ${JSON.stringify(diagnostic)}`;
    assert.equal(file, FILE, shown);
    assert.ok(line >= 1 && line <= lines.length, shown);
    assert.ok(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1, shown);
    assert.ok(length >= 1, shown);
    assert.ok(diagnostic.message.length > 0, shown);
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  assert.equal(config === undefined, errors.length > 0, `seed ${seed}`);
  if (config) {
    vrrpSettings(config);
    checkerSettings(config);
  }
  renderDiagnostics(diagnostics, sources, { color: true });
  return diagnostics;
}

type Dice = (below: number) => number;

/** A stretch of the text replaced by another. */
function spliced(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

const INSERTS = [
  '{',
  '}',
  '"',
  "'",
  '\\',
  '#',
  '!',
  '\n',
  ' ',
  '$X',
  '@a ',
  '~SEQ(',
  '\0',
  '\u00fc',
  '-',
  '0',
  '999999999999',
  'include *',
];

const MUTATIONS: readonly ((text: string, dice: Dice) => string)[] = [
  (text, dice) => spliced(text, dice(text.length), 1, ''),
  (text, dice) => spliced(text, dice(text.length), 0, INSERTS[dice(INSERTS.length)] as string),
  (text, dice) => spliced(text, dice(text.length), 1 + dice(40), ''),
  (text, dice) => text.slice(0, dice(text.length)),
  (text, dice) => {
    const lines = text.split('\n');
    lines.splice(dice(lines.length), 1);
    return lines.join('\n');
  },
  (text, dice) => {
    const lines = text.split('\n');
    const at = dice(lines.length);
    lines.splice(at, 0, lines[dice(lines.length)] as string);
    return lines.join('\n');
  },
  (text, dice) => {
    const words = [...text.matchAll(/\S+/g)];
    const word = words[dice(words.length)] as RegExpExecArray;
    const other = words[dice(words.length)] as RegExpExecArray;
    return spliced(text, word.index, word[0].length, other[0]);
  },
];

describe('fuzz: configuration', function () {
  // Seconds on a machine of its own, more on one that is shared.
  this.timeout(60_000);

  it('the text that is mutated is good', () => {
    assert.deepEqual(loadText(GOOD).diagnostics, []);
  });

  it('1,500 mutations are sound', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const dice = seeded(seed);
      let text = GOOD;
      for (let count = 1 + dice(3); count > 0; count--) {
        text = (MUTATIONS[dice(MUTATIONS.length)] as (typeof MUTATIONS)[0])(text, dice);
      }
      assertSound(text, seed);
    }
  });

  it('random words and braces are sound', () => {
    const words = [
      ...new Set(GOOD.match(/[^\s{}]+/g)),
      '{',
      '{',
      '{',
      '}',
      '}',
      '}',
      '\n',
      '\n',
      '\n',
    ];
    for (let seed = 1; seed <= 500; seed++) {
      const dice = seeded(seed);
      const text = Array.from({ length: dice(120) }, () => words[dice(words.length)]).join(' ');
      assertSound(text, seed);
    }
  });

  it('each lost word, brace and line is told, at most one line away', () => {
    const told = (text: string, line: number, what: string): void => {
      const near = assertSound(text, line).filter(({ at }) => Math.abs(at.line - line) <= 1);
      assert.ok(
        near.length > 0,
        `${what} on line ${line}: ${JSON.stringify(loadText(text).diagnostics)}`,
      );
    };
    GOOD.split('\n').forEach((content, index, lines) => {
      const mangled = (replacement: string): string =>
        [...lines.slice(0, index), replacement, ...lines.slice(index + 1)].join('\n');
      const keyword = /^\s*([a-z_]+|[A-Z_]+_(?:GET|CHECK))\b/.exec(content)?.[1];
      if (keyword !== undefined) {
        told(mangled(content.replace(keyword, `${keyword}x`)), index + 1, `${keyword}x`);
      }
      if (content.includes('{') && !content.includes('}')) {
        told(mangled(content.replace('{', '')), index + 1, 'lost {');
      }
      if (content.trim() === '}') told(mangled(''), index + 1, 'lost }');
      const number = /(?<= )\d+$/.exec(content)?.[0];
      if (number !== undefined && keyword !== undefined) {
        // These two may stand without a number.
        if (!['persistence_timeout', 'sorry_server'].includes(keyword)) {
          told(mangled(content.replace(/\d+$/, '')), index + 1, 'lost value');
        }
        told(mangled(content.replace(/\d+$/, '-1')), index + 1, 'negative value');
        told(mangled(content.replace(/\d+$/, '99999999999999')), index + 1, 'value out of range');
        told(mangled(content.replace(/\d+$/, 'x')), index + 1, 'value of another kind');
      }
    });
  });

  it('large and nasty texts end soon', () => {
    const nasty = [
      '{'.repeat(200_000),
      '}'.repeat(200_000),
      'a {\n'.repeat(100_000),
      '"'.repeat(100_001),
      '\\'.repeat(100_001),
      `${'x '.repeat(100_000)}\n`,
      `${'x'.repeat(1_000_000)}\n`,
      'include\n'.repeat(50_000),
      'vrrp_instance A\n'.repeat(20_000),
      `vrrp_instance A {\n${'priority 1\n'.repeat(50_000)}}`,
      `virtual_server 192.0.2.1 80 {\n${'real_server 10.0.0.1 80 {\n}\n'.repeat(20_000)}}`,
      '\n'.repeat(500_000),
      '#'.repeat(500_000),
    ];
    for (const [index, text] of nasty.entries()) assertSound(text, index);
  });
});
