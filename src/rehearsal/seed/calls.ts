import type { Session } from '../../postgres/session.ts';
import { functionCalls } from './function-calls.ts';
import { type Subject, tableWrites, triggersOf } from './triggers.ts';

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
  readonly event: Write | undefined;
  readonly sqlstate: string;
  readonly message: string;
}

export type Write = 'INSERT' | 'UPDATE' | 'DELETE';

export interface Calls {
  readonly failed: readonly FailedCall[];
  /** What could not be called, and why: 'function f(int): ...'. */
  readonly notCalled: readonly string[];
}

/** What there was before a migration, by OID: hashes of the functions' bodies, and of what the triggers are and whether they are on. */
export interface Bodies {
  readonly functions: ReadonlyMap<string, string>;
  readonly triggers: ReadonlyMap<string, string>;
}

export async function bodiesOf(session: Session): Promise<Bodies> {
  const [functions, triggers] = await session.run(`
    SELECT p.oid::text AS oid, pg_catalog.md5(p.prosrc) AS body FROM pg_catalog.pg_proc p WHERE p.oid >= 16384;
    SELECT t.oid::text AS oid, pg_catalog.md5(pg_catalog.concat(pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)) AS body
    FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal`);
  return { functions: byOid(functions?.rows ?? []), triggers: byOid(triggers?.rows ?? []) };
}

function byOid(rows: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map((rows as readonly { oid: string; body: string }[]).map(({ oid, body }) => [oid, body]));
}

function changedSince(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  return [...now].flatMap(([oid, body]) => (before.get(oid) === body ? [] : [oid]));
}

const MOST = 50;

/** Calls what is not as it was `before`, constraint triggers at once. Nothing of it stays. Rejects when the session is lost. */
export async function callNews(session: Session, before: Bodies): Promise<Calls> {
  const now = await bodiesOf(session);
  const changed = changedSince(before.functions, now.functions);
  const failed: FailedCall[] = [];
  const notCalled: string[] = [];
  await session.run(
    "BEGIN; SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '1s'; SET CONSTRAINTS ALL IMMEDIATE",
  );
  try {
    const functions = await functionCalls(session, changed);
    const triggers = await triggersOf(session, changedSince(before.triggers, now.triggers), changed);
    for (const [at, { name, sql }] of functions.entries()) {
      if (sql === null || at >= MOST) {
        notCalled.push(
          `function ${name}: ${sql === null ? 'nobody knows with what to call it' : 'there are too many'}`,
        );
        continue;
      }
      const { error } = await attempt(session, `SELECT ${sql}`);
      if (error !== undefined && isBroken(error))
        failed.push({ kind: 'function', name, table: undefined, event: undefined, ...told(error) });
    }
    for (const [at, trigger] of triggers.entries()) {
      const outcome = at >= MOST ? 'there are too many' : await callTrigger(session, trigger);
      if (typeof outcome !== 'string') failed.push(...outcome);
      else notCalled.push(`trigger ${trigger.name} of ${trigger.table}: ${outcome}`);
    }
    return { failed, notCalled };
  } finally {
    await session.run('ROLLBACK');
  }
}

/** Its failure, if it has one; or why nobody knows. */
async function callTrigger(session: Session, trigger: Subject): Promise<readonly FailedCall[] | string> {
  const { name, table } = trigger;
  const there = await attempt(session, `SELECT FROM ${table} LIMIT 1`);
  if (there.error !== undefined) return `its table cannot be read: ${there.error.message}`;
  if (there.rows === 0) return 'its table has no rows in the rehearsal';
  let unknown = trigger.conditional ? 'its condition may hold for none of the rows' : undefined;
  for (const { event, attempts } of tableWrites(trigger)) {
    let outcome = 'fails for another reason';
    for (const { sql, needs, isDuplicate } of attempts) {
      if (needs !== undefined && (await attempt(session, needs)).rows !== 1) continue;
      const { error, rows } = await attempt(session, sql);
      if (error !== undefined && isOf(error, trigger, isDuplicate))
        return [{ kind: 'trigger', name, table, event, ...told(error) }];
      if (error !== undefined) continue;
      // Another trigger may have kept the row from being written.
      outcome = rows === 0 && trigger.afterRow ? 'writes none' : '';
      break;
    }
    if (outcome !== '') unknown ??= `${event} of a row that is there ${outcome}`;
  }
  return unknown ?? [];
}

interface PgError {
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
}

/** Nothing of it stays. `rows`: as its command tag tells. */
async function attempt(session: Session, sql: string): Promise<{ readonly error?: PgError; readonly rows: number }> {
  const { error, completed } = await session.runTimed(`SAVEPOINT called; ${sql}; ROLLBACK TO SAVEPOINT called`);
  if (error === undefined) return { rows: Number(/\d+$/.exec(completed[1]?.tag ?? '')?.[0] ?? 0) };
  await session.run('ROLLBACK TO SAVEPOINT called');
  return { error: error as PgError, rows: 0 };
}

/** Names that nothing has, and words that are no SQL: no argument would make them right. */
const BROKEN: ReadonlySet<string | undefined> = new Set([
  '42601', // syntax error
  '42702', // ambiguous column
  '42703', // undefined column
  '42883', // undefined function
  '42P01', // undefined table
  '42P10', // invalid column reference
]);

/** SQL that the body puts together may be made of our arguments. */
function isBroken({ code, where = '' }: PgError): boolean {
  return BROKEN.has(code) && !/ at EXECUTE$/m.test(where);
}

/**
 * What the body itself cannot do, or refuses: not what a constraint of the table says, nor what the body may say of a row that is there
 * twice.
 */
function isOf(error: PgError, { functionName }: Subject, isDuplicate: boolean): boolean {
  const { code = '', where = '' } = error;
  return where.includes(`${functionName}(`) && (isBroken(error) || (code.startsWith('P0') && !isDuplicate));
}

function told({ code = '', message }: PgError): Pick<FailedCall, 'sqlstate' | 'message'> {
  return { sqlstate: code, message };
}
