/** Random good services: whatever the tables of LVS allow, in any combination that loads. */
import { quote, quoteForShell } from '../../../src/config/dump/text.js';
import type { Dice } from './random.js';

const DIGEST = '0123456789abcdef'.repeat(2);
const SCRIPTS = [
  '/bin/true',
  '"/bin/x \'a b\' \\"c\\""',
  '"/bin/x \\\\\\\\ d" nobody',
  '/bin/x u g',
];

/** `SSL`, groups and virtual servers. */
export function randomLvs(dice: Dice): string {
  const groups = dice.some(0, 2, (index) => randomGroup(dice, index));
  return [
    block('track_file lvs_file', ['file /tmp/x', ...dice.maybe(() => 'weight 5 reverse')]),
    block('bfd_instance lvs_bfd', ['neighbor_ip 192.0.2.250', 'source_ip 192.0.2.251']),
    ...dice.maybe(() => randomSsl(dice)),
    ...groups,
    ...dice.some(0, 3, (index) => randomService(dice, index, groups.length)),
  ].join('\n');
}

function randomSsl(dice: Dice): string {
  return block('SSL', [
    ...dice.maybe(() => `ca ${dice.word()}`),
    ...dice.maybe(() => `certificate ${dice.word()}`),
    ...dice.maybe(() => `key ${dice.word()}`),
    ...dice.maybe(() => `password ${dice.word()}`),
  ]);
}

function randomGroup(dice: Dice, index: number): string {
  const net = `203.0.${113 + index}`;
  return block(
    `virtual_server_group G${index}`,
    dice.some(1, 3, (entry) => {
      const base = entry * 32;
      return dice.pick([
        `${net}.${base} 80`,
        `${net}.${base}`,
        `${net}.${base}-${base + 9} 80`,
        `${net}.${base}-${net}.${base + 9}`,
        `${net}.${base}/28 443`,
        `fwmark ${100 + index * 10 + entry}`,
        `fwmark ${100 + index * 10 + entry} inet`,
      ]);
    }),
  );
}

function randomService(dice: Dice, index: number, groups: number): string {
  const name = dice.pick([
    `192.0.2.${index + 1} 80`,
    `192.0.2.${index + 1}`,
    `fwmark ${index + 1}`,
    ...(index < groups ? [`group G${index}`] : []),
  ]);
  // Checks of services without one port need one of their own.
  const text = block(`virtual_server ${name}`, [
    ...dice.maybe(() => `protocol ${dice.pick(['TCP', 'UDP', 'SCTP'])}`),
    ...dice.maybe(() => `lvs_sched ${dice.pick(['rr', 'wlc', 'sh', 'mh'])}`),
    ...dice.maybe(() => `lvs_method ${randomMethod(dice)}`),
    ...dice.maybe(() => `snat_address ${dice.pick(['10.1.1.1', '10.1.1.1-9', '10.1.1.0/30'])}`),
    ...dice.maybe(() => dice.pick(['ops', 'flag-1', 'flag-2', 'flag-3', 'sh-port', 'mh-fallback'])),
    ...dice.maybe(() => dice.pick(['persistence_timeout', 'persistence_timeout 77'])),
    ...dice.maybe(
      () => `persistence_granularity ${dice.pick(['255.255.255.0', '255.192.0.0', '255.0.255.0'])}`,
    ),
    ...dice.maybe(() => 'persistence_engine sip'),
    ...dice.maybe(() => `quorum ${1 + dice.below(5)}`),
    ...dice.maybe(() => `hysteresis ${dice.below(3)}`),
    ...dice.maybe(() => `quorum_up ${dice.pick(SCRIPTS)}`),
    ...dice.maybe(() => `quorum_down ${dice.pick(SCRIPTS)}`),
    ...dice.maybe(() => dice.pick(['alpha', 'omega', 'inhibit_on_failure', 'ha_suspend'])),
    ...dice.maybe(() => `smtp_alert ${dice.pick(['yes', 'no'])}`),
    ...dice.maybe(() => `weight ${1 + dice.below(9)}`),
    ...dice.maybe(() => `delay_loop ${1 + dice.below(9)}.5`),
    ...dice.maybe(() => `retry ${1 + dice.below(4)}`),
    ...dice.maybe(() => `sorry_server 10.9.9.9 ${dice.pick(['', '81'])}`),
    ...dice.maybe(() => `sorry_server_lvs_method ${randomMethod(dice)}`),
    ...dice.maybe(() => 'sorry_server_inhibit'),
    ...dice.some(1, 3, (server) => randomServer(dice, server)),
  ]);
  // The two do not go together.
  return text.includes('FULLNAT') ? text.replace(/\bops\b/, 'flag-1') : text;
}

function randomMethod(dice: Dice): string {
  return dice.pick([
    'NAT',
    'DR',
    'TUN',
    'FULLNAT',
    'TUN type gue port 6080 remcsum',
    'TUN type gre csum',
    'TUN type gre',
  ]);
}

function randomServer(dice: Dice, index: number): string {
  return block(`real_server 10.0.0.${index + 1} ${dice.pick(['80', '8080'])}`, [
    ...dice.maybe(() => `lvs_method ${randomMethod(dice)}`),
    ...dice.maybe(() => `snat_address 10.2.2.${dice.below(9)}`),
    ...dice.maybe(() => `weight ${dice.below(9)}`),
    ...dice.maybe(() => `uthreshold ${dice.below(9)}`),
    ...dice.maybe(() => `lthreshold ${dice.below(9)}`),
    ...dice.maybe(() => `inhibit_on_failure ${dice.pick(['yes', 'no'])}`),
    ...dice.maybe(() => `smtp_alert ${dice.pick(['yes', 'no'])}`),
    ...dice.maybe(() => `notify_up ${dice.pick(SCRIPTS)}`),
    ...dice.maybe(() => `notify_down ${dice.pick(SCRIPTS)}`),
    ...dice.maybe(() => `virtualhost ${dice.word()}`),
    ...dice.some(0, 4, () => randomCheck(dice)),
  ]);
}

function randomCheck(dice: Dice): string {
  return dice.pick([
    () => block('TCP_CHECK', connection(dice)),
    () => block('PING_CHECK', connection(dice)),
    () => block('HTTP_GET', web(dice)),
    () =>
      block('SSL_GET', [
        ...web(dice),
        ...dice.maybe(() => 'enable_sni'),
        ...dice.maybe(() => `sni_name ${dice.word()}`),
        ...dice.maybe(() => 'tls_compliant'),
      ]),
    () =>
      block('SMTP_CHECK', [
        ...connection(dice),
        ...dice.maybe(() => `helo_name ${dice.word()}`),
        ...dice.some(0, 2, () => block('host', target(dice))),
      ]),
    () =>
      block('DNS_CHECK', [
        ...connection(dice),
        ...dice.maybe(() => `type ${dice.pick(['A', 'soa', 'AAAA', 'txt'])}`),
        ...dice.maybe(() => `name ${dice.pick(['.', 'example.com', 'example.com.'])}`),
      ]),
    () => block('UDP_CHECK', [...connection(dice), ...udp(dice)]),
    () =>
      block('MISC_CHECK', [
        ...repeated(dice),
        `misc_path ${dice.pick(['/bin/true', '"/bin/x \'a b\' c"', quoteForShell('/b "x"')])}`,
        ...dice.maybe(() => `misc_timeout ${dice.below(9)}`),
        ...dice.maybe(() => 'misc_dynamic'),
        ...dice.maybe(() => `user ${dice.pick(['nobody', 'nobody nogroup'])}`),
      ]),
    () =>
      block('FILE_CHECK', [
        'track_file lvs_file',
        ...dice.maybe(() => `weight ${dice.below(9) - 4} ${dice.pick(['', 'reverse'])}`),
      ]),
    () => block('BFD_CHECK', ['name lvs_bfd', ...dice.maybe(() => 'alpha')]),
  ])();
}

function target(dice: Dice): string[] {
  return [
    ...dice.maybe(() => 'connect_ip 10.7.7.7'),
    `connect_port ${81 + dice.below(3)}`,
    ...dice.maybe(() => 'bindto 10.0.0.99'),
    ...dice.maybe(() => 'bind_if eth0'),
    ...dice.maybe(() => 'bind_port 5000'),
    ...dice.maybe(() => `fwmark ${dice.below(9)}`),
    ...dice.maybe(() => `connect_timeout 0.${1 + dice.below(999_999)}`),
  ];
}

function repeated(dice: Dice): string[] {
  return [
    ...dice.maybe(() => `delay_loop ${1 + dice.below(4)}.25`),
    ...dice.maybe(() => `retry ${dice.below(4)}`),
    ...dice.maybe(() => `delay_before_retry ${dice.below(4)}`),
    ...dice.maybe(() => `warmup ${dice.below(4)}`),
    ...dice.maybe(() => `alpha ${dice.pick(['yes', 'no'])}`),
    ...dice.maybe(() => `log_all_failures ${dice.pick(['yes', 'no'])}`),
  ];
}

function connection(dice: Dice): string[] {
  return [...target(dice), ...repeated(dice)];
}

function udp(dice: Dice): string[] {
  return [
    ...dice.maybe(() => `payload ${dice.pick(['AB12', 'a b c', '0'])}`),
    ...dice.maybe(() => `require_reply ${dice.pick(['', 'AB xx 1', 'x'])}`),
    ...dice.maybe(() => `min_reply_length ${dice.below(9)}`),
    ...dice.maybe(() => `max_reply_length ${10 + dice.below(65_000)}`),
  ];
}

function web(dice: Dice): string[] {
  return [
    ...connection(dice),
    ...dice.maybe(() => `http_protocol ${dice.pick(['1.0', '1.0C', '1.0c', '1.1'])}`),
    ...dice.maybe(() => 'fast_recovery'),
    ...dice.some(1, 2, () =>
      block('url', [
        `path ${quote(dice.pick(['/', '/a b', '/?x=1#y']))}`,
        ...dice.maybe(() => `status_code ${dice.pick(['200', '200-299 404'])}`),
        ...dice.maybe(() => `digest ${DIGEST}`),
        ...dice.maybe(() => `virtualhost ${dice.word()}`),
        ...dice.maybe(() => regex(dice)),
      ]),
    ),
  ];
}

function regex(dice: Dice): string {
  return [
    `regex ${dice.shellWord()}`,
    ...dice.maybe(() => 'regex_no_match'),
    ...dice.maybe(() => 'regex_options multiline caseless'),
    ...dice.maybe(() => `regex_min_offset ${dice.below(9)}`),
    ...dice.maybe(() => `regex_max_offset ${10 + dice.below(9)}`),
  ].join('\n');
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.join('\n')}\n}`;
}
