import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayAll, replayScript } from '../../../src/postgres/replay.ts';
import { runScript } from '../../../src/postgres/runner.ts';
import type { ScriptRun } from '../../../src/postgres/script-run.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { Execution } from '../../../src/project/types.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

let server: ScratchPostgres;
let session: Session;

beforeAll(async () => {
  await loadParser();
  server = await startScratchPostgres();
  await (await server.connect('runner')).end();
  session = await Session.open(server.config('runner'), { lock_timeout: '5s', statement_timeout: '1min' });
});

afterAll(async () => {
  await session?.close();
  await server?.stop();
});

const run = (text: string, execution: Execution = 'transaction', record?: string): ScriptRun => ({
  script: { path: 'm/001.sql', text },
  execution,
  record,
});

async function value(sql: string): Promise<unknown> {
  const [result] = await session.run(sql);
  return Object.values((result?.rows[0] ?? {}) as Record<string, unknown>)[0];
}

const exists = async (name: string): Promise<boolean> =>
  (await value(`SELECT to_regclass('${name}') IS NOT NULL`)) === true;

describe('a transactional script', () => {
  it('leaves nothing behind when a statement fails, and names the statement, the place and what ran before', async () => {
    const text = "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n  SELECT '😀', nope FROM a;\n";
    const outcome = await runScript(session, run(text));
    expect(outcome).toMatchObject({
      status: 'failed',
      error: {
        sqlstate: '42703',
        path: 'm/001.sql',
        line: 3,
        column: 16,
        statement: 2,
        ranBefore: '2 statements of this file ran before it and were rolled back',
      },
    });
    expect(outcome.error?.excerpt).toBe("3 |   SELECT '😀', nope FROM a;\n                   ^");
    expect(await exists('a')).toBe(false);
  });

  it('that does not parse fails before the server sees any of it', async () => {
    const outcome = await runScript(session, run('CREATE TABLE seen (id int);\nCREATE TABEL b (id int);'));
    expect(outcome).toMatchObject({ status: 'failed', error: { sqlstate: '42601', line: 2, column: 8 } });
    expect(await exists('seen')).toBe(false);
  });

  it('takes over a BEGIN ... COMMIT of the file, so that the history row is inside', async () => {
    const text =
      'BEGIN ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE own (level text);\nINSERT INTO own VALUES (current_setting($$transaction_isolation$$));\nCOMMIT;';
    const failing = await runScript(session, run(text, 'transaction', 'SELECT 1/0'));
    expect(failing.error?.sqlstate).toBe('22012');
    expect(await exists('own')).toBe(false);
    expect((await runScript(session, run(text))).status).toBe('applied');
    expect(await value('SELECT level FROM own')).toBe('serializable');
  });

  it('fails where a deferred constraint fails, before COMMIT', async () => {
    await session.run(
      'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)',
    );
    const outcome = await runScript(session, run('INSERT INTO c VALUES (7)'));
    expect(outcome.error).toMatchObject({ sqlstate: '23503', line: 1 });
  });
});

describe('a clean session for each script', () => {
  it.each([
    ['a role', 'SET ROLE pg_monitor', 'SELECT current_user::text', 'postgres'],
    ['a setting', "SET search_path = ''", "SELECT current_setting('search_path')", '"$user", public'],
    ['our own timeout', 'SET lock_timeout = 1', "SELECT current_setting('lock_timeout')", '5s'],
    ['a temporary table', 'CREATE TEMP TABLE leak (a int)', "SELECT to_regclass('pg_temp.leak')::text", null],
    ['a prepared statement', 'PREPARE leak AS SELECT 1', 'SELECT count(*)::int FROM pg_prepared_statements', 0],
    [
      'a cursor',
      'DECLARE leak CURSOR WITH HOLD FOR SELECT 1',
      "SELECT count(*)::int FROM pg_cursors WHERE name = 'leak'",
      0,
    ],
    ['a listener', 'LISTEN leak', 'SELECT count(*)::int FROM pg_listening_channels()', 0],
    ['an authorization', 'SET SESSION AUTHORIZATION pg_monitor', 'SELECT session_user::text', 'postgres'],
  ])('%s does not leak into the next script', async (_what, leak, probe, expected) => {
    expect((await runScript(session, run(leak, 'autocommit'))).status).toBe('applied');
    await runScript(session, run(''));
    expect(await value(probe)).toBe(expected);
  });

  it('keeps advisory locks, which the deploy holds on this very session', async () => {
    await session.run('SELECT pg_advisory_lock(42)');
    await runScript(session, run('CREATE TABLE locked (a int)'));
    expect(
      await value("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
    ).toBe(1);
    await session.run('SELECT pg_advisory_unlock(42)');
  });

  it('starts clean after a script that left a transaction open', async () => {
    await session.run('BEGIN');
    expect((await runScript(session, run('CREATE TABLE fresh (a int)'))).status).toBe('applied');
    expect(await exists('fresh')).toBe(true);
  });
});

describe('the semantics of the tool', () => {
  it('implicit: several statements are one transaction, and CONCURRENTLY among them fails as it does under the tool', async () => {
    await session.run('CREATE TABLE i (a int, b int)');
    const text = 'CREATE INDEX CONCURRENTLY i_a ON i (a);\nCREATE INDEX CONCURRENTLY i_b ON i (b);';
    const outcome = await runScript(session, run(text, 'implicit'));
    expect(outcome).toMatchObject({ status: 'failed', error: { sqlstate: '25001', line: 1 } });
    expect(await exists('i_a')).toBe(false);
  });

  it('implicit: a lone statement has no transaction', async () => {
    const outcome = await runScript(session, run('-- alone\nCREATE INDEX CONCURRENTLY i_a ON i (a);', 'implicit'));
    expect(outcome.status).toBe('applied');
    expect(outcome.statements).toHaveLength(1);
  });

  it('implicit: the failing statement is found although Postgres gives no position', async () => {
    const outcome = await runScript(session, run('SELECT 1;\nSELECT 1/0;\nSELECT 3;', 'implicit'));
    expect(outcome.error).toMatchObject({ sqlstate: '22012', line: 2, statement: 1 });
    expect(outcome.statements).toHaveLength(1);
  });

  it('autocommit: what ran before the failing statement stays, and the outcome says so', async () => {
    const outcome = await runScript(session, run('CREATE TABLE stays (a int);\nSELECT 1/0;', 'autocommit'));
    expect(outcome).toMatchObject({
      status: 'partial',
      error: { ranBefore: '1 statement of this file ran before it and took effect' },
    });
    expect(await exists('stays')).toBe(true);
  });
});

describe('what is told of a script that failed half-way', () => {
  it.each<[string, Execution, string, string, string | undefined, string[]]>([
    [
      'a transaction of its own, before others',
      'autocommit',
      'BEGIN; CREATE TABLE t1 (a int); COMMIT; CREATE TABLE t2 (a int); SELECT 1/0;',
      'partial',
      '2 statements of this file ran before it and took effect',
      ['t1', 't2'],
    ],
    [
      'inside a transaction of its own',
      'autocommit',
      'CREATE TABLE t1 (a int); BEGIN; CREATE TABLE t2 (a int); CREATE TABLE t3 (a int); SELECT 1/0; COMMIT;',
      'partial',
      '3 statements of this file ran before it: 1 took effect, 2 were rolled back',
      ['t1'],
    ],
    [
      'only inside a transaction of its own',
      'autocommit',
      'BEGIN; CREATE TABLE t1 (a int); SELECT 1/0; COMMIT; SELECT 1;',
      'failed',
      '1 statement of this file ran before it and was rolled back',
      [],
    ],
    [
      'after a transaction that it gave up itself',
      'autocommit',
      'BEGIN; CREATE TABLE t1 (a int); ROLLBACK; SELECT 1/0; SELECT 1;',
      'failed',
      '1 statement of this file ran before it and was rolled back',
      [],
    ],
    [
      'a COMMIT in the middle of our transaction',
      'transaction',
      'CREATE TABLE t1 (a int); COMMIT; SELECT 1/0;',
      'partial',
      '1 statement of this file ran before it and took effect',
      ['t1'],
    ],
    [
      'a COMMIT in the middle of one query',
      'implicit',
      'CREATE TABLE t1 (a int); COMMIT; CREATE TABLE t2 (a int); SELECT 1/0;',
      'partial',
      '2 statements of this file ran before it: 1 took effect, 1 was rolled back',
      ['t1'],
    ],
    ['nothing before it', 'autocommit', 'BEGIN; SELECT 1/0; COMMIT; SELECT 1;', 'failed', undefined, []],
  ])('%s (%s)', async (_what, execution, text, status, ranBefore, left) => {
    const outcome = await runScript(session, run(text, execution));
    expect(outcome.status).toBe(status);
    expect(outcome.error?.ranBefore).toBe(ranBefore);
    await session.reset();
    const found: string[] = [];
    for (const name of ['t1', 't2', 't3']) if (await exists(name)) found.push(name);
    expect(found).toEqual(left);
    await session.run('DROP TABLE IF EXISTS t1, t2, t3');
  });
});

describe('what a script sends back', () => {
  /** The most memory that was in use beyond what was before, in MB. */
  const peakOf = async (work: () => Promise<unknown>): Promise<number> => {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    const before = process.memoryUsage().heapUsed;
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().heapUsed - before);
    }, 5);
    await work();
    clearInterval(timer);
    return peak / 1024 ** 2;
  };

  it.each<[string, Execution | 'replayed', string]>([
    ['rows of a statement', 'transaction', 'SELECT generate_series(1, 2000000)'],
    ['rows of a whole file', 'implicit', 'SELECT generate_series(1, 2000000); SELECT 1'],
    ['rows of the base history', 'replayed', 'SELECT generate_series(1, 2000000)'],
    ['copied rows', 'transaction', 'COPY (SELECT generate_series(1, 2000000)) TO STDOUT'],
    [
      'notices',
      'transaction',
      "DO $$ BEGIN FOR i IN 1..200000 LOOP RAISE NOTICE '%', repeat('x', 500); END LOOP; END $$",
    ],
  ])('%s are not kept in memory (%s)', async (_what, how, text) => {
    const peak = await peakOf(async () => {
      if (how === 'replayed') expect(await replayScript(session, run(text))).toBeUndefined();
      else expect((await runScript(session, run(text, how))).status).toBe('applied');
    });
    expect(peak).toBeLessThan(80);
  });

  it('an error however long comes back with its beginning', async () => {
    const text = `DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = repeat('m ', 2000000), DETAIL = repeat('d', 2000000),
      HINT = repeat('h', 2000000); END $$`;
    const { error } = await runScript(session, run(text));
    expect(error?.message).toHaveLength(2_001);
    expect(error?.detail).toBe(`${'d'.repeat(2_000)}…`);
    expect(error?.hint).toHaveLength(2_001);
    expect(JSON.stringify(error).length).toBeLessThan(10_000);
  });

  it('a statement however long is told by its beginning', async () => {
    const outcome = await runScript(session, run(`SELECT '${'x'.repeat(1_000_000)}'; SELECT 1`));
    expect(outcome.statements.map(({ sql }) => sql.length)).toEqual([10_001, 8]);
  });

  it('a COPY that waits for rows of ours fails', async () => {
    const outcome = await runScript(session, run('CREATE TABLE w (a int); COPY w FROM STDIN'));
    expect(outcome.error).toMatchObject({ sqlstate: '57014', statement: 1 });
  });

  it('a session that is ended in the middle is an error, not a wait', async () => {
    const lost = await Session.open(server.config('runner'));
    const outcome = await runScript(lost, run('SELECT pg_terminate_backend(pg_backend_pid())'));
    expect(outcome).toMatchObject({ status: 'failed', error: { sqlstate: '57P01' } });
    expect((await runScript(lost, run('SELECT 1'))).error?.message).toMatch(/^the connection to the server was lost/);
    await lost.close();
  });
});

describe('replaying the base history', () => {
  it.each([
    ['an ordinary file', 'CREATE TABLE r1 (a int)', 'r1'],
    ['no semicolon and a comment at the end', 'CREATE TABLE r2 (a int) -- the end', 'r2'],
    ['its own transaction', 'BEGIN; CREATE TABLE r3 (a int); COMMIT;', 'r3'],
    ['several transactions', 'BEGIN; CREATE TABLE r4a (a int); COMMIT; BEGIN; CREATE TABLE r4 (a int); COMMIT;', 'r4'],
    ['CONCURRENTLY beside others', 'CREATE TABLE r5 (a int); CREATE INDEX CONCURRENTLY r5_a ON r5 (a);', 'r5_a'],
    [
      'a function with BEGIN and END',
      "CREATE FUNCTION r6() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'; CREATE TABLE r6 (a int)",
      'r6',
    ],
    [
      'CONCURRENTLY that hides from a quick look',
      "SELECT 'a$$'; CREATE TABLE r8 (a int); CREATE INDEX CONCURRENTLY r8_a ON r8 (a); SELECT '$$b'",
      'r8_a',
    ],
    ['a view with CASE', 'CREATE VIEW r12 AS SELECT CASE WHEN true THEN 1\nEND AS a', 'r12'],
    ['VACUUM', 'VACUUM; CREATE TABLE r7 (a int)', 'r7'],
  ])('runs %s', async (_what, text, relation) => {
    expect(await replayScript(session, run(text))).toBeUndefined();
    expect(await exists(relation)).toBe(true);
  });

  it('places an error in the file', async () => {
    expect(await replayScript(session, run('CREATE TABLE r9 (a int);\nSELECT nope;\n'))).toMatchObject({
      sqlstate: '42703',
      line: 2,
      column: 8,
    });
    expect(await exists('r9')).toBe(false);
  });

  it.each([
    ['in a transaction of ours', 'CREATE TABLE r11 (a int);\n-- why\n  SELECT 1/0;\n'],
    ['in one of its own', 'BEGIN;\nCREATE TABLE r11 (a int);\n  SELECT 1/0;\nCOMMIT;'],
  ])('finds the failing statement where Postgres gives no position, %s', async (_what, text) => {
    expect(await replayScript(session, run(text))).toMatchObject({ sqlstate: '22012', line: 3, column: 3 });
  });

  it("writes the tool's row in the same transaction", async () => {
    await session.run('CREATE TABLE versions (v int)');
    await replayScript(session, run('CREATE TABLE r10 (a int)', 'transaction', 'INSERT INTO versions VALUES (10)'));
    expect(await value('SELECT v FROM versions')).toBe(10);
  });
});

describe('replaying many files', () => {
  const texts = (count: number, broken?: number): string[] =>
    Array.from({ length: count }, (_, index) =>
      index === broken
        ? 'CREATE TABLE half (a int);\n  SELECT 1/0;'
        : `SET search_path = public; CREATE TABLE many_${count}_${index} (a int)`,
    );

  it('gives each its own transaction, session and row, in order', async () => {
    await session.run('CREATE TABLE log (n int, path text)');
    const runs = [
      ...texts(60),
      'CREATE INDEX CONCURRENTLY many_idx ON many_60_59 (a)',
      "CREATE TABLE seen AS SELECT current_setting('search_path') AS path",
    ].map((text, index) =>
      run(text, 'transaction', `INSERT INTO log VALUES (${index}, current_setting('search_path'))`),
    );
    const heard: number[] = [];
    expect(await replayAll(session, runs, (count) => heard.push(count))).toBeUndefined();
    expect(await value('SELECT count(*)::int FROM log')).toBe(62);
    expect(await value('SELECT path FROM seen')).toBe('"$user", public');
    expect(await exists('many_idx')).toBe(true);
    expect(heard.at(-1)).toBe(62);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  });

  it.each([0, 7, 29])(
    'stops at the one that fails, whole before and nothing after it (file %i of 30)',
    async (broken) => {
      const count = 100 + broken;
      const failure = await replayAll(
        session,
        texts(count, broken).map((text) => run(text)),
        () => {},
      );
      expect(failure).toMatchObject({ index: broken, error: { sqlstate: '22012', line: 2, column: 3 } });
      expect(await exists('half')).toBe(false);
      if (broken > 0) expect(await exists(`many_${count}_${broken - 1}`)).toBe(true);
      expect(await exists(`many_${count}_${broken + 1}`)).toBe(false);
    },
  );

  it('names the file with a syntax error, although its whole batch could not be read', async () => {
    const runs = [
      'CREATE TABLE good_before (a int)',
      'CREATE TABEL bad (a int)',
      'CREATE TABLE good_after (a int)',
    ].map((text) => run(text));
    expect(await replayAll(session, runs, () => {})).toMatchObject({
      index: 1,
      error: { sqlstate: '42601', line: 1, column: 8 },
    });
    expect([await exists('good_before'), await exists('good_after')]).toEqual([true, false]);
  });
});
