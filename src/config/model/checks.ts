/** The checks of real servers. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Located, ScriptConfig } from './common.js';

/** Timing of what is repeated. */
export interface RepetitionConfig {
  readonly delayLoop: Micros;
  readonly retry: number;
  readonly delayBeforeRetry: Micros;
  readonly warmup: Micros;
}

/** Timing of an attempt that connects. Checks that inherit all of it may share one object. */
export interface CheckTimingConfig extends RepetitionConfig {
  readonly connectTimeout: Micros;
}

export interface CheckTargetConfig {
  readonly address: Ip;
  /** Of PING_CHECK 0 and without meaning. */
  readonly port: number;
  readonly bindTo?: Ip;
  readonly bindInterface?: string;
  readonly bindPort?: number;
  readonly fwmark: number;
}

interface AnyCheckConfig extends Located {
  readonly alpha: boolean;
}

/** What checks that are repeated have. */
interface RepeatedCheckConfig extends AnyCheckConfig {
  readonly timing: RepetitionConfig;
  readonly logAllFailures: boolean;
}

/** What checks that connect have. */
interface ConnectionCheckConfig extends RepeatedCheckConfig {
  readonly target: CheckTargetConfig;
  readonly timing: CheckTimingConfig;
}

export interface PlainCheckConfig extends ConnectionCheckConfig {
  readonly type: 'TCP_CHECK' | 'PING_CHECK';
}

export interface HttpCheckConfig extends ConnectionCheckConfig {
  readonly type: 'HTTP_GET' | 'SSL_GET';
  readonly urls: readonly UrlConfig[];
  readonly httpProtocol: '1.0' | '1.0C' | '1.1';
  readonly fastRecovery: boolean;
  /** Only of SSL_GET. */
  readonly enableSni: boolean;
  /** Only of SSL_GET: the server name to send, whatever the virtual host is. */
  readonly sniName?: string;
}

export interface SmtpCheckConfig extends ConnectionCheckConfig {
  readonly type: 'SMTP_CHECK';
  readonly heloName: string;
  /** The old `host` blocks: all must be good, and `target` is not tried. Empty: `target` alone. */
  readonly hosts: readonly SmtpHostConfig[];
}

export interface SmtpHostConfig extends Located {
  readonly target: CheckTargetConfig;
  readonly connectTimeout: Micros;
}

export interface DnsCheckConfig extends ConnectionCheckConfig {
  readonly type: 'DNS_CHECK';
  readonly recordType: 'A' | 'NS' | 'CNAME' | 'SOA' | 'MX' | 'TXT' | 'AAAA';
  readonly name: string;
}

export interface UdpCheckConfig extends ConnectionCheckConfig {
  readonly type: 'UDP_CHECK';
  /** Lower-case hexadecimal digits, two a byte; `undefined`: random bytes. */
  readonly payload?: string;
  /**
   * What an answer must be: two digits a byte, `x` for a half that may be anything. It is compared
   * as far as both go. Empty: any answer; `undefined`: none is needed.
   */
  readonly reply?: string;
  readonly minReplyLength: number;
  readonly maxReplyLength: number;
}

export interface MiscCheckConfig extends RepeatedCheckConfig {
  readonly type: 'MISC_CHECK';
  readonly script: ScriptConfig;
  readonly timeout: Micros;
  /** An exit status from 2 to 255 is success and sets the weight to two less. */
  readonly dynamic: boolean;
}

export interface FileCheckConfig extends AnyCheckConfig {
  readonly type: 'FILE_CHECK';
  readonly trackFile: string;
  /** The number in the file times this is added to the weight; 0: other numbers than 0 are a failure. */
  readonly weight: number;
  /** The product is subtracted; with weight 0 the number 0 is the failure. */
  readonly reverse: boolean;
}

export interface BfdCheckConfig extends AnyCheckConfig {
  readonly type: 'BFD_CHECK';
  /** The bfd_instance. */
  readonly name: string;
}

export type CheckConfig =
  | PlainCheckConfig
  | HttpCheckConfig
  | SmtpCheckConfig
  | DnsCheckConfig
  | UdpCheckConfig
  | MiscCheckConfig
  | FileCheckConfig
  | BfdCheckConfig;

export interface UrlConfig extends Located {
  readonly path: string;
  /** Inclusive ranges; empty: any 2xx. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  readonly virtualHost?: string;
  readonly regex?: RegexConfig;
  /** SSL_GET: the connection is closed with a close_notify alert. */
  readonly tlsCompliant: boolean;
}

export interface RegexConfig {
  /** As PCRE reads it. */
  readonly pattern: string;
  /** A match is the failure. */
  readonly noMatch: boolean;
  /** Names of pcre2api(3) in lower case, for example `caseless`; sorted, each once. */
  readonly options: readonly string[];
  /** Bytes of the answer that are passed over. */
  readonly minOffset: number;
  /** Where a match begins at last; `undefined`: no limit. */
  readonly maxOffset?: number;
}
