/** How large the receive buffers of adverts' sockets are to be, as keepalived reckons it. */
import type { Config, InstanceConfig, VrrpGlobalConfig } from '../config/model/index.js';
import type { ReceiveBuffer, VrrpSettings } from '../vrrp/settings.js';

const IPV4_HEADER_BYTES = 20;
const VRRP_HEADER_BYTES = 8;
/** Version 2 over IPv4 always has them (RFC 3768 5.3.10). */
const AUTHENTICATION_BYTES = 8;

/**
 * What each instance adds to its socket's buffer: `kernel_rx_buf_size`, or what the policy makes of it.
 * Nothing where neither is given.
 */
export function receiveBuffers(
  { global: { vrrp } }: Config,
  run: readonly InstanceConfig[],
): Pick<VrrpSettings, 'receiveBuffers'> {
  const buffers = run.flatMap((instance) => {
    const buffer = bufferOf(instance, vrrp);
    return buffer ? [[instance.name, buffer] as const] : [];
  });
  return buffers.length === 0 ? {} : { receiveBuffers: Object.fromEntries(buffers) };
}

function bufferOf(instance: InstanceConfig, global: VrrpGlobalConfig): ReceiveBuffer | undefined {
  const { receiveBuffer: policy, receiveBufferMultiplier: times } = global;
  // 0 is none of its own, as in keepalived.
  const bytes = instance.kernelRxBufSize || (typeof policy === 'number' ? policy : 0);
  if (bytes > 0) return { bytes, mtus: 0 };
  if (policy === 'MTU') return { bytes: 0, mtus: times };
  if (policy === 'ADVERT') return { bytes: times * advertBytes(instance), mtus: 0 };
  return undefined;
}

/** The length of an advert as a raw socket receives it: with its header only over IPv4. */
function advertBytes({ family, version, virtualAddresses }: InstanceConfig): number {
  const { length } = virtualAddresses;
  if (family === 6) return VRRP_HEADER_BYTES + 16 * length;
  const authentication = version === 2 ? AUTHENTICATION_BYTES : 0;
  return IPV4_HEADER_BYTES + VRRP_HEADER_BYTES + authentication + 4 * length;
}
