/** Mails to real servers: one that takes them, and those that hang, refuse, drip or put off. */
import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Logger } from '../../../src/base/log.js';
import type { MailSettings } from '../../../src/notify/settings.js';
import { Mailer } from '../../../src/process/notify/mailer.js';
import { sendMail } from '../../../src/process/notify/smtp.js';
import { eventually } from '../daemon.js';
import { silentLogger } from '../tracking/silent-logger.js';

const MAIL = {
  about: 'INSTANCE VI_1',
  subject: '[lb1] VRRP Instance VI_1 - Entering MASTER state',
  body: '=> VRRP Instance is now owning VRRP VIPs <=',
};

describe('notify: SMTP alerts', function () {
  this.timeout(30_000);
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  function settings(port: number, timeout = 500_000): MailSettings {
    return {
      to: ['ops@example.com', 'On call <call@example.com>'],
      from: 'keepalived@lb1.example.com',
      host: '127.0.0.1',
      port,
      heloName: 'lb1.example.com',
      timeout,
      routerId: 'lb1',
      noFaults: false,
    };
  }

  /** A whole server; `answer` may refuse a recipient with a code. */
  async function server(
    answer: (to: string) => number | undefined = () => undefined,
    without: readonly string[] = ['STARTTLS'],
  ) {
    const mails: { helo: string; from: string; to: string[]; text: string }[] = [];
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: without,
      onRcptTo({ address }, _session, callback) {
        const code = answer(address);
        callback(code ? Object.assign(new Error('not now'), { responseCode: code }) : undefined);
      },
      onData(stream, { envelope, hostNameAppearsAs }, callback) {
        let text = '';
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        stream.on('end', () => {
          mails.push({
            helo: String(hostNameAppearsAs),
            from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
            text,
          });
          callback();
        });
      },
    });
    const port = await listen(smtp.server as Server);
    closers.push(() => smtp.close());
    return { port, mails };
  }

  /** A server that is no mail server. */
  async function strange(onSocket: (socket: Socket) => void): Promise<number> {
    const open = new Set<Socket>();
    const one = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => {});
      onSocket(socket);
    });
    closers.push(() => {
      for (const socket of open) socket.destroy();
      one.close();
    });
    return listen(one);
  }

  function listen(one: Server): Promise<number> {
    return new Promise((resolve) => {
      one.listen(0, '127.0.0.1', () => resolve((one.address() as { port: number }).port));
    });
  }

  it('a real server gets envelope, headers and body as keepalived has them', async () => {
    const { port, mails } = await server();
    assert.deepEqual(await sendMail(MAIL, settings(port)), { kind: 'sent' });
    const [mail] = mails;
    assert.ok(mail);
    assert.equal(mail.helo, 'lb1.example.com');
    assert.equal(mail.from, 'keepalived@lb1.example.com');
    assert.deepEqual(mail.to, ['ops@example.com', 'call@example.com']);
    assert.match(mail.text, /^Subject: \[lb1\] VRRP Instance VI_1 - Entering MASTER state\r$/m);
    assert.match(mail.text, /^From: keepalived@lb1\.example\.com\r$/m);
    assert.match(mail.text, /^To: ops@example\.com, On call <call@example\.com>\r$/m);
    assert.match(mail.text, /^Date: /m);
    assert.match(mail.text, /\r\n\r\n=> VRRP Instance is now owning VRRP VIPs <=\r\n/);
  });

  it('each kind of bad server is given up in bounded time', async () => {
    const kinds: readonly (readonly [string, number, string])[] = [
      ['says nothing', await strange(() => {}), 'later'],
      ['hangs up', await strange((socket) => socket.destroy()), 'later'],
      ['greets and hangs', await strange((socket) => socket.write('220 hello\r\n')), 'later'],
      ['drips', await strange(drip), 'later'],
      [
        'speaks something else',
        await strange((socket) => socket.write('HTTP/1.1 400\r\n')),
        'later',
      ],
      ['refuses for good', (await server(() => 550)).port, 'refused'],
      ['greylists', (await server(() => 451)).port, 'later'],
      ['is not there', await closedPort(), 'later'],
    ];
    for (const [kind, port, expected] of kinds) {
      const from = Date.now();
      const outcome = await sendMail(MAIL, settings(port));
      assert.equal(outcome.kind, expected, kind);
      // Four answers of half a second, and a busy machine.
      assert.ok(Date.now() - from < 6_000, `${kind}: ${Date.now() - from} ms`);
    }
  });

  it('a server that hangs costs one warning and holds up nobody; the newest of each is sent', async () => {
    const sockets: Socket[] = [];
    const port = await strange((socket) => sockets.push(socket));
    const { port: good, mails } = await server();
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warning: (_, text) => warnings.push(text) };
    const mailer = new Mailer(logger);
    mailer.configure(settings(port, 200_000));
    for (let i = 0; i < 100; i++) mailer.offer({ ...MAIL, subject: `state ${i}` });
    await eventually('a warning', () => warnings.length > 0);
    assert.equal(warnings.length, 1);
    // One connection for a hundred changes.
    assert.equal(sockets.length, 1);
    mailer.configure(settings(good));
    mailer.offer({ ...MAIL, about: 'INSTANCE VI_2', subject: 'other' });
    await eventually('mails', () => mails.length === 2);
    const subjects = mails.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1]);
    assert.deepEqual(subjects.sort(), ['other', 'state 99']);
    await mailer.stop();
  });

  it('the end of the daemon waits a second for it, not longer', async () => {
    const port = await strange(() => {});
    const mailer = new Mailer(silentLogger);
    mailer.configure(settings(port, 20_000_000));
    mailer.offer(MAIL);
    const from = Date.now();
    await mailer.stop();
    const took = Date.now() - from;
    assert.ok(took >= 900 && took < 4_000, `${took} ms`);
  });

  /** A byte now and then, so that the connection is never silent. */
  function drip(socket: Socket): void {
    const timer = setInterval(() => socket.write('2'), 50);
    socket.on('close', () => clearInterval(timer));
  }

  async function closedPort(): Promise<number> {
    const one = createServer();
    const port = await listen(one);
    await new Promise((resolve) => one.close(resolve));
    return port;
  }
});
