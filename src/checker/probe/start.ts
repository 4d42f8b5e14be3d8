/** Picks the probe of a check. */
import type { Micros } from '../../base/time.js';
import type { ProbeResult } from '../probe-result.js';
import type { CheckSettings } from '../settings.js';
import { startHttpProbe } from './http.js';
import type { CancelProbe, ProbeEnvironment } from './probe.js';
import { startTcpProbe } from './tcp.js';

/** Starts one attempt of any check; the promise is that of {@link StartProbe}. */
export function startProbe(
  spec: CheckSettings,
  deadline: Micros,
  onResult: (result: ProbeResult) => void,
  environment: ProbeEnvironment = {},
): CancelProbe {
  switch (spec.type) {
    case 'TCP_CHECK':
      return startTcpProbe(spec, deadline, onResult, environment);
    case 'HTTP_GET':
    case 'SSL_GET':
      return startHttpProbe(spec, deadline, onResult, environment);
  }
}
