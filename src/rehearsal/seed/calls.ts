import type { Session } from '../../postgres/session.ts';
import { type Subject, tableWrites, triggersSince } from './triggers.ts';

/**
 * Bodies in PL/pgSQL are looked at when they run, and not before: functions and triggers that a migration has made or
 * replaced are called once, on the rows of the rehearsal, in a transaction that is rolled back.
 */

/** A call that failed. */
export interface FailedCall {
  readonly kind: 'function' | 'trigger';
  /** 'public.audit_check()', 'audit_log_check'. */
  readonly name: string;
  /** Of a trigger: 'public.audit_log'. */
  readonly table: string | undefined;
  readonly event: 'INSERT' | 'UPDATE' | undefined;
  readonly sqlstate: string;
  readonly message: string;
}

/** A number that is higher for what is made or changed later. */
export async function momentOf(session: Session): Promise<string> {
  const [result] = await session.run('SELECT pg_catalog.txid_current()::text AS now');
  const [row] = (result?.rows ?? []) as readonly { now: string }[];
  return row?.now ?? '0';
}

const MOST = 50;

/** `since`: from `momentOf`. Nothing of it stays. Rejects when the session is lost. */
export async function failedCalls(session: Session, since: string): Promise<readonly FailedCall[]> {
  await session.run("BEGIN; SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '1s'");
  try {
    const failed: FailedCall[] = [];
    for (const call of (await functionsSince(session, since)).slice(0, MOST)) {
      const error = await attempt(session, `SELECT ${call.sql}`);
      if (error !== undefined && isBroken(error)) failed.push({ ...NO_TRIGGER, name: call.name, ...told(error) });
    }
    for (const trigger of (await triggersSince(session, since)).slice(0, MOST)) {
      for (const { event, sql } of tableWrites(trigger)) {
        const error = await attempt(session, sql);
        if (error === undefined || !isOf(error, trigger)) continue;
        const { name, table } = trigger;
        failed.push({ kind: 'trigger', name, table, event, ...told(error) });
        break;
      }
    }
    return failed;
  } finally {
    await session.run('ROLLBACK');
  }
}

const NO_TRIGGER = { kind: 'function', table: undefined, event: undefined } as const;

interface PgError {
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
}

async function attempt(session: Session, sql: string): Promise<PgError | undefined> {
  const { error } = await session.runTimed(`SAVEPOINT called; ${sql}; ROLLBACK TO SAVEPOINT called`);
  if (error === undefined) return undefined;
  await session.run('ROLLBACK TO SAVEPOINT called');
  return error as PgError;
}

/** Names that nothing has, and words that are no SQL: no argument would make them right. */
const BROKEN: ReadonlySet<string | undefined> = new Set([
  '42601', // syntax error
  '42702', // ambiguous column
  '42703', // undefined column
  '42883', // undefined function
  '42P01', // undefined table
  '42P10', // invalid column reference
  '42704', // undefined object
]);

function isBroken({ code }: PgError): boolean {
  return BROKEN.has(code);
}

/** What the body itself cannot do, or refuses: not what a constraint of the table says to a row that is there twice. */
function isOf({ code = '', where = '' }: PgError, { functionName }: Subject): boolean {
  return where.includes(`${functionName}(`) && (BROKEN.has(code) || code.startsWith('P0'));
}

function told({ code = '', message }: PgError): Pick<FailedCall, 'sqlstate' | 'message'> {
  return { sqlstate: code, message };
}

/** With an argument of each type that is neither NULL nor of any meaning; of a type without one, NULL. */
async function functionsSince(session: Session, since: string): Promise<readonly { name: string; sql: string }[]> {
  const [result] = await session.run(`
    SELECT p.oid::pg_catalog.regprocedure::text AS name,
      pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, (
        SELECT pg_catalog.string_agg(pg_catalog.format(CASE
            WHEN t.typcategory = 'N' THEN '1::%s' WHEN t.typcategory = 'B' THEN 'true::%s'
            WHEN t.typcategory = 'D' THEN 'now()::%s' WHEN t.typcategory = 'S' THEN '''a''::%s'
            WHEN t.typcategory = 'A' THEN '''{}''::%s'
            WHEN t.typname IN ('json', 'jsonb') THEN '''{}''::%s' WHEN t.typname = 'uuid' THEN 'gen_random_uuid()::%s'
            ELSE 'NULL::%s' END, pg_catalog.format_type(t.oid, NULL)), ', ' ORDER BY a.at)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY a(type, at) JOIN pg_catalog.pg_type t ON t.oid = a.type)) AS sql
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      JOIN pg_catalog.pg_type r ON r.oid = p.prorettype
    WHERE p.oid >= 16384 AND p.xmin::text::bigint >= ${since} AND p.prokind = 'f' AND l.lanname = 'plpgsql'
      AND r.typtype <> 'p' AND p.provariadic = 0
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = ANY (p.proargtypes) AND t.typtype = 'p')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY p.oid`);
  return (result?.rows ?? []) as { name: string; sql: string }[];
}
