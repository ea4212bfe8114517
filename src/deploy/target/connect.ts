import type { QueryResultRow } from 'pg';
import { connectionErrors } from '../../postgres/connection-error.ts';
import { Session } from '../../postgres/session.ts';
import { NO_SERVER_CODE } from './causes.ts';
import { mainOf } from './diagnosis.ts';
import { mayWorkOtherwise, mostTelling, type TlsAttempt } from './tls.ts';
import type { TargetUrl } from './url.ts';

/** One connection, with TLS or without as the URL says. Rejects with what pg says. */
export async function connect(url: TargetUrl, name: string, signal: AbortSignal): Promise<Session> {
  const failures: unknown[] = [];
  for (const attempt of url.tls) {
    try {
      return await open(url, attempt, name, signal);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
      if (!mayWorkOtherwise(mainOf(connectionErrors(error)))) break;
    }
  }
  throw mostTelling(failures, (failure) => mainOf(connectionErrors(failure)));
}

function open(url: TargetUrl, { ssl, sslnegotiation }: TlsAttempt, name: string, signal: AbortSignal) {
  const config = { ...url.config, ssl, sslnegotiation, application_name: name };
  return Session.open(config, {}, { plain: true, channelBinding: url.channelBinding, signal });
}

interface Waiting {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onWait?: ((why: string) => void) | undefined;
}

const TELL_AFTER_MS = 1_000;

/**
 * The first row of a session's first query. A pooler lets in whoever comes, and lets the first query wait until it has a
 * server connection: when that takes longer than the limit, the session is cut.
 */
export async function firstRow<T extends QueryResultRow>(
  session: Session,
  sql: string,
  { limitMs, signal, onWait }: Waiting,
): Promise<T> {
  let late = false;
  const cut = (): void => session.cut();
  const teller = setTimeout(() => onWait?.(NO_SERVER), TELL_AFTER_MS);
  const limit = setTimeout(() => {
    late = true;
    cut();
  }, limitMs);
  signal.addEventListener('abort', cut);
  try {
    if (signal.aborted) cut();
    const { rows } = await session.client.query<T>(sql);
    if (rows[0] === undefined) throw new Error('the server gave no answer');
    return rows[0];
  } catch (error) {
    await session.close();
    signal.throwIfAborted();
    throw late ? Object.assign(new Error(NO_SERVER), { code: NO_SERVER_CODE }) : error;
  } finally {
    clearTimeout(teller);
    clearTimeout(limit);
    signal.removeEventListener('abort', cut);
  }
}

const NO_SERVER = 'a pooler takes the connection, and has no server connection left for it';
