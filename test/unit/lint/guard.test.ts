import { beforeAll, describe, expect, test } from 'vitest';
import { guard, refusedIds } from '../../../src/lint/guard.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { migration } from '../../support/change-set.ts';
import { guarded, ruleContext, said } from '../../support/guarded.ts';

beforeAll(loadParser);

describe('transaction control is found wherever it stands', () => {
  test.each([
    ['SELECT 1; COMMIT; SELECT 2', ['1 block transaction-control']],
    ['BEGIN;\nSELECT 1;\nCOMMIT;\nSELECT 2', ['1 block transaction-control']],
    ['SELECT 1;\nROLLBACK', ['2 block transaction-control']],
    ["PREPARE TRANSACTION 'x'", ['1 block transaction-control']],
    ['BEGIN; SELECT 1; COMMIT AND CHAIN', ['1 block transaction-control']],
    ['DO $$ BEGIN COMMIT; END $$', ['1 block transaction-control']],
    ['DO $$\nBEGIN\n  IF true THEN\n    ROLLBACK;\n  END IF;\nEND $$', ['4 block transaction-control']],
    ['SELECT 1;\nDO $do$\nDECLARE\n  n int;\nBEGIN\n  n := 1;\n  COMMIT;\nEND\n$do$;', ['7 block transaction-control']],
    // A body that the parser, which knows no tables, cannot read.
    ['DO $$\nBEGIN\n  unknown_variable := 1;\n  COMMIT;\nEND $$', ['4 block transaction-control']],
    ["DO LANGUAGE plpgsql 'BEGIN\nCOMMIT; END'", ['2 block transaction-control']],
    ['CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCALL p();', ['2 block transaction-control']],
    [
      'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCREATE PROCEDURE q() LANGUAGE plpgsql AS $$ BEGIN CALL p(); END $$;\nDO $$ BEGIN CALL q(); END $$',
      ['3 block transaction-control'],
    ],
    ['SELECT 1; RELEASE a', ['1 block transaction-control']],
  ])('%j', (sql, expected) => expect(said(guarded(sql))).toEqual(expected));

  test.each([
    ['CALL batch()', ['1 warn transaction-control']],
    ['CALL "batch"()', ['1 warn transaction-control']],
    ['CALL public . Batch ( )', ['1 warn transaction-control']],
    ['CALL U&"b\\0061tch"()', ['1 warn transaction-control']],
    ['DO $$ BEGIN CALL batch(); END $$', ['1 warn transaction-control']],
    ['CALL outer_batch()', ['1 warn transaction-control']],
    ['CALL altered(1)', ['1 block looser-timeout']],
    // The newest definition counts.
    ['CALL mended()', []],
    [
      'CREATE OR REPLACE PROCEDURE batch() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$; CALL batch()',
      ['1 warn needless-no-transaction'],
    ],
    ['CALL batches()', []],
    ['DROP PROCEDURE batch()', []],
  ])('also in what earlier migrations made: %s', (sql, expected) => {
    const history = [
      'CREATE /* a (b) */ OR REPLACE\nPROCEDURE public.batch -- ( \n () LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;',
      'CREATE PROCEDURE outer_batch() LANGUAGE plpgsql AS $$ BEGIN CALL batch(); END $$;',
      'CREATE PROCEDURE altered(a int) LANGUAGE sql AS $$ SELECT 1 $$;\nCREATE FUNCTION altered(a text) RETURNS int LANGUAGE sql SET lock_timeout = 0 AS $$ SELECT 1 $$',
      'CREATE PROCEDURE mended() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;',
      'CREATE OR REPLACE PROCEDURE mended() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;',
    ].map((text, index) => ({ path: `migrations/00${index}.sql`, text }));
    expect(said(guarded(sql, { execution: 'autocommit', history }))).toEqual(expected);
  });

  test('and in a transaction Postgres would refuse it', () => {
    const history = [
      { path: 'migrations/000.sql', text: 'CREATE PROCEDURE batch() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;' },
    ];
    expect(said(guarded('CALL batch()', { execution: 'transaction', history }))).toEqual([
      '1 block transaction-control',
    ]);
  });

  test('of a long history only the files are parsed that make what is called', () => {
    const history = Array.from({ length: 500 }, (_, index) => ({
      path: `migrations/${index}.sql`,
      text: `CREATE FUNCTION f${index}() RETURNS int LANGUAGE sql AS $$ SELECT ${index} $$;\n${'-- a comment\n'.repeat(200)}`,
    }));
    const started = performance.now();
    expect(said(guarded('SELECT f7(), count(*) FROM t', { history }))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(250);
  });

  test('savepoints need a transaction', () => {
    const one = guarded('SAVEPOINT a; RELEASE a', { execution: 'autocommit' });
    expect(said(one)).toEqual(['1 block transaction-control', '1 block transaction-control']);
  });
});

describe('what only looks like transaction control passes', () => {
  test.each([
    'BEGIN; CREATE TABLE t (); COMMIT;',
    'SAVEPOINT a; CREATE TABLE t (); ROLLBACK TO a; RELEASE a',
    "SELECT 'COMMIT'; -- COMMIT\n/* ROLLBACK */ SELECT $$ COMMIT; $$",
    'DO $$ BEGIN PERFORM 1; -- COMMIT;\n END $$',
    "DO $$ BEGIN RAISE NOTICE 'COMMIT;'; END $$",
    'DO $$ BEGIN BEGIN PERFORM 1; EXCEPTION WHEN others THEN NULL; END; END $$',
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END',
    'CALL somebody_elses_procedure()',
    'CREATE TABLE t (a int) ON COMMIT PRESERVE ROWS',
    'DO LANGUAGE plpython3u $$ plpy.commit() $$',
  ])('%j', (sql) => expect(said(guarded(sql))).toEqual([]));
});

describe('nothing may let go of the lock or change who the deploy is', () => {
  test.each([
    ['DISCARD ALL', '1 block session-tampering'],
    ['SELECT 1;\nSELECT pg_advisory_unlock_all()', '2 block session-tampering'],
    ['SELECT pg_catalog.pg_advisory_unlock(1, 2)', '1 block session-tampering'],
    ['DO $$ BEGIN\nPERFORM pg_advisory_unlock(1); END $$', '2 block session-tampering'],
    ['DO $$ DECLARE done bool; BEGIN done := pg_advisory_unlock(1); END $$', '1 block session-tampering'],
    ['DO $$ BEGIN IF pg_advisory_unlock(1) THEN NULL; END IF; END $$', '1 block session-tampering'],
    ["DO $$ BEGIN EXECUTE 'SELECT pg_advisory_unlock_all()'; END $$", '1 block session-tampering'],
    ['SET SESSION AUTHORIZATION bob', '1 block session-tampering'],
    ["SELECT set_config('session_authorization', 'bob', false)", '1 block session-tampering'],
    ["DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION bob'; END $$", '1 block session-tampering'],
    [
      'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_unlock_all() $$;\nSELECT f()',
      '2 block session-tampering',
    ],
    ['SELECT U&"pg_advisory\\005funlock_all"()', '1 block session-tampering'],
    ['DO $$ BEGIN PERFORM U&"pg_advisory\\005funlock_all"(); END $$', '1 block session-tampering'],
    ["DO $$ BEGIN EXECUTE E'\\x44ISCARD ALL'; END $$", '1 block session-tampering'],
    ['PREPARE q AS SELECT pg_advisory_unlock_all(); EXECUTE q', '1 block session-tampering'],
    ['DECLARE c CURSOR FOR SELECT pg_advisory_unlock_all(); FETCH c', '1 block session-tampering'],
    ['CREATE INDEX ON t ((pg_advisory_unlock(a)))', '1 block session-tampering'],
    ['CREATE FUNCTION F() RETURNS void LANGUAGE sql AS $$ DISCARD ALL $$;\nSELECT F ()', '2 block session-tampering'],
    ["UPDATE pg_settings SET setting = 'bob' WHERE name = 'session_authorization'", '1 block session-tampering'],
    ["UPDATE pg_settings SET setting = '0' WHERE name LIKE 'lock%'", '1 block session-tampering'],
    ["UPDATE pg_settings SET setting = '0'", '1 block session-tampering'],
  ])('%s', (sql, expected) => expect(said(guarded(sql))).toContain(expected));

  test.each([
    'DISCARD PLANS',
    'SET SESSION AUTHORIZATION DEFAULT',
    'RESET SESSION AUTHORIZATION',
    'SET ROLE app',
    'SELECT pg_advisory_xact_lock(1)',
    "COMMENT ON TABLE t IS 'pg_advisory_unlock(1)'",
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_unlock_all() $$',
    'CREATE FUNCTION f() RETURNS bool LANGUAGE sql BEGIN ATOMIC SELECT pg_advisory_unlock(1); END',
    'CREATE VIEW v AS SELECT pg_advisory_unlock_all()',
    "UPDATE pg_settings SET setting = 'app' WHERE name = 'search_path'",
    'SELECT * FROM pg_settings',
  ])('%s passes', (sql) => expect(said(guarded(sql))).toEqual([]));
});

describe('timeouts may be tightened, not loosened (5s and 10min here)', () => {
  test.each([
    ['SET lock_timeout = 0', ['1 block looser-timeout']],
    ["SET LOCAL lock_timeout = '0'", ['1 block looser-timeout']],
    ["SET SESSION lock_timeout TO '6s'", ['1 block looser-timeout']],
    ['SET lock_timeout = 5001', ['1 block looser-timeout']],
    ["SET statement_timeout = '1h'", ['1 block looser-timeout']],
    ["SET statement_timeout = '0.5 h'", ['1 block looser-timeout']],
    ['SET idle_in_transaction_session_timeout = 0', ['1 block looser-timeout']],
    ['SET transaction_timeout = 0', ['1 block looser-timeout']],
    ["SELECT set_config('lock_timeout', '1min', true)", ['1 block looser-timeout']],
    ["SELECT pg_catalog.set_config('lock_timeout', '0'::text, false)", ['1 block looser-timeout']],
    ['DO $$ BEGIN\nSET LOCAL lock_timeout = 0; END $$', ['2 block looser-timeout']],
    ["DO $$ BEGIN PERFORM set_config('lock_timeout', '0', true); END $$", ['1 block looser-timeout']],
    ["SET lock_timeout = '2s'; RESET lock_timeout;\nCREATE TABLE t ()", ['1 block looser-timeout']],
    ['RESET ALL; CREATE TABLE t ()', ['1 block looser-timeout']],
    ['SET statement_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (a)', ['1 info looser-timeout']],
    ['SET lock_timeout = 0; VACUUM t; DROP INDEX CONCURRENTLY i', ['1 info looser-timeout']],
    ['SET lock_timeout = 0; VACUUM FULL t', ['1 block looser-timeout']],
    ["SET lock_timeout = '0x0'", ['1 block looser-timeout']],
    ["SET LOCAL statement_timeout = '0xFFFFFFF'", ['1 block looser-timeout']],
    ["SET lock_timeout = '0.001h'", ['1 block looser-timeout']],
    ["UPDATE pg_settings SET setting='0' WHERE name='lock_timeout'", ['1 block looser-timeout']],
    ["UPDATE pg_catalog.pg_settings SET setting = 0 WHERE name IN ('lock_timeout')", ['1 block looser-timeout']],
    [
      "WITH x AS (UPDATE pg_settings s SET setting = '0' WHERE s.name = 'lock_timeout' AND true RETURNING 1) SELECT 1",
      ['1 block looser-timeout'],
    ],
    ["PREPARE q AS SELECT set_config('lock_timeout', '0', false)", ['1 block looser-timeout']],
    ["ALTER TABLE t ADD COLUMN x text DEFAULT set_config('lock_timeout','0',false)", ['1 block looser-timeout']],
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql SET lock_timeout = 0 AS $$ SELECT 1 $$;\nSELECT f()',
      ['2 block looser-timeout'],
    ],
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; ALTER FUNCTION f() SET lock_timeout = 0;\nSELECT f()',
      ['2 block looser-timeout'],
    ],
    ['CREATE FUNCTION f() RETURNS int LANGUAGE sql SET lock_timeout = 0 AS $$ SELECT 1 $$', []],
    ["UPDATE pg_settings SET setting='1s' WHERE name='lock_timeout'", []],
    ["SET lock_timeout = '5s'", []],
    ["SET lock_timeout = '300ms'; SET statement_timeout = '9min'", []],
    ["SET idle_in_transaction_session_timeout = '1h'", []],
    ['CREATE TABLE t (); RESET lock_timeout', []],
    ['SET lock_timeout FROM CURRENT', []],
    ["SELECT set_config('search_path', '', false)", []],
    ["SET lock_timeout = '5 parsecs'", []],
  ])('%s', (sql, expected) => {
    // SET ... FROM CURRENT belongs to CREATE FUNCTION; elsewhere it does not parse.
    const { read, findings } = guarded(sql);
    expect(read === undefined ? [] : said({ findings })).toEqual(expected);
  });
});

describe('what cannot share a transaction is told apart', () => {
  test.each([
    ['transaction', 'CREATE TABLE t ();\nCREATE INDEX CONCURRENTLY i ON t (a)', ['2 block mixed-transaction']],
    ['transaction', 'BEGIN; CREATE INDEX CONCURRENTLY i ON t (a); COMMIT', ['1 block mixed-transaction']],
    ['transaction', 'CREATE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY j', []],
    ['transaction', "SET lock_timeout = '1s'; CREATE INDEX CONCURRENTLY i ON t (a)", []],
    ['implicit', 'CREATE INDEX CONCURRENTLY i ON t (a)', []],
    [
      'implicit',
      'CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (b)',
      ['1 block mixed-transaction'],
    ],
    ['implicit', "SET lock_timeout = '1s'; CREATE INDEX CONCURRENTLY i ON t (a)", ['1 block mixed-transaction']],
    ['autocommit', 'CREATE TABLE t (); CREATE INDEX CONCURRENTLY i ON t (a)', ['1 warn mixed-transaction']],
    ['autocommit', 'CREATE TABLE t (); CREATE INDEX i ON t (a)', ['1 warn needless-no-transaction']],
    ['autocommit', 'CREATE TABLE t ()', []],
    ['autocommit', 'UPDATE t SET a = 1 WHERE id < 9; UPDATE t SET a = 1 WHERE id >= 9', []],
  ] as const)('%s: %s', (execution, sql, expected) => expect(said(guarded(sql, { execution }))).toEqual(expected));

  test('the split is written out, with the names to give', () => {
    const [found] = guarded(
      "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nSET lock_timeout = '1s';\nCREATE INDEX CONCURRENTLY i ON t (a);\nVACUUM t;\nCREATE VIEW v AS SELECT 1;\n",
    ).findings;
    expect(found?.suggestion).toBe(
      `-- migrations/007_orders.sql
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);

-- migrations/008_orders_part_2.sql
SET lock_timeout = '1s';
CREATE INDEX CONCURRENTLY i ON t (a);
VACUUM t;

-- migrations/009_orders_part_3.sql
CREATE VIEW v AS SELECT 1;`,
    );
  });

  test('a tool that sends files whole gets a file for each', () => {
    const sql = 'CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);';
    expect(guarded(sql, { execution: 'implicit' }).findings[0]?.suggestion).toBe(
      '-- migrations/007_orders.sql\nCREATE INDEX CONCURRENTLY i ON t (a);\n\n-- migrations/008_orders_part_2.sql\nCREATE INDEX CONCURRENTLY j ON t (b);',
    );
  });

  test('the split of a long file names its lines', () => {
    const rows = Array.from({ length: 400 }, (_, row) => `(${row}, 'value')`).join(',\n');
    const [found] = guarded(`INSERT INTO t VALUES\n${rows};\nVACUUM t;`).findings;
    expect(found?.suggestion).toContain('-- lines 1 to 401 of 007_orders.sql');
  });
});

describe('scripts that no database may see', () => {
  const context = ruleContext();
  const refused = (sql: string, findings: Parameters<typeof refusedIds>[2] = []) => {
    const one = migration('migrations/007_orders.sql', 'SELECT 1', { down: sql });
    const scripts = [
      { migration: one, half: 'up', script: one.up, full: true },
      { migration: one, half: 'down', script: one.down ?? one.up, full: false },
    ] as const;
    const all = guard(scripts, context);
    return [...refusedIds(all, 'up', findings), ...refusedIds(all, 'down', findings)];
  };

  test.each(['COMMIT', 'DISCARD ALL', 'no SQL', '\\i other.sql', 'COPY t FROM stdin'])('%s', (sql) => {
    expect(refused(sql)).toEqual(['007_orders']);
  });

  test('a looser timeout only as long as nothing releases it', () => {
    const sql = 'SET lock_timeout = 0; CREATE TABLE t ()';
    const found = guarded(sql).findings.map((one) => ({ ...one, path: 'migrations/007_orders.down.sql' }));
    expect(refused(sql, found)).toEqual(['007_orders']);
    expect(
      refused(
        sql,
        found.map((one) => ({ ...one, suppressed: { reason: 'nobody is awake' } })),
      ),
    ).toEqual([]);
  });

  test('a broken down script does not refuse the up script', () => {
    expect(refused('COMMIT')).toHaveLength(1);
  });
});

test('of an edited script the old statements are not judged, the new ones are', () => {
  const before = migration('migrations/007_orders.sql', 'SET lock_timeout = 0;\nDISCARD TEMP;\nSELECT 1;');
  const one = migration('migrations/007_orders.sql', 'SET lock_timeout = 0;\nSET statement_timeout = 0;\nSELECT 2;');
  const [edited] = guard(
    [{ migration: one, half: 'up', script: one.up, full: false, before: before.up }],
    ruleContext(),
  );
  expect(edited && said(edited)).toEqual(['2 block looser-timeout']);
});
