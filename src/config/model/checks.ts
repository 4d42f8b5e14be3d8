/** The checks of real servers. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Located } from './common.js';

export interface CheckTimingConfig {
  readonly delayLoop: Micros;
  readonly connectTimeout: Micros;
  readonly retry: number;
  readonly delayBeforeRetry: Micros;
  readonly warmup: Micros;
}

export interface CheckTargetConfig {
  readonly address: Ip;
  readonly port: number;
  readonly bindTo?: Ip;
  readonly bindPort?: number;
  readonly fwmark: number;
}

interface AnyCheckConfig extends Located {
  readonly target: CheckTargetConfig;
  readonly timing: CheckTimingConfig;
  readonly alpha: boolean;
}

export interface TcpCheckConfig extends AnyCheckConfig {
  readonly type: 'TCP_CHECK';
}

export interface HttpCheckConfig extends AnyCheckConfig {
  readonly type: 'HTTP_GET' | 'SSL_GET';
  readonly urls: readonly UrlConfig[];
  readonly httpProtocol: '1.0' | '1.0C' | '1.1';
  readonly enableSni: boolean;
}

export type CheckConfig = TcpCheckConfig | HttpCheckConfig;

export interface UrlConfig extends Located {
  readonly path: string;
  /** Inclusive ranges; empty: any 2xx. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  readonly virtualHost?: string;
}
