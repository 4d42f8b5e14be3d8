/**
 * HTTP_GET and SSL_GET: fetch every URL, one after the other, each over a connection of its own as
 * keepalived does. All must have an accepted status and, if one is configured, the right digest;
 * redirects are answers like any other and not followed. The deadline holds for all URLs together.
 */
import type { Socket } from 'node:net';
import { endpoint } from '../../ipvs/model.js';
import type { CheckSettings, UrlCheck } from '../settings.js';
import { openConnection } from './connect.js';
import { HttpAnswer } from './http-answer.js';
import { Attempt, type ProbeEnvironment, type StartProbe } from './probe.js';
import { startTls } from './tls.js';

export type WebCheck = Extract<CheckSettings, { type: 'HTTP_GET' | 'SSL_GET' }>;

/** One attempt of an HTTP_GET or SSL_GET. */
export const startHttpProbe: StartProbe<WebCheck> = (
  spec,
  deadline,
  onResult,
  environment = {},
) => {
  const attempt = new Attempt(deadline, onResult);
  fetchFrom(0, '', { attempt, spec, environment });
  return attempt.cancel;
};

interface Fetch {
  readonly attempt: Attempt;
  readonly spec: WebCheck;
  readonly environment: ProbeEnvironment;
}

/** Fetches the URLs from `index` on; `last` is the result of the one before. */
function fetchFrom(index: number, last: string, fetch: Fetch): void {
  const { attempt, spec, environment } = fetch;
  const url = spec.urls[index];
  if (!url) {
    const finish = () =>
      attempt.finish({
        verdict: 'success',
        phase: 'answer',
        reason: 'answered',
        detail: last || 'no url to fetch',
      });
    // A check without URLs must not answer before it has been started.
    if (index === 0) setImmediate(finish);
    else finish();
    return;
  }
  const onGood = (detail: string): void => fetchFrom(index + 1, detail, fetch);
  openConnection(attempt, spec.target, environment, (socket) => {
    if (spec.type === 'HTTP_GET') {
      converse(fetch, socket, socket, url, onGood);
    } else {
      startTls(attempt, socket, serverNameOf(spec, url), (tls) =>
        converse(fetch, socket, tls, url, onGood),
      );
    }
  });
}

/**
 * Sends the request and reads the answer.
 *
 * @param connection the TCP connection, by which the attempt knows whom an event concerns.
 * @param stream what is written to and read from: the connection, or TLS over it.
 */
function converse(
  fetch: Fetch,
  connection: Socket,
  stream: Socket,
  url: UrlCheck,
  onGood: (detail: string) => void,
): void {
  const { attempt, spec } = fetch;
  attempt.phase = 'answer';
  const answer = new HttpAnswer(url.digest !== undefined);
  let judged = false;
  const judge = (ended: boolean): void => {
    if (judged || !attempt.owns(connection)) return;
    judged = judgeAnswer(attempt, answer, url, ended, onGood);
  };
  stream.on('data', (bytes: Buffer) => {
    if (judged) return;
    answer.push(bytes);
    judge(false);
  });
  stream.once('end', () => judge(true));
  stream.once('close', () => judge(true));
  stream.write(requestText(spec, url), 'latin1');
}

/** @returns whether the answer is judged, so that nothing more of it matters. */
function judgeAnswer(
  attempt: Attempt,
  answer: HttpAnswer,
  url: UrlCheck,
  ended: boolean,
  onGood: (detail: string) => void,
): boolean {
  if (answer.error) {
    attempt.fail(answer.error, ERROR_WORDS[answer.error]);
    return true;
  }
  if (answer.head && !isAccepted(answer.head.status, url)) {
    attempt.fail('wrong-status', `status ${answer.head.status}, expected ${expected(url)}`);
    return true;
  }
  if (!answer.done && !ended) return false;
  if (!answer.head) {
    attempt.fail('no-data', 'connection closed without an answer');
  } else if (url.digest !== undefined && !answer.digestIs(url.digest)) {
    attempt.fail('wrong-digest', 'MD5 digest differs');
  } else {
    onGood(`status ${answer.head.status}`);
  }
  return true;
}

const ERROR_WORDS = {
  'not-http': 'the answer is not HTTP',
  'header-too-large': "the answer's head is too long",
  'body-too-large': "the answer's body is too long for a digest",
} as const;

/** The request, byte for byte keepalived's, so that servers and their logs see no difference. */
export function requestText(spec: WebCheck, url: UrlCheck): string {
  const version = spec.httpProtocol === '1.1' ? '1.1' : '1.0';
  const close = spec.httpProtocol === '1.0' ? '' : 'Connection: close\r\n';
  const host = url.virtualHost ?? endpoint(spec.target.address, spec.target.port);
  return (
    `GET ${url.path} HTTP/${version}\r\n` +
    `User-Agent: KeepAliveClient\r\n${close}Host: ${host}\r\n\r\n`
  );
}

function isAccepted(status: number, url: UrlCheck): boolean {
  if (url.statusCodes.length === 0) return status >= 200 && status <= 299;
  return url.statusCodes.some(({ from, to }) => status >= from && status <= to);
}

function expected(url: UrlCheck): string {
  if (url.statusCodes.length === 0) return '200-299';
  return url.statusCodes
    .map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
    .join(',');
}

/** The name for SNI: the virtual host without its port. */
function serverNameOf(spec: WebCheck, url: UrlCheck): string | undefined {
  if (!spec.enableSni) return undefined;
  return url.virtualHost?.replace(/:\d+$/, '');
}
