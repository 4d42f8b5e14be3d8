/**
 * keepalived's own sample files, where they are kept beside the checkout with a table of the
 * verdicts of its `-t`: what each holds, what tandem does with it, and that the two agree.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDiagnostics } from '../../../src/config/diagnostics/render.js';
import { loadConfiguration } from '../../../src/config/load.js';
import { diskFiles } from '../../../src/process/config-files.js';
import { skip } from '../../support/skip.js';

const FOLDER = fileURLToPath(new URL('../../../../../shared/keepalived-configs/', import.meta.url));

/** The machine of the verdicts had one of the programs that the samples name. */
const MACHINE = { isExecutable: (program: string) => program === 'killall' };

/** What tandem does with a file, and why. */
interface Expected {
  /** `refused`: with errors of the codes in `trouble` and of no other. */
  readonly verdict: 'loads' | 'refused';
  /** keepalived's complaints: each of these codes is told, in a file that loads as a warning. */
  readonly trouble?: readonly string[];
  readonly why: string;
}

const good = (why: string): Expected => ({ verdict: 'loads', why });
const warned = (why: string, ...trouble: string[]): Expected => ({
  verdict: 'loads',
  trouble,
  why,
});
const refused = (why: string, ...trouble: string[]): Expected => {
  return { verdict: 'refused', trouble, why };
};

const OF_THE_PACKAGE =
  'intervals of 0, a MASTER that is no owner and a password, all in strict mode';

const EXPECTED: Readonly<Record<string, Expected>> = {
  'keepalived.conf.HTTP_GET.port': good('web checks with a port of their own'),
  'keepalived.conf.IPv6': good('addresses, services and next hops of IPv6'),
  'keepalived.conf.PING_CHECK': good('checks by ICMP'),
  'keepalived.conf.SMTP_CHECK': good('checks of mail servers'),
  'keepalived.conf.SSL_GET': warned(
    'a MASTER that signs with AH begins as BACKUP',
    'CONFIG_WITHOUT_EFFECT',
  ),
  'keepalived.conf.UDP_CHECK': good('checks by UDP'),
  'keepalived.conf.conditional_conf': refused(
    'without -i the script has no command, which keepalived removes with a complaint',
    'CONFIG_MISSING_SETTING',
  ),
  'keepalived.conf.fwmark': warned(
    'a service by firewall mark that names a protocol',
    'CONFIG_WITHOUT_EFFECT',
  ),
  'keepalived.conf.inhibit': good('inhibit_on_failure'),
  'keepalived.conf.misc_check': good('checks by a program'),
  'keepalived.conf.misc_check_arg': good('checks by a program with parameters'),
  'keepalived.conf.quorum': good('quorum, hysteresis and their scripts'),
  'keepalived.conf.sample': good('an instance and services'),
  'keepalived.conf.status_code': good('web checks by status'),
  'keepalived.conf.track_interface': warned(
    'a route without an interface cannot be tracked',
    'CONFIG_WITHOUT_EFFECT',
  ),
  'keepalived.conf.virtual_server_group': good('a group of services'),
  'keepalived.conf.virtualhost': good('web checks that name a host'),
  'keepalived.conf.vrrp': warned('an address twice in an instance', 'CONFIG_DUPLICATE_ADDRESS'),
  'keepalived.conf.vrrp.localcheck': refused(
    '`killall` would be run as root, without enable_script_security',
    'CONFIG_SCRIPT_SECURITY',
  ),
  'keepalived.conf.vrrp.lvs_syncd': refused(
    'instances listed without `group`, an ancient form',
    'CONFIG_UNKNOWN_KEYWORD',
  ),
  'keepalived.conf.vrrp.routes': warned(
    'routes without an interface cannot be tracked, and old words',
    'CONFIG_WITHOUT_EFFECT',
    'CONFIG_OLD_NAME',
  ),
  'keepalived.conf.vrrp.rules': refused(
    'addresses with an empty part, and rules without a preference',
    'CONFIG_INVALID_VALUE',
  ),
  'keepalived.conf.vrrp.scripts': good('scripts of instances and groups'),
  'keepalived.conf.vrrp.static_ipaddress': good('static addresses'),
  'keepalived.conf.vrrp.sync': good('groups of instances'),
  'shipped/docker_keepalived.conf': good('an instance in a container'),
  'shipped/keepalived_etc_keepalived_keepalived.conf': warned(
    OF_THE_PACKAGE,
    'CONFIG_DEFAULTED',
    'CONFIG_AUTHENTICATION_IGNORED',
  ),
  'shipped/keepalived_etc_keepalived_keepalived.conf.sample': warned(
    `${OF_THE_PACKAGE}; accept mode as well`,
    'CONFIG_DEFAULTED',
    'CONFIG_AUTHENTICATION_IGNORED',
    'CONFIG_STRICT',
  ),
  'shipped/doc_keepalived.conf.SYNOPSIS': refused('prose', 'CONFIG_UNKNOWN_KEYWORD'),
  'shipped/NOTE_vrrp_vmac-2.conf': good('an instance with an interface of its own'),
};

/** The exit statuses of keepalived 2.4.3's `-t`, by file. */
function verdictsOfKeepalived(): Map<string, number> {
  const lines = readFileSync(`${FOLDER}expected.tsv`, 'utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name = '', , status] = line.split('\t');
      return [name, Number(status)];
    }),
  );
}

describe("config: keepalived's samples", () => {
  for (const [name, { verdict, trouble = [], why }] of Object.entries(EXPECTED)) {
    it(`${name}: ${[verdict, ...trouble].join(' ')}: ${why}`, function () {
      const path = FOLDER + name;
      if (!existsSync(path)) skip(this, "keepalived's samples are not beside the checkout");
      const { config, diagnostics, sources } = loadConfiguration(path, diskFiles, MACHINE);
      const shown = renderDiagnostics(diagnostics, sources);
      const codesOf = (severity: string): string[] => [
        ...new Set(diagnostics.filter((d) => d.severity === severity).map(({ code }) => code)),
      ];
      assert.deepEqual(
        codesOf('error').sort(),
        verdict === 'refused' ? [...trouble].sort() : [],
        shown,
      );
      assert.equal(config !== undefined, verdict === 'loads');
      const told = new Set([...codesOf('error'), ...codesOf('warning')]);
      for (const code of trouble) assert.ok(told.has(code), `${code}\n${shown}`);
    });
  }

  it('agree with the verdicts of keepalived 2.4.3', function () {
    if (!existsSync(`${FOLDER}expected.tsv`)) skip(this, 'there is no table of its verdicts');
    const verdicts = verdictsOfKeepalived();
    assert.deepEqual([...verdicts.keys()].sort(), Object.keys(EXPECTED).sort());
    for (const [name, status] of verdicts) {
      const { verdict, trouble = [] } = EXPECTED[name] as Expected;
      // 0: no complaint. 5: it would run, but complains. Others: it would not run.
      if (status === 0) assert.deepEqual([verdict, trouble], ['loads', []], name);
      else assert.notEqual(trouble.length, 0, `${name}: ${status}, and nothing is told`);
      if (status !== 0 && status !== 5) assert.equal(verdict, 'refused', name);
    }
  });

  it('none of them is forgotten here', function () {
    if (!existsSync(FOLDER)) skip(this, "keepalived's samples are not beside the checkout");
    const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.conf\b/.test(name) && statSync(FOLDER + name).isFile())
      // A systemd fragment.
      .filter((name) => !name.includes('service.d'));
    assert.deepEqual(
      names.filter((name) => !Object.hasOwn(EXPECTED, name)),
      [],
    );
  });
});
