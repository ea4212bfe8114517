import type { Session } from '../../postgres/session.ts';
import { connect, firstRow } from './connect.ts';
import { diagnose } from './diagnosis.ts';
import { GaveUp, patiently } from './patience.ts';
import { addressOf, type Place } from './place.ts';
import { detectPooler, type Pooler } from './pooler.ts';
import { isTransactionPooler } from './providers.ts';
import { readTargetUrl, type TargetUrl } from './url.ts';

export interface TargetRequest {
  readonly url: string;
  /** See applicationName(). */
  readonly applicationName: string;
  readonly signal: AbortSignal;
  /**
   * The time that a server gets which is starting, has no connection left, or closes the connection meanwhile; also one that
   * cannot be reached any more right after it could.
   */
  readonly patienceMs: number;
  /** Told while it waits, every few seconds at most. */
  readonly onWait?: (why: string) => void;
}

export interface Target {
  /** 'user@host:port/database': never a password. */
  readonly address: string;
  readonly place: Place;
  readonly database: string;
  /** current_user */
  readonly role: string;
  /** '15.18' */
  readonly serverVersion: string;
  readonly major: number;
  readonly pooler: Pooler;
  /** Whether the server follows another one, and takes no writes. */
  readonly standby: boolean;
  /** The session that was opened first; the caller closes it. */
  readonly session: Session;
  /** Its backend's process id by pg_backend_pid(); the protocol's is made up by a pooler. */
  readonly backendPid: number;
  /**
   * Another session to the same place, tried for `patienceMs` (default: once). `suffix` ends its application_name. `signal`
   * stands in for the request's: to cancel a statement takes a session when everything else is given up.
   */
  open(options?: {
    readonly patienceMs?: number;
    readonly suffix?: string;
    readonly signal?: AbortSignal;
  }): Promise<Session>;
  /** After a loss: a new session and its backend, with the patience of the request unless told. */
  reopen(patienceMs?: number): Promise<{ readonly session: Session; readonly backendPid: number }>;
}

/** As long as Postgres' names are, in bytes. */
const NAME_LIMIT = 63;

/**
 * What a pooler gets to find a server connection when there is no patience; also each try to come back, since a connection
 * that was begun while the network was cut may never answer.
 */
const FIRST_ROW_MS = 10_000;
/** For an answer, until the caller knows better. */
const ANSWER_MS = 60_000;

const FACTS = `SELECT pg_backend_pid() AS pid, current_user::text AS role, current_database()::text AS database,
  split_part(current_setting('server_version'), ' ', 1) AS version,
  current_setting('server_version_num')::int / 10000 AS major, pg_is_in_recovery() AS standby`;

interface Facts {
  readonly pid: number;
  readonly role: string;
  readonly database: string;
  readonly version: string;
  readonly major: number;
  readonly standby: boolean;
}

/**
 * Connects to a target, and finds out what it is and what stands before it: without a lock, a setting or any other trace.
 * Throws LockstepError `target-...`, with the fix.
 */
export async function openTarget(request: TargetRequest): Promise<Target> {
  const url = readTargetUrl(request.url);
  const door = doorTo(url, request);
  const { session, facts } = await door(request.patienceMs, false);
  try {
    const pooler = await findPooler(url, session, facts, request);
    return {
      address: addressOf(url.place),
      place: url.place,
      database: facts.database,
      role: facts.role,
      serverVersion: facts.version,
      major: facts.major,
      pooler,
      standby: facts.standby,
      session,
      backendPid: facts.pid,
      open: async ({ patienceMs = 0, suffix = '', signal = request.signal } = {}) =>
        (await door(patienceMs, true, suffix, signal)).session,
      reopen: async (patienceMs = request.patienceMs) => {
        const again = await door(patienceMs, true);
        return { session: again.session, backendPid: again.facts.pid };
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

type Door = (
  patienceMs: number,
  reached: boolean,
  suffix?: string,
  signal?: AbortSignal,
) => Promise<{ readonly session: Session; readonly facts: Facts }>;

function doorTo(url: TargetUrl, { applicationName: name, signal: given, onWait }: TargetRequest): Door {
  return async (patienceMs, reached, suffix = '', signal = given) => {
    try {
      return await patiently({ signal, patienceMs, reached, onWait }, async (deadline) => {
        const limitMs = reached ? FIRST_ROW_MS : Math.max(deadline - performance.now(), FIRST_ROW_MS);
        const session = await connect(url, shortened(name, suffix), signal);
        session.patience = { own: ANSWER_MS, script: Number.POSITIVE_INFINITY };
        return { session, facts: await firstRow<Facts>(session, FACTS, { limitMs, signal, onWait }) };
      });
    } catch (error) {
      throw error instanceof GaveUp ? await diagnose(error.cause, url.place, error.waitedMs) : error;
    }
  };
}

async function findPooler(
  url: TargetUrl,
  session: Session,
  facts: Facts,
  { applicationName: name, signal }: TargetRequest,
): Promise<Pooler> {
  if (isTransactionPooler(url.place)) return 'transaction';
  const another = (limit: AbortSignal): Promise<Session> => connect(url, shortened(name, ' probe'), limit);
  return detectPooler(session, { backendPid: facts.pid, standby: facts.standby }, another, signal);
}

/**
 * How our sessions are called in pg_stat_activity: 'lockstep apply acme/shop@1a2b3c4 run 123'. What is too long is cut from
 * the repository's name.
 */
export function applicationName(parts: {
  readonly command: string;
  readonly repository?: string | undefined;
  readonly commit?: string | undefined;
  readonly runId?: number | undefined;
}): string {
  const before = `lockstep ${parts.command}`;
  const commit = parts.commit === undefined ? '' : `@${parts.commit.slice(0, 7)}`;
  const run = parts.runId === undefined ? '' : ` run ${parts.runId}`;
  const room = NAME_LIMIT - `${before} ${commit}${run}`.length;
  const what = `${ascii(parts.repository ?? '').slice(0, Math.max(room, 0))}${commit}`;
  return `${before}${what === '' ? '' : ` ${what}`}${run}`.slice(0, NAME_LIMIT);
}

function shortened(name: string, suffix: string): string {
  return `${ascii(name).slice(0, NAME_LIMIT - suffix.length)}${suffix}`;
}

/** The server makes '?' of everything else itself. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
