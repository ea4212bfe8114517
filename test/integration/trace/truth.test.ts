import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, MadeByDeploy, type StatementFacts } from '../../../src/judgement/trace/facts.ts';
import { isTold } from '../../../src/judgement/trace/statements.ts';
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
      const outcome = alone
        ? await runScript(session, { ...run, execution: 'autocommit' })
        : await runScript(session, { ...run, execution: 'transaction', record: ROLL_BACK });
      expect(outcome.statements).toHaveLength(statements.length);
      const facts = factsOf(tracer.traces ?? [], new MadeByDeploy());
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

/** 'ACCESS EXCLUSIVE t; rewrites t t_pkey; reads t'. What is in public has no schema. */
function inWords(facts: StatementFacts): string {
  const short = (name: string): string => name.replace(/^public\./, '');
  const locks = facts.locks
    .filter(isTold(facts))
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
