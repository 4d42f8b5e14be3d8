/**
 * TLS for SSL_GET. As with keepalived nothing about the certificate is verified: the question is
 * whether the server answers, and real servers use names and authorities of their own. Old servers
 * are spoken to as well (TLS 1.0, legacy renegotiation, short keys), for the same reason.
 */
import { constants } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type Attempt, guarded } from './probe.js';

/** Making one takes milliseconds; all checks share it. */
let sharedContext: SecureContext | undefined;

function secureContext(): SecureContext {
  sharedContext ??= createSecureContext({
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  });
  return sharedContext;
}

/**
 * Makes the handshake over a connected socket; on failure the attempt ends.
 *
 * @param serverName sent as SNI; undefined or an address: none is sent.
 */
export function startTls(
  attempt: Attempt,
  socket: Socket,
  serverName: string | undefined,
  onSecure: (socket: TLSSocket) => void,
): void {
  attempt.phase = 'handshake';
  const tls = connect({
    socket,
    secureContext: secureContext(),
    rejectUnauthorized: false,
    minDHSize: 1,
    ...(serverName && isIP(serverName) === 0 ? { servername: serverName } : {}),
  });
  tls.on('error', (error: NodeJS.ErrnoException) => {
    if (!attempt.owns(socket)) return;
    if (attempt.phase === 'handshake') attempt.fail('tls-failed', tlsWords(error));
    else attempt.fail('connection-reset', tlsWords(error));
  });
  tls.once('close', () => {
    if (attempt.owns(socket) && attempt.phase === 'handshake') {
      attempt.fail('tls-failed', 'closed during the handshake');
    }
  });
  tls.once('secureConnect', () => {
    if (attempt.owns(socket)) guarded(attempt, () => onSecure(tls));
  });
}

function tlsWords(error: NodeJS.ErrnoException): string {
  const reason = (error as { reason?: string }).reason;
  return reason ?? error.code ?? 'TLS error';
}
