/**
 * keepalived's own sample files, where they are kept beside the checkout with a table of the
 * verdicts of its `-t`: none may break the loader; those that use only what is built must load.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDiagnostics } from '../../../src/config/diagnostics/render.js';
import { loadConfiguration } from '../../../src/config/load.js';
import { diskFiles } from '../../../src/process/config-files.js';
import { skip } from '../../support/skip.js';

const FOLDER = fileURLToPath(new URL('../../../../../shared/keepalived-configs/', import.meta.url));

/** The machine of the verdicts had one of the programs that the samples name. */
const MACHINE = { isExecutable: (program: string) => program === 'killall' };

/** Loads; or is refused, and these codes are why. */
const EXPECTED: Readonly<Record<string, 'loads' | string>> = {
  'keepalived.conf.HTTP_GET.port': 'loads',
  'keepalived.conf.IPv6': 'loads',
  'keepalived.conf.PING_CHECK': 'loads',
  'keepalived.conf.SMTP_CHECK': 'loads',
  'keepalived.conf.SSL_GET': 'loads',
  'keepalived.conf.UDP_CHECK': 'loads',
  // A script without a command, which keepalived removes with a complaint.
  'keepalived.conf.conditional_conf': 'CONFIG_MISSING_SETTING',
  'keepalived.conf.fwmark': 'loads',
  'keepalived.conf.inhibit': 'loads',
  'keepalived.conf.misc_check': 'loads',
  'keepalived.conf.misc_check_arg': 'loads',
  'keepalived.conf.quorum': 'loads',
  'keepalived.conf.sample': 'loads',
  'keepalived.conf.status_code': 'loads',
  'keepalived.conf.track_interface': 'loads',
  'keepalived.conf.virtual_server_group': 'loads',
  'keepalived.conf.virtualhost': 'loads',
  'keepalived.conf.vrrp': 'loads',
  // `killall` would be run as root: keepalived's -t refuses this.
  'keepalived.conf.vrrp.localcheck': 'CONFIG_SCRIPT_SECURITY',
  // Instances listed without `group`, an ancient form that keepalived complains about too.
  'keepalived.conf.vrrp.lvs_syncd': 'CONFIG_UNKNOWN_KEYWORD',
  'keepalived.conf.vrrp.routes': 'loads',
  // An address with an empty part.
  'keepalived.conf.vrrp.rules': 'CONFIG_INVALID_VALUE',
  'keepalived.conf.vrrp.scripts': 'loads',
  'keepalived.conf.vrrp.static_ipaddress': 'loads',
  'keepalived.conf.vrrp.sync': 'loads',
  'shipped/docker_keepalived.conf': 'loads',
  'shipped/keepalived_etc_keepalived_keepalived.conf': 'loads',
  'shipped/keepalived_etc_keepalived_keepalived.conf.sample': 'loads',
  // Prose.
  'shipped/doc_keepalived.conf.SYNOPSIS': 'CONFIG_UNKNOWN_KEYWORD',
  'shipped/NOTE_vrrp_vmac-2.conf': 'loads',
};

describe("config: keepalived's samples", () => {
  for (const [name, verdict] of Object.entries(EXPECTED)) {
    it(`${name}: ${verdict}`, function () {
      const path = FOLDER + name;
      if (!existsSync(path)) skip(this, "keepalived's samples are not beside the checkout");
      const { config, diagnostics, sources } = loadConfiguration(path, diskFiles, MACHINE);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      const codes = [...new Set(errors.map(({ code }) => code))].sort().join(' ');
      const shown = renderDiagnostics(diagnostics, sources);
      assert.equal(codes === '' ? 'loads' : codes, verdict, shown);
      assert.equal(config !== undefined, verdict === 'loads');
    });
  }

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
