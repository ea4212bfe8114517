import { describe, expect, it } from 'vitest';
import { isOfSession } from '../../../src/deploy/run/resume.ts';
import { loadParser, parseScript } from '../../../src/project/sql.ts';

// Cases are parsed statements.
await loadParser();

function ofSession(sql: string): boolean {
  const [statement, ...more] = parseScript({ text: sql }).statements ?? [];
  if (statement === undefined || more.length > 0) throw new Error(`not one statement: ${sql}`);
  return isOfSession(statement);
}

describe('what a new session needs again', () => {
  it.each([
    'SET search_path = side',
    "SET app.tenant = 'acme'",
    'SET ROLE app',
    'SET SESSION AUTHORIZATION app',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
    'RESET search_path',
    'RESET ALL',
    'PREPARE add (int) AS INSERT INTO t VALUES ($1)',
    'DEALLOCATE add',
    'LISTEN news',
    'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
    "SELECT set_config('search_path', 'side', false)",
    "SELECT pg_catalog.set_config('search_path', 'side', false) AS done",
    "SELECT set_config('search_path', 'side', false), set_config('role', 'app', false)",
    "SELECT set_config('search_path', current_setting('search_path') || ', side', false)",
  ])('%s', (sql) => {
    expect(ofSession(sql)).toBe(true);
  });
});

describe('what would be done twice', () => {
  it.each([
    "SELECT set_config('a.b', 'c', false), do_work()",
    "SELECT do_work(), set_config('a.b', 'c', false)",
    "SELECT set_config('a.b', do_work(id), false) FROM t",
    "SELECT set_config('a.b', 'c', false) WHERE do_work()",
    "SELECT do_work(set_config('a.b', 'c', false))",
    "SELECT set_config('a.b', 'c', false) UNION ALL SELECT do_work()",
    "WITH done AS (INSERT INTO log VALUES (1) RETURNING 1) SELECT set_config('a.b', 'c', false)",
    "SELECT set_config('a.b', 'c', false) AS it INTO kept",
    "SELECT set_config('a.b', 'c', false) HAVING do_work()",
    "INSERT INTO log SELECT set_config('a.b', 'c', false)",
    "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
    'SELECT do_work()',
    'SELECT 1',
    'SELECT',
    'CREATE TABLE t ()',
  ])('%s', (sql) => {
    expect(ofSession(sql)).toBe(false);
  });
});
