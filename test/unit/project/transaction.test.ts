import { beforeAll, describe, expect, test } from 'vitest';
import { loadParser, parseSql, type Statement } from '../../../src/project/sql.ts';
import {
  cannotRunInTransaction,
  effectiveExecution,
  isClusterWide,
  ownTransaction,
} from '../../../src/project/transaction.ts';
import type { Execution } from '../../../src/project/types.ts';

beforeAll(loadParser);

function statements(sql: string): readonly Statement[] {
  const parsed = parseSql(sql);
  if (parsed.problem) throw new Error(`${sql}: ${parsed.problem.message}`);
  return parsed.statements;
}

function first(sql: string): Statement {
  const [statement] = statements(sql);
  if (statement === undefined) throw new Error(`${sql}: no statement`);
  return statement;
}

describe('a BEGIN ... COMMIT round the whole file is its own transaction', () => {
  test.each([
    ['BEGIN; SELECT 1; COMMIT', true],
    ['-- a comment\nSTART TRANSACTION; SELECT 1; END;', true],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT', true],
    ['BEGIN; SAVEPOINT a; SELECT 1; ROLLBACK TO a; COMMIT', true],
    ['BEGIN; COMMIT', true],
    ['BEGIN', false],
    ['SELECT 1', false],
    ['', false],
    ['SET lock_timeout = 1; BEGIN; SELECT 1; COMMIT', false],
    ['BEGIN; SELECT 1; COMMIT; SELECT 2', false],
    ['BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT', false],
    ['BEGIN; SELECT 1; ROLLBACK', false],
    ['BEGIN; SELECT 1; COMMIT AND CHAIN', false],
    ['BEGIN; SELECT 1; COMMIT; COMMIT', false],
  ])('%j: %s', (sql, expected) => expect(ownTransaction(statements(sql))).toBe(expected));
});

describe('statements that Postgres refuses inside a transaction block', () => {
  test.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)',
    'DROP INDEX CONCURRENTLY i',
    'REINDEX TABLE CONCURRENTLY t',
    'REINDEX (CONCURRENTLY) INDEX i',
    'REINDEX SCHEMA s',
    'REINDEX DATABASE d',
    'REINDEX SYSTEM d',
    'VACUUM',
    'VACUUM (ANALYZE) t',
    'VACUUM FULL t',
    'CLUSTER',
    'ALTER SYSTEM SET work_mem = 1',
    'CREATE DATABASE d',
    'DROP DATABASE d',
    'ALTER DATABASE d SET TABLESPACE s',
    "CREATE TABLESPACE s LOCATION '/s'",
    'DROP TABLESPACE s',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (create_slot = true, enabled = false)",
    'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
    'ALTER SUBSCRIPTION s ADD PUBLICATION p',
    'ALTER SUBSCRIPTION s SET (failover = true)',
    'DROP SUBSCRIPTION s',
    'DISCARD ALL',
  ])('%s', (sql) => expect(cannotRunInTransaction(first(sql))).toBe(true));
});

describe('statements that run inside a transaction block', () => {
  test.each([
    'CREATE INDEX i ON t (a)',
    'DROP INDEX i',
    'REINDEX TABLE t',
    'REINDEX (CONCURRENTLY false) TABLE t',
    'ANALYZE t',
    'CLUSTER t USING i',
    'ALTER DATABASE d SET work_mem = 1',
    'ALTER TABLE t DETACH PARTITION p',
    'ALTER TABLE t DETACH PARTITION p FINALIZE',
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (create_slot = false)",
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = off)",
    'ALTER SUBSCRIPTION s ENABLE',
    'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
    "ALTER TYPE e ADD VALUE 'x'",
    'DISCARD PLANS',
    'CREATE ROLE r',
  ])('%s', (sql) => expect(cannotRunInTransaction(first(sql))).toBe(false));
});

test.each([
  ['CREATE ROLE r', true],
  ['CREATE USER u', true],
  ['ALTER ROLE r SET a = 1', true],
  ['ALTER ROLE r RENAME TO s', true],
  ['DROP ROLE r', true],
  ['GRANT a TO b', true],
  ['ALTER DATABASE d SET a = 1', true],
  ['ALTER DATABASE d OWNER TO r', true],
  ['GRANT CONNECT ON DATABASE d TO r', true],
  ['ALTER SYSTEM SET a = 1', true],
  ["COMMENT ON ROLE r IS 'x'", true],
  ['DROP TABLESPACE s', true],
  ['GRANT SELECT ON t TO r', false],
  ['REASSIGN OWNED BY a TO b', false],
  ['SET ROLE r', false],
  ['ALTER TABLE t OWNER TO r', false],
  ["COMMENT ON TABLE t IS 'x'", false],
])('%s leaves the database: %s', (sql, expected) => expect(isClusterWide(first(sql))).toBe(expected));

describe('how a script really meets the server', () => {
  test.each<[Execution, string, Execution]>([
    ['transaction', 'CREATE TABLE t ()', 'transaction'],
    ['transaction', 'CREATE INDEX CONCURRENTLY i ON t (a)', 'autocommit'],
    ['transaction', "SET statement_timeout = '1h'; DROP INDEX CONCURRENTLY i; VACUUM t", 'autocommit'],
    ['transaction', 'CREATE TABLE t (); CREATE INDEX CONCURRENTLY i ON t (a)', 'transaction'],
    ['transaction', "SET statement_timeout = '1h'", 'transaction'],
    ['transaction', '', 'transaction'],
    ['transaction', 'no SQL at all', 'transaction'],
    ['implicit', 'CREATE INDEX CONCURRENTLY i ON t (a)', 'implicit'],
    ['implicit', 'BEGIN; CREATE TABLE t (); COMMIT', 'transaction'],
    ['autocommit', 'CREATE TABLE t ()', 'autocommit'],
    ['autocommit', 'BEGIN; CREATE TABLE t (); COMMIT', 'transaction'],
  ])('declared %s, %j: %s', (execution, text, expected) =>
    expect(effectiveExecution({ up: { path: 'a.sql', text }, execution })).toBe(expected),
  );
});
