import assert from 'node:assert/strict';
import { EarlyServices } from '../../../src/config/build/lvs/early.js';
import { checkService } from '../../../src/config/check/lvs/index.js';
import { judgeConfiguration, loadConfiguration, loadWith } from '../../../src/config/load.js';
import { type ConfigFiles, memoryFiles } from '../../../src/config/text/files.js';
import { MACHINE } from '../../oracle/corpus.js';
import { Dice } from './random.js';
import { MAIN } from './support.js';

const SEEDS = 300;

/** Rests of real servers, most of them good; `SHARED` of them may be used again. */
const RESTS = [
  'weight 1\nTCP_CHECK {\nconnect_timeout 3\n}\n}\n',
  'weight 1\nTCP_CHECK {\nconnect_timeout 3\n}\n}\n',
  'weight 2\nHTTP_GET {\nurl {\npath /a\nstatus_code 200\n}\nconnect_port 81\n}\n}\n',
  'TCP_CHECK {\nconnect_ip 192.0.2.9\nretry 2\n}\nTCP_CHECK {\n}\n}\n',
  'inhibit_on_failure\nnotify_up "/bin/true up"\n}\n',
  'notify_down /bin/true\nMISC_CHECK {\nmisc_path /bin/true\n}\n}\n',
  'weight 1\nBFD_CHECK {\nname none\n}\n}\n',
  'alpha\n}\n',
  'TCP_CHECK {\ndelay_loop 1\n}\n}\n',
  'weight 1\nHTTP_GET {\nurl {\npath /\n}\nbind_if eth7\n}\n}\n',
  'weight 1\nHTTP_GET {\nurl {\npath /\n}\nnb_get_retry 3\n}\n}\n',
  '# a brace of a comment {\nweight 3\n}\n',
  '\nweight 3\n\n}\n',
  'weight 3 }\n',
  'weight 3\n} # behind\n',
  'weight 3\r\n}\r\n',
  'weight 3\n} \t\n',
  'weight $W\n}\n',
  'include server.inc\n}\n',
  '@one weight 4\nweight 5\n}\n',
  // Something to be said of it.
  'wieght 3\n}\n',
  'weight 3\nweight 4\n}\n',
  'lthreshold 5\n}\n',
  'TCP_CHECK {\nconnect_timeout 3\n}\n',
];

const HEADS = [
  (n: number) => `real_server 10.0.0.${n} 80 {`,
  (n: number) => `real_server 10.0.0.${n} 80 {`,
  (n: number) => `  real_server 10.0.1.${n} 8080 {`,
  (n: number) => `real_server 10.0.1.${n} 8080 { \t`,
  (n: number) => `real_server 10.0.2.${n} {`,
  (n: number) => `real_server 2001:db8::${n} 80 {`,
  (n: number) => `real_server fe80::${n} 80 {`,
  (n: number) => `real_server 10.0.3.${n} 80\n{`,
  (n: number) => `real_server 10.0.4.${n} 80 { # why`,
  (n: number) => `alpha\n# {\nreal_server 10.0.5.${n} 80 {`,
  () => 'real_server 10.0.0.256 80 {',
];

/** What a service says besides; each at most once. */
const OPTIONS = [
  'weight 7\n',
  'delay_loop 3\n',
  'virtualhost example.org\n',
  'alpha\n',
  'sorry_server 10.0.9.1 80\n',
  'lb_algo wrr\n',
  'inhibit_on_failure\n',
];

/** The first half of each is good. */
const KINDS = ['192.0.2.N 80', '192.0.2.N 81', '192.0.2.N', 'fwmark N', '2001:db8:1::1 80'];
const GOOD_HEADS = HEADS.slice(0, 4);
const GOOD_RESTS = RESTS.slice(0, 5);

/** Services of few kinds with few different texts, in a file and in one that it includes. */
function randomFiles(seed: number): Record<string, string> {
  const dice = new Dice(seed);
  const one = <T>(list: readonly T[]): T => dice.pick(list);
  const isGood = seed % 2 === 0;
  // Few of all in one file, so that much repeats.
  const rests = isGood
    ? [one(GOOD_RESTS), one(GOOD_RESTS)]
    : [one(RESTS), one(RESTS.slice(0, 11)), one(GOOD_RESTS)];
  const heads = [one(isGood ? GOOD_HEADS : HEADS), one(GOOD_HEADS)];
  const kinds = [one(isGood ? KINDS.slice(0, 2) : KINDS), '192.0.2.N 80'];
  const options = [
    new Set([one(OPTIONS), one(OPTIONS)]),
    new Set([one(OPTIONS)]),
    new Set<string>(),
  ];
  const methods = isGood ? ['NAT'] : ['NAT', 'DR', 'TUN'];
  let count = 0;
  const service = (): string => {
    const kind = one(kinds).replace('N', String(++count));
    let text = `virtual_server ${kind} {\nprotocol TCP\nlvs_method ${one(methods)}\n`;
    const said = one(options);
    if (!said.has('lb_algo wrr\n')) text += 'lvs_sched rr\n';
    text += [...said].join('');
    // Distinct addresses of one service.
    let n = dice.below(100);
    for (let left = dice.below(6); left >= 0; left--) {
      n += 1 + dice.below(3);
      text += `${one(heads)(isGood ? n : dice.below(250) + 1)}\n${one(rests)}`;
      if (!isGood && dice.below(8) === 0) text += one(OPTIONS);
    }
    return `${text}}\n`;
  };
  const services = (): string => Array.from({ length: dice.below(4) }, service).join('\n');
  return {
    [MAIN]: `$W=6\n${services()}include more.conf\n${services()}`,
    'more.conf': `\n${services()}`,
    'server.inc': 'weight 9\n',
  };
}

describe('config: blocks with the text of an earlier one', () => {
  it(`${SEEDS} files mean the same, word for word and place for place, as if nothing was shared`, () => {
    let shared = 0;
    let models = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const files: ConfigFiles = memoryFiles(randomFiles(seed));
      const early = new EarlyServices(checkService, { keepsAll: true });
      const { find } = early.repeated;
      early.repeated.find = (text, from) => {
        const rest = find.call(early.repeated, text, from);
        if (rest && 'body' in rest) shared++;
        return rest;
      };
      const { config, diagnostics } = loadWith(early, MAIN, files, MACHINE);
      const whole = loadWith(undefined, MAIN, files, MACHINE);
      assert.deepEqual(diagnostics, whole.diagnostics, `seed ${seed}`);
      assert.deepEqual(config, whole.config, `seed ${seed}`);
      if (config) models++;
      const judged = judgeConfiguration(MAIN, files, MACHINE);
      assert.deepEqual(judged.diagnostics, whole.diagnostics, `seed ${seed}, judged`);
    }
    assert.ok(shared > SEEDS, `${shared} blocks shared`);
    assert.ok(models > SEEDS / 3, `${models} models compared`);
  });

  it('servers of one text are told apart by address, port and place', () => {
    const rest = '{\nweight 2\nTCP_CHECK {\nconnect_timeout 3\n}\n}\n';
    const text = `virtual_server 192.0.2.1 80 {\nprotocol TCP\nlvs_method NAT\nlvs_sched rr\nreal_server 10.0.0.1 80 ${rest}real_server 10.0.0.2 81 ${rest}}\n`;
    const { config } = loadConfiguration(MAIN, memoryFiles({ [MAIN]: text }), MACHINE);
    const [, second] = config?.virtualServers[0]?.realServers ?? [];
    assert.equal(second?.address, '10.0.0.2');
    assert.equal(second.origins['weight']?.line, 12);
    const [check] = second.checks;
    assert.ok(check?.type === 'TCP_CHECK');
    assert.deepEqual(check.target, { address: '10.0.0.2', port: 81, fwmark: 0 });
    assert.equal(check.origins['connect_timeout']?.line, 14);
  });

  it('what is inherited is inherited from the own service', () => {
    const service = (n: number) =>
      `virtual_server 192.0.2.${n} 80 {\nweight 7\ndelay_loop 3\nprotocol TCP\nlvs_method NAT\nlvs_sched rr\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\n}\n`;
    const text = `${service(1)}${service(2)}`;
    const { config } = loadConfiguration(MAIN, memoryFiles({ [MAIN]: text }), MACHINE);
    const [server] = config?.virtualServers[1]?.realServers ?? [];
    assert.equal(server?.weight, 7);
    assert.equal(server.origins['weight']?.line, 13);
    assert.equal(server.checks[0]?.origins['delay_loop']?.line, 14);
  });

  it('what is not run is told of each service, if only a verdict is wanted, too', () => {
    const planned = 'real_server 10.0.0.2 80 {\nSSL_GET {\nurl {\npath /\n}\n}\n}\n';
    const service = (n: number, servers: string) =>
      `virtual_server 192.0.2.${n} 80 {\nprotocol TCP\nlvs_method NAT\nlvs_sched rr\n${servers}}\n`;
    const plain = 'real_server 10.0.0.1 80 {\nweight 1\n}\n';
    const ssl = 'SSL {\ncertificate /etc/one.pem\nkey /etc/one.key\n}\n';
    const text = `${service(1, plain + planned)}${service(2, plain + planned)}${ssl}`;
    const files = memoryFiles({ [MAIN]: text });
    const { diagnostics } = judgeConfiguration(MAIN, files, MACHINE);
    const whole = loadWith(undefined, MAIN, files, MACHINE);
    assert.deepEqual(diagnostics, whole.diagnostics);
    assert.equal(diagnostics.filter(({ code }) => code === 'CONFIG_NOT_RUN').length, 2);
  });
});
