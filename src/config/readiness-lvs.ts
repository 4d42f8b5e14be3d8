/** What a virtual server needs that this version does not have. */
import { differentServers } from './build/lvs/server-rows.js';
import type {
  CheckConfig,
  Config,
  HttpCheckConfig,
  PlainCheckConfig,
  VirtualServerConfig,
} from './model/index.js';

/** A check of a kind that is run. */
export type BuiltCheck = (PlainCheckConfig & { readonly type: 'TCP_CHECK' }) | HttpCheckConfig;

export function isBuilt(check: CheckConfig): check is BuiltCheck {
  return check.type === 'TCP_CHECK' || check.type === 'HTTP_GET' || check.type === 'SSL_GET';
}

/**
 * Names what is missing; empty: the service is run. Without one of its checks, or without what
 * decides a check's verdict, servers would be in service unchecked: the service is left out then.
 * What only tells of a change does not count.
 */
export function missingForServer(server: VirtualServerConfig, config: Config): readonly string[] {
  const missing = new Set<string>();
  for (const real of differentServers(server)) {
    for (const check of real.checks) addCheck(check, config, missing);
  }
  return [...missing];
}

function addCheck(check: CheckConfig, config: Config, missing: Set<string>): void {
  if (!isBuilt(check)) {
    missing.add(check.type);
    return;
  }
  if (check.target.bindInterface !== undefined) missing.add('bind_if');
  if (check.type === 'TCP_CHECK') return;
  if (check.urls.some(({ regex }) => regex)) missing.add('regex');
  if (check.type === 'HTTP_GET') return;
  if (check.sniName !== undefined) missing.add('sni_name');
  const { certificate, key, password } = config.ssl ?? {};
  if (certificate !== undefined || key !== undefined || password !== undefined) {
    missing.add('a certificate to show (SSL)');
  }
}
