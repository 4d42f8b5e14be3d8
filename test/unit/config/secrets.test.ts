/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has them */
/** What is secret is in nothing that is shown, whatever is wrong around it. */
import assert from 'node:assert/strict';
import { jsonReport } from '../../../src/config/diagnostics/json.js';
import { renderDiagnosticLine, renderDiagnostics } from '../../../src/config/diagnostics/render.js';
import { diffConfigs } from '../../../src/config/diff/index.js';
import { jsonDiff, renderDiff } from '../../../src/config/diff/render.js';
import { jsonLine, renderAnnotated } from '../../../src/config/dump/annotated.js';
import { dump, dumpLines } from '../../../src/config/dump/index.js';
import { allBlocks } from '../../../src/config/grammar/index.js';
import type { Config } from '../../../src/config/model/index.js';
import { load, seeded } from './support.js';

type Random = (below: number) => number;

/** Eight letters and digits that nothing else has. */
function secret(random: Random): string {
  const letters = 'bcdfghjkmnpqrstvwxz';
  return `${[1, 2, 3].map(() => letters[random(letters.length)]).join('')}${1000 + random(9000)}q`;
}

const SECRETS = 6;

/** A good configuration, and the secrets in it. */
function configuration(random: Random): { text: string; secrets: string[] } {
  const secrets = Array.from({ length: SECRETS - 1 }, () => secret(random));
  const [first, second, third, key, text1] = secrets;
  const hex = Array.from({ length: 8 }, () => 0x1000_0000 + random(0xefff_ffff))
    .map((number) => number.toString(16))
    .join('');
  secrets.push(hex);
  const text = `$PASS=${second}
global_defs {
    router_id director
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass ${first}
    }
    priority 150
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    authentication { auth_type PASS
        auth_pass "${third}" # why
    }
    virtual_ipaddress { 192.0.2.101/24 }
}
vrrp_instance VI_3 {
    interface eth1
    virtual_router_id 53
    authentication {
        auth_pass \${PASS}
        auth_type PASS
    }
    virtual_ipaddress { 192.0.2.102/24 }
}
vrrp_instance VI_4 {
    interface eth1
    virtual_router_id 54
    version 3
    auth_hmac {
        key 1 "${text1} and thirty characters more"
        key 2 hex:${hex}
        active_key 1
    }
    virtual_ipaddress { 192.0.2.103/24 }
}
SSL {
    ca /etc/tandem/ca.pem
    password ${key}
}
virtual_server 192.0.2.100 80 {
    lvs_sched wlc
    lvs_method NAT
    protocol TCP
    real_server 192.168.0.10 80 {
        weight 1
    }
}
`;
  return { text, secrets };
}

const CHANGES: readonly ((text: string, at: number, random: Random) => string)[] = [
  // A character, a word, a line or a line end lost.
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text.slice(at).replace(/^\S+/, ''),
  (text, at) => text.slice(0, at) + text.slice(at).replace(/^\s*\S+\s/, ' '),
  (text, at) => text.slice(0, at) + text.slice(at).replace(/^[^\n]*\n/, ''),
  (text, at) => text.slice(0, at) + text.slice(at).replace('\n', ' '),
  // Something too much.
  (text, at, random) =>
    text.slice(0, at) + ['{', '}', '"', "'", '#', '\\', '$', ' x '][random(8)] + text.slice(at),
  // Two letters the wrong way round.
  (text, at) => text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2),
  // A line twice, and the end lost.
  (text, at) => text.replace(text.slice(at).split('\n')[0] as string, '$&\n$&'),
  (text, at) => text.slice(0, at),
];

/** Everything that can be printed of a text. */
function shown(
  text: string,
  other: Config | undefined,
): { printed: string; config: Config | undefined } {
  const { config, diagnostics, sources, secrets } = load(text, { interfaces: ['eth0', 'eth1'] });
  const parts = [
    renderDiagnostics(diagnostics, sources, { secrets }),
    ...diagnostics.map(renderDiagnosticLine),
    JSON.stringify(jsonReport('f', diagnostics)),
  ];
  if (config) {
    const blocks = dumpLines(config);
    parts.push(dump(config), renderAnnotated(blocks), JSON.stringify(blocks.map(jsonLine)));
    if (other) {
      const diff = diffConfigs(other, config);
      parts.push(renderDiff(diff), JSON.stringify(jsonDiff(diff)));
    }
  }
  return { printed: parts.join('\n'), config };
}

describe('config: secrets', () => {
  it('are marked in the grammar', () => {
    const marked = [...allBlocks()].flatMap(([opener, keywords]) =>
      Object.keys(keywords)
        .filter((word) => keywords[word]?.secret)
        .map((word) => `${opener} ${word}`),
    );
    for (const expected of ['authentication auth_pass', 'SSL password']) {
      assert.ok(marked.includes(expected), `${expected} of ${marked}`);
    }
  });

  it('are in nothing that is printed, of whatever broken file', function () {
    this.timeout(60_000);
    const random = seeded(11);
    let broken = 0;
    for (let round = 0; round < 300; round++) {
      const { text, secrets } = configuration(random);
      const good = load(text, { interfaces: ['eth0', 'eth1'] }).config;
      assert.ok(good);
      let changed = text;
      for (let i = random(3); i >= 0; i--) {
        const change = CHANGES[random(CHANGES.length)] as (typeof CHANGES)[number];
        // Mostly where it hurts: near a secret.
        const near = changed.indexOf(secrets[random(SECRETS)] as string) - 40 + random(60);
        const at = random(4) > 0 ? near : random(changed.length);
        changed = change(changed, Math.max(0, Math.min(changed.length - 1, at)), random);
      }
      const { printed, config } = shown(changed, good);
      if (!config) broken++;
      for (const one of secrets) {
        assert.ok(!printed.includes(one), `${one} in round ${round}:\n${changed}\n---\n${printed}`);
      }
    }
    assert.ok(broken > 80, `${broken}`);
  });

  it('are not what a list behind them begins with', () => {
    const { diagnostics } = load(`vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass abcd1234
    }
    track_script {
        check_haproxy1
    }
    virtual_ipaddress {
        192.0.2.1
    }
}
`);
    const [wrong] = diagnostics.filter(({ severity }) => severity === 'error');
    assert.match(wrong?.message ?? '', /there is no vrrp_script 'check_haproxy1'/);
  });

  it('are not shown where what stands before them was lost', () => {
    const before = 'vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n';
    for (const line of [
      'auth_        key 1 "wxyz1234 and more of it"',
      'version 3 key  "wxyz1234 and more of it"',
      'aut ke 1 "wxyz1234 and more of it"',
      'auth_passwxyz1234',
      '$PAS x S=wxyz1234',
      '$PASS=q\nwxyz1234',
      '$PAS\nSS=wxyz1234',
      'APSS=wxyz1234',
    ]) {
      const { printed } = shown(`${before}${line}\n}\n`, undefined);
      assert.ok(!printed.includes('wxyz1234'), `${line}\n---\n${printed}`);
    }
    // What is no secret is shown, near to one or not.
    const { printed } = shown(
      `${before}authentication {\nauth_type PASS\nauth_pass x\n}\nfrobnicate eth1 192.0.2.300\n}\n`,
      undefined,
    );
    assert.match(printed, /frobnicate eth1 192\.0\.2\.300/);
  });

  it('are not told by stars in sentences of ours and in keywords', () => {
    const about = (word: string): string =>
      shown(
        `vrrp_instance V1 {
    vrrp_version 3
    interface eth0
    virtual_router_id 51
    strict_mode
    authentication {
        auth_type PASS
        auth_pass ${word}
    }
    virtual_ipaddress {
        192.0.2.1 dev ${word}
    }
}
`,
        undefined,
      ).printed;
    const stars = (printed: string): readonly string[] =>
      printed.split('\n').filter((line) => line.includes('*'));
    for (const word of ['password', 'vrrp', 'sent', 'x1y2z3w4']) {
      const hidden = '*'.repeat(word.length);
      const quotedOnly = stars(about(word)).every((line) =>
        [`auth_pass ${hidden}`, `dev ${hidden}`, `'${hidden}'`].some((part) => line.includes(part)),
      );
      assert.ok(quotedOnly, stars(about(word)).join('\n'));
      assert.ok(stars(about(word)).length > 0);
    }
  });
});
