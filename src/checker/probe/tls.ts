/**
 * TLS for SSL_GET. As with keepalived nothing about the certificate is verified: the question is
 * whether the server answers, and real servers use names and authorities of their own. Old servers
 * are spoken to as well (TLS 1.0, legacy renegotiation, short keys), for the same reason.
 */
import { isIP, type Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { nodeCrypto } from '../../base/lazy-crypto.js';
import { type Attempt, guarded } from './probe.js';

/** Loaded with the first check that needs it: an import would load it with the process. */
function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

/** Making one takes milliseconds; all checks share it. */
let sharedContext: SecureContext | undefined;

function secureContext(): SecureContext {
  sharedContext ??= nodeTls().createSecureContext({
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
    secureOptions: nodeCrypto().constants.SSL_OP_LEGACY_SERVER_CONNECT,
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
  const tls = nodeTls().connect({
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
