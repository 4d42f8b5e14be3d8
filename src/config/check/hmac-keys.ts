/** Keys of `auth_hmac` that are in files: whether they can be had, and by whom else. */
import type { Sink } from '../diagnostics/diagnostics.js';
import { parseHmacKey } from '../grammar/vrrp/authentication.js';
import type { Config, HmacKeyConfig } from '../model/index.js';

/** A file that holds a key. */
export interface KeyFile {
  readonly text: string;
  /** Others than its owner may read it. */
  readonly isShared: boolean;
}

/** Reads a file; an error says why it cannot be had. */
export type ReadKeyFile = (path: string) => KeyFile | Error;

/** Reports key files that cannot be read, hold no key, or are open to others. */
export function checkHmacKeys(config: Config, readKeyFile: ReadKeyFile, sink: Sink): void {
  for (const { name, hmac } of config.instances) {
    for (const key of hmac?.keys ?? []) {
      if (!('file' in key)) continue;
      const report = (message: string, severity: 'error' | 'warning'): void =>
        sink.report('CONFIG_AUTH_HMAC', key.at, {
          message: `vrrp_instance ${name}: auth_hmac: ${message}`,
          severity,
        });
      const file = readKeyFile(key.file);
      if (file instanceof Error) {
        report(`key ${key.id} cannot be read: ${file.message}`, 'error');
        continue;
      }
      const parsed = parseHmacKey(file.text.trim());
      if ('problem' in parsed) report(`key ${key.id} in ${key.file} ${parsed.problem}`, 'error');
      if (file.isShared) {
        report(`others may read key ${key.id} in ${key.file} (chmod 600)`, 'warning');
      }
    }
  }
}

/** The bytes of a key in hexadecimal; `undefined` if its file does not give any. */
export function keyBytes(key: HmacKeyConfig, readKeyFile: ReadKeyFile): string | undefined {
  if ('hex' in key) return key.hex;
  const file = readKeyFile(key.file);
  if (file instanceof Error) return undefined;
  const parsed = parseHmacKey(file.text.trim());
  return 'hex' in parsed ? parsed.hex : undefined;
}
