import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientConfig, DatabaseError } from 'pg';
import { parse } from 'pg-connection-string';
import { LockstepError } from '../../errors.ts';
import { guarded } from '../../postgres/client-config.ts';
import { connectionErrors } from '../../postgres/connection-error.ts';
import { Session } from '../../postgres/session.ts';
import { abortable } from './waiting.ts';

/** Reaches the server that `rehearsal_url` names. No text here holds the URL: it has a password. */

const LIMIT_MS = 10_000;
const RETRY_MS = 250;

/**
 * What pg makes of a URL (TLS, sockets, IPv6 and all), so that other databases of the server can be reached likewise. What
 * the URL does not say is as usual, whatever PG* variables say about some other server.
 */
export function readUrl(url: string): ClientConfig {
  const [authority] = url.match(/^[^:]*:\/\/[^/?#]*/) ?? [''];
  // An '@' after the authority: a password with a character that ends it, of which an error would show a part.
  if (url.includes('@') && !authority.includes('@')) throw invalid();
  try {
    const said = parse(url);
    const port = Number(said.port || 5432);
    if (!Number.isInteger(port)) throw invalid();
    const user = said.user || userInfo().username;
    return {
      host: said.host || 'localhost',
      port,
      user,
      database: said.database || user,
      password: said.password,
      // Also what pg knows and its types do not: 'no-verify'.
      ssl: said.ssl as ClientConfig['ssl'],
      sslnegotiation: said.sslnegotiation,
      options: said.options,
      connectionTimeoutMillis: LIMIT_MS,
    };
  } catch {
    throw invalid();
  }
}

/** What a URL that `readUrl` could read says of TLS, as it says it: for programs that have drivers of their own. */
export function readTls(url: string): Readonly<Record<string, string>> {
  const query = new URLSearchParams(url.split('?', 2)[1] ?? '');
  return Object.fromEntries([...query].filter(([option]) => /^(?:ssl\w*|uselibpqcompat)$/.test(option)));
}

function invalid(): LockstepError {
  return new LockstepError('rehearsal-url-invalid', 'rehearsal_url is not the address of a Postgres server', {
    hint: 'Write it like this, with special characters in the password percent-encoded:\n  postgres://user:password@host:5432/database',
  });
}

/**
 * Opens a session; a server that is still starting gets the time. `major`: the server's, once it is known that the user
 * may do all on it: from then on the session is `guarded`. Throws LockstepError `rehearsal-url-unreachable`.
 */
export async function openSession(
  config: ClientConfig,
  applicationName: string,
  signal: AbortSignal,
  major?: number,
): Promise<Session> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      const named = { ...config, application_name: applicationName };
      const opening = Session.open(major === undefined ? named : guarded(named, major));
      return await abortable(opening, signal, (late) => late.close());
    } catch (error) {
      signal.throwIfAborted();
      const starting = error instanceof DatabaseError && error.code === '57P03';
      if (!starting || Date.now() > deadline) throw unreachable(error, config);
    }
    await sleep(RETRY_MS);
  }
}

function unreachable(error: unknown, { host, port, user, database }: ClientConfig): LockstepError {
  const [{ code, message: said } = { code: '', message: '' }] = connectionErrors(error);
  const message = `the server of rehearsal_url (${host}:${port}) cannot be used: ${said}`;
  const hint = HINTS.find(([codes]) => codes.test(code) || codes.test(said))?.[1];
  return new LockstepError('rehearsal-url-unreachable', message, {
    hint: (hint ?? 'Check the address, and whether the service is up.')
      .replace('{user}', String(user))
      .replace('{database}', String(database)),
  });
}

const HINTS: readonly (readonly [codes: RegExp, hint: string])[] = [
  [
    /^ECONNREFUSED$/,
    'Nothing listens there. A service container needs `ports: ["5432:5432"]` (then it is at localhost), and `options: --health-cmd pg_isready` so that the job waits until it is up.',
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    'The host name is not known here. On the runner itself a service container is at localhost, in a container job at its own name.',
  ],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$|timeout/,
    'It does not answer within 10 seconds: check the address, and firewalls between here and there.',
  ],
  [
    /^28(P01|000)$|client password must be/,
    'The password or the user ({user}) is wrong: they are the POSTGRES_PASSWORD and POSTGRES_USER of the service container.',
  ],
  [
    /^3D000$/,
    'There is no database {database}: name one that exists (`postgres`, or the POSTGRES_DB of the service container).',
  ],
  [
    /SSL/,
    'Add `?sslmode=disable` to the address when the server has no TLS, `?sslmode=require` when it insists on it.',
  ],
];
