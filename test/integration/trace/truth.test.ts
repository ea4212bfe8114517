import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, MadeByDeploy, type StatementFacts } from '../../../src/judgement/trace/facts.ts';
import { isWorthTelling } from '../../../src/judgement/trace/statements.ts';
import { writtenMode } from '../../../src/postgres/lock-modes.ts';
import { runScript } from '../../../src/postgres/runner.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser, parseSql } from '../../../src/project/sql.ts';
import { cannotRunInTransaction } from '../../../src/project/transaction.ts';
import { Tracer } from '../../../src/rehearsal/trace/tracer.ts';
import { Witness } from '../../../src/rehearsal/trace/witness.ts';
import { type ScratchPostgres, startScratchPostgres, testMajors } from '../../support/scratch-postgres.ts';
import { TRUTH } from './truth.ts';

/**
 * What each kind of statement locks, rewrites and reads, checked against Postgres' manual (13.3 Explicit Locking; ALTER TABLE,
 * Notes) and its sources, on every major: the trace has to see exactly that, on empty tables.
 */

const SCHEMA = readFileSync(new URL('truth-schema.sql', import.meta.url), 'utf8');

describe.each(testMajors)('the truth about statements on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(major);
    const base = await server.connect('truth');
    await base.query(SCHEMA);
    await base.query('CREATE EXTENSION pg_walinspect');
    await base.end();
  });
  afterAll(() => server?.stop());

  const admin = async (sql: string): Promise<void> => {
    const client = new Client(server.config());
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  /** What has a transaction is rolled back; what has none gets a database of its own. */
  async function seenOf(sql: string): Promise<string> {
    const statements = parseSql(sql).statements ?? [];
    const alone = statements.some(cannotRunInTransaction);
    const database = alone ? 'tried' : 'truth';
    if (alone) await admin('CREATE DATABASE tried TEMPLATE truth STRATEGY file_copy');
    const open = (): Promise<Session> => Session.open(server.config(database));
    const [session, looker] = [await open(), await open()];
    try {
      const witness = new Witness(looker);
      await witness.begin();
      const tracer = new Tracer({ session, witness, openKeeper: open });
      const run = { script: { path: 'tried.sql', text: sql }, observer: tracer } as const;
      const oracle = alone ? undefined : await exclusiveLocks(looker);
      const outcome = alone
        ? await runScript(session, { ...run, execution: 'autocommit' })
        : await runScript(session, { ...run, execution: 'transaction', record: ROLL_BACK });
      expect(outcome.statements).toHaveLength(statements.length);
      if (oracle !== undefined) await agree(tracer, await oracle(), witness);
      const facts = factsOf(tracer.traces ?? [], new MadeByDeploy(), (index) => statements[index]?.kind);
      return facts
        .filter(({ statement }) => statement !== undefined)
        .map(inWords)
        .join(' | ');
    } finally {
      await Promise.all([session.close(), looker.close()]);
      if (alone) await admin('DROP DATABASE tried WITH (FORCE)');
    }
  }

  const here = Object.entries(TRUTH).flatMap(([sql, truth]) => {
    const expected = typeof truth === 'string' ? truth : truth[major];
    return expected === undefined ? [] : [[sql, expected] as const];
  });

  it.each(here)('%s', async (sql, expected) => {
    expect(await seenOf(sql)).toBe(expected);
  });
});

const ROLL_BACK = 'SELECT 1 / 0';

/**
 * What the server writes down for its standbys, which have to take every ACCESS EXCLUSIVE lock as well: a second witness that
 * has nothing to do with pg_locks. Asked for afterwards: OIDs of the relations.
 */
async function exclusiveLocks(looker: Session): Promise<() => Promise<ReadonlySet<number>>> {
  // Only what has been flushed can be read, and the commit of whoever has written something flushes.
  const position = async (): Promise<string> => {
    await looker.run("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'here', '')");
    const [result] = await looker.run('SELECT pg_current_wal_flush_lsn() AS lsn');
    return String(result?.rows[0]?.lsn);
  };
  const from = await position();
  return async () => {
    const to = await position();
    const [result] = await looker.run(
      `SELECT description FROM pg_get_wal_records_info('${from}', '${to}')
       WHERE resource_manager = 'Standby' AND record_type = 'LOCK'`,
    );
    const texts = (result?.rows ?? []).map(({ description }: { description: string }) => description);
    return new Set(texts.flatMap((text) => [...text.matchAll(/\brel (\d+)/g)].map(([, oid]) => Number(oid))));
  };
}

/**
 * Of what was there before and serves no other relation. An index of a table that is locked as well counts with it: some
 * statements let go of such a lock at once.
 */
async function agree(tracer: Tracer, logged: ReadonlySet<number>, witness: Witness): Promise<void> {
  const traced = (tracer.traces ?? []).flatMap(({ locks }) => locks);
  const exclusive = traced.flatMap(({ relation, mode }) =>
    mode === 'AccessExclusiveLock' && relation.existed && !relation.temporary ? [relation.oid] : [],
  );
  const known = await witness.states([...logged, ...exclusive].filter((oid) => witness.existed(oid)));
  const told = known.filter(({ name }) => !name.startsWith('pg_toast.'));
  const wholes = (oids: readonly number[]): string[] => {
    const all = new Set(oids);
    return told
      .filter(({ oid, table }) => all.has(oid) && !(table !== undefined && all.has(table)))
      .map(({ name }) => name)
      .sort();
  };
  expect(wholes(exclusive)).toEqual(wholes([...logged]));
}

/** 'ACCESS EXCLUSIVE t; rewrites t t_pkey; reads t'. What is in public has no schema. */
function inWords(facts: StatementFacts): string {
  const short = (name: string): string => name.replace(/^public\./, '');
  const locks = facts.locks
    .filter(isWorthTelling(facts))
    .map(({ relation, mode }) => `${writtenMode(mode)} ${short(relation.name)}`);
  const deeds = (
    [
      ['rewrites', facts.rewrites],
      ['reads', facts.scans],
      ['empties', facts.truncates],
      ['drops', facts.drops],
      ['leaves invalid', facts.invalid],
    ] as const
  ).flatMap(([verb, relations]) => {
    const names = relations.map(({ name }) => short(name)).sort();
    return names.length === 0 ? [] : [`${verb} ${names.join(' ')}`];
  });
  return [...locks.sort(), ...deeds].join('; ') || 'nothing';
}
