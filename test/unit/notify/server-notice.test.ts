import assert from 'node:assert/strict';
import type { ServerNotice } from '../../../src/checker/notices.js';
import { serverEnvironment, serverLine, serverMail } from '../../../src/notify/server-notice.js';
import type { ServersSettings } from '../../../src/notify/settings.js';

const SERVICE = { service: 'v', serviceName: '[192.0.2.1]:tcp:80' } as const;
const SERVER = { ...SERVICE, server: 'r', serverName: '[10.0.0.1]:tcp:80' } as const;
const VS: ServerNotice = {
  subject: 'VS',
  ...SERVICE,
  event: 'DOWN',
  cause: 'check',
  reason: 'Lost quorum 1-0=1 > 0',
};
const RS: ServerNotice = {
  subject: 'RS',
  ...SERVER,
  event: 'DOWN',
  cause: 'removed',
  reason: 'Removing',
};
const CHECK = {
  subject: 'CHECK',
  ...SERVER,
  event: 'DOWN',
  cause: 'check',
  reason: 'refused',
  type: 'TCP_CHECK',
  isGood: false,
  isDecisive: true,
} as const;
const MAILED: ServersSettings = {
  services: { v: { mail: true, servers: { r: { mail: true } } } },
};

describe('notify: of real and virtual servers', () => {
  it("the lines of keepalived's pipes", () => {
    assert.equal(serverLine(VS), 'VS [192.0.2.1]:tcp:80 DOWN\n');
    assert.equal(serverLine(RS), 'RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN\n');
    assert.equal(serverLine(CHECK), undefined);
  });

  it('what scripts find in their environment', () => {
    assert.deepEqual(serverEnvironment(RS, 7), {
      TANDEM_SUBJECT: 'RS',
      TANDEM_NAME: '[10.0.0.1]:tcp:80',
      TANDEM_SERVICE: '[192.0.2.1]:tcp:80',
      TANDEM_EVENT: 'DOWN',
      TANDEM_REASON: 'Removing',
      TANDEM_SEQUENCE: '7',
    });
    assert.equal(serverEnvironment(VS, 1)['TANDEM_NAME'], '[192.0.2.1]:tcp:80');
  });

  it("mails with keepalived's subjects, and the reason in the body", () => {
    const mail = (notice: ServerNotice, settings = MAILED) => serverMail(notice, settings, 'lb1');
    const subject =
      '[lb1] Realserver [10.0.0.1]:tcp:80 of virtual server [192.0.2.1]:tcp:80 - DOWN';
    assert.deepEqual(mail(VS), {
      about: 'VS [192.0.2.1]:tcp:80',
      subject: '[lb1] Virtualserver [192.0.2.1]:tcp:80 - DOWN',
      body: '=> Lost quorum 1-0=1 > 0 <=',
    });
    assert.equal(mail(RS)?.subject, subject);
    assert.equal(mail(RS)?.body, '=> Removing <=');
    assert.equal(mail({ ...RS, cause: 'check' }), undefined, 'its check tells');
    assert.equal(mail(CHECK)?.subject, subject);
    assert.equal(mail(CHECK)?.body, '=> TCP CHECK failed on service : refused <=');
    const good = { ...CHECK, isGood: true, type: 'HTTP_GET' };
    assert.equal(mail(good)?.body, '=> CHECK succeed on service <=');
  });

  it('no_checker_emails: only a check that changes its server; smtp_alert no: none', () => {
    const settings: ServersSettings = { ...MAILED, onlyServerMails: true };
    assert.ok(serverMail(CHECK, settings, 'lb1'));
    assert.equal(serverMail({ ...CHECK, isDecisive: false }, settings, 'lb1'), undefined);
    assert.ok(serverMail({ ...CHECK, isDecisive: false }, MAILED, 'lb1'));
    const silent: ServersSettings = { services: { v: { servers: {} } } };
    for (const notice of [VS, RS, CHECK])
      assert.equal(serverMail(notice, silent, 'lb1'), undefined);
  });
});
