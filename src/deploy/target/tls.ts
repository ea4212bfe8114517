import { existsSync, readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ConnectionError } from '../../postgres/connection-error.ts';
import { invalidUrl } from './invalid-url.ts';
import { isSocket, type Place } from './place.ts';

/** TLS as libpq's parameters say it. */

/** One way to connect: without TLS, or with it. */
export interface TlsAttempt {
  readonly ssl: false | ConnectionOptions;
  readonly sslnegotiation: 'postgres' | 'direct';
}

const PLAIN: TlsAttempt = { ssl: false, sslnegotiation: 'postgres' };

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];

/** Where systems keep the certificates that they trust: Debian, Red Hat, Alpine and macOS. */
const SYSTEM_ROOTS = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

type Parameters = ReadonlyMap<string, string>;

/** The ways to connect, in the order in which they are tried. Throws LockstepError `target-url-invalid`. */
export function readTls(parameters: Parameters, place: Pick<Place, 'host'>): readonly TlsAttempt[] {
  const root = parameters.get('sslrootcert') || undefined;
  const mode = readMode(parameters, root);
  // As in libpq: TLS is for the network.
  if (mode === 'disable' || isSocket(place)) return [PLAIN];
  const sslnegotiation = readNegotiation(parameters.get('sslnegotiation') || 'postgres', mode);
  const encrypted: TlsAttempt = { ssl: readOptions(parameters, mode, root), sslnegotiation };
  if (mode === 'allow') return [PLAIN, encrypted];
  return mode === 'prefer' ? [encrypted, PLAIN] : [encrypted];
}

function readMode(parameters: Parameters, root: string | undefined): Mode {
  const said = parameters.get('sslmode') || (parameters.get('ssl') === 'true' ? 'require' : undefined);
  const mode = said === 'no-verify' ? 'require' : (said ?? (root === 'system' ? 'verify-full' : 'prefer'));
  const known = MODES.find((each) => each === mode);
  if (known === undefined) {
    throw invalidUrl('its sslmode is none that Postgres knows', `Write one of ${MODES.join(', ')}.`);
  }
  if (root === 'system' && known !== 'verify-full') {
    throw invalidUrl(
      'sslrootcert=system holds with sslmode=verify-full only: anybody can have a certificate of a public authority',
      'Write `sslmode=verify-full&sslrootcert=system`.',
    );
  }
  if (known === 'verify-ca' && root === undefined) {
    throw invalidUrl(
      'sslmode=verify-ca needs the certificate of the authority',
      'Add `sslrootcert=FILE`, or write `sslmode=verify-full`, which trusts public authorities too.',
    );
  }
  return known;
}

function readNegotiation(text: string, mode: Mode): TlsAttempt['sslnegotiation'] {
  if (text !== 'postgres' && text !== 'direct') {
    throw invalidUrl('its sslnegotiation is none that Postgres knows', 'Write `postgres` or `direct`.');
  }
  if (text === 'direct' && (mode === 'allow' || mode === 'prefer')) {
    throw invalidUrl('sslnegotiation=direct needs TLS in any case', 'Add `sslmode=require`, or a stricter one.');
  }
  return text;
}

function readOptions(parameters: Parameters, mode: Mode, root: string | undefined): ConnectionOptions {
  // A given authority counts in each mode.
  const verified = mode === 'verify-full' || root !== undefined;
  const [cert, key] = [readFile(parameters, 'sslcert'), readFile(parameters, 'sslkey')];
  if ((cert === undefined) !== (key === undefined)) {
    throw invalidUrl('of sslcert and sslkey it has one without the other', 'Name the files of both.');
  }
  const ca = root === 'system' ? systemRoots() : readFile(parameters, 'sslrootcert');
  const minVersion = parameters.get('ssl_min_protocol_version');
  return {
    // Said in any case: else NODE_TLS_REJECT_UNAUTHORIZED would decide.
    rejectUnauthorized: verified,
    ...(ca === undefined ? {} : { ca }),
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(cert === undefined ? {} : { cert, key, passphrase: parameters.get('sslpassword') }),
    ...(minVersion === 'TLSv1.3' ? { minVersion } : {}),
    ...(parameters.get('sslcrl') ? { crl: readFile(parameters, 'sslcrl') } : {}),
  };
}

function readFile(parameters: Parameters, name: string): string | undefined {
  const path = parameters.get(name);
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw invalidUrl(
      `the file that ${name} names cannot be read (${code})`,
      'A step before this one must write it, at this very path.',
    );
  }
}

/** undefined: Node's own list. */
function systemRoots(): string | undefined {
  const path = SYSTEM_ROOTS.find((each) => existsSync(each));
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}

/** That another way (with TLS, or without) is what the server wants. */
const OTHER_WAY = /does not support SSL|no encryption|SSL off|SSL required|connection is insecure/i;

/** Certificates and handshakes, as OpenSSL and Node name what is wrong with them. */
const TLS_CODE = /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/** Whether it is TLS that failed, or that is missing. */
export function isTlsProblem({ code, message }: ConnectionError): boolean {
  return (
    TLS_CODE.test(code) ||
    OTHER_WAY.test(message) ||
    /establishing an SSL connection|before secure TLS|negotiated protocol|channel binding/i.test(message)
  );
}

/** Whether the next way is worth a try. A wrong password is wrong on each. */
export function mayWorkOtherwise(error: ConnectionError): boolean {
  return isTlsProblem(error) || (error.code.startsWith('28') && error.code !== '28P01');
}

/** Which failure tells the most, when each way failed. */
export function mostTelling<T>(failures: readonly T[], read: (failure: T) => ConnectionError): T | undefined {
  return failures.find((failure) => !OTHER_WAY.test(read(failure).message)) ?? failures[0];
}
