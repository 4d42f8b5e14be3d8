/** Throw-away certificates for TLS servers of the tests, made by the openssl command. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const AUTHORITY = `[ca]
default_ca = test
[test]
dir = .
database = ./index.txt
serial = ./serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
`;

/**
 * A key with a good certificate and one that expired in 2020.
 *
 * @returns undefined if there is no openssl command.
 */
export function makeCertificates(): { good: Certificate; expired: Certificate } | undefined {
  const cwd = mkdtempSync(join(tmpdir(), 'tandem-test-'));
  const run = (text: string): void => {
    execFileSync('openssl', text.split(' '), { cwd, stdio: 'ignore' });
  };
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  try {
    writeFileSync(join(cwd, 'ca.cnf'), AUTHORITY);
    writeFileSync(join(cwd, 'index.txt'), '');
    writeFileSync(join(cwd, 'serial'), '01\n');
    run('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem');
    run('req -x509 -new -key key.pem -subj /CN=test.invalid -days 2 -out good.pem');
    run('req -new -key key.pem -subj /CN=expired.invalid -out expired.csr');
    run(
      'ca -batch -config ca.cnf -selfsign -keyfile key.pem -in expired.csr ' +
        '-startdate 20200101000000Z -enddate 20200201000000Z -notext -out expired.pem',
    );
    const key = read('key.pem');
    return { good: { key, cert: read('good.pem') }, expired: { key, cert: read('expired.pem') } };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
