import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Certificates by the machine's openssl. */

interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Authority {
  /** Its certificate, and the file of it. */
  readonly ca: string;
  readonly file: string;
  /** For a server or a client; `names`: 'DNS:localhost', 'IP:127.0.0.1'. `days` below zero: expired. */
  issue(commonName: string, names?: readonly string[], days?: number): Certificate;
}

/** A folder for them, which the caller removes, and an authority in it. */
export function makeAuthority(): Authority & { readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-certificates-'));
  let count = 0;
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=Authority of a test',
    '-days',
    '2',
  );
  return {
    directory,
    ca: readFileSync(join(directory, 'ca.crt'), 'utf8'),
    file: join(directory, 'ca.crt'),
    issue(commonName, names = [], days = 2) {
      count += 1;
      const name = `${count}`;
      openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${commonName}`);
      writeFileSync(join(directory, `${name}.ext`), names.length > 0 ? `subjectAltName=${names.join(',')}\n` : '\n');
      const from = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`];
      openssl('x509', '-req', '-in', `${name}.csr`, ...from, '-out', `${name}.crt`, '-days', String(days));
      const [certFile, keyFile] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
      return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
    },
  };
}
