import { beforeAll, describe, expect, test } from 'vitest';
import { concurrentIfNotExists, indexOnPartitionedTable } from '../../../../src/lint/rules/indexes.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe('CREATE INDEX CONCURRENTLY IF NOT EXISTS', () => {
  test.each([
    ['CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a);', 'DROP INDEX CONCURRENTLY IF EXISTS i;'],
    ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "I" ON s.orders (a);', 'DROP INDEX CONCURRENTLY IF EXISTS "I";'],
  ])('%s', (sql, suggestion) => {
    const found = hazards(concurrentIfNotExists, sql, { execution: 'autocommit' });
    expect(brief(found)).toEqual(['1 info concurrent-if-not-exists']);
    expect(found[0]?.suggestion).toBe(suggestion);
  });

  test.each([
    'CREATE INDEX CONCURRENTLY i ON orders (a);',
    'CREATE INDEX IF NOT EXISTS i ON orders (a);',
    'DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a);',
    'CREATE TABLE orders (a int); CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a);',
    '-- CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a);\nSELECT 1',
  ])('but not %s', (sql) => {
    expect(hazards(concurrentIfNotExists, sql, { execution: 'autocommit' })).toEqual([]);
  });

  test('nor on a table that an earlier file has made', () => {
    const sql = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a);';
    expect(hazards(concurrentIfNotExists, sql, { earlier: ['CREATE TABLE orders (a int);'] })).toEqual([]);
  });
});

describe('an index on a partitioned table', () => {
  const base = [
    'CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);',
    'CREATE INDEX events_at ON events (at);',
    'CREATE TABLE orders (id bigint);',
  ];
  test.each([
    ['CREATE INDEX i ON events (id);', 'warn', /built on all of its partitions/],
    ['CREATE UNIQUE INDEX ON public.events (id, at);', 'warn', /built on all/],
    ['CREATE INDEX CONCURRENTLY i ON events (id);', 'block', /refuses/],
    ['CREATE INDEX CONCURRENTLY i ON ONLY events (id);', 'block', /refuses/],
    ['DROP INDEX CONCURRENTLY events_at;', 'block', /refuses/],
    ['DROP INDEX events_at;', 'info', /no CONCURRENTLY/],
    ['DO $$ BEGIN CREATE INDEX i ON events (id); END $$;', 'warn', /built on all/],
  ])('%s', (sql, severity, message) => {
    const found = hazards(indexOnPartitionedTable, sql, { base });
    expect(brief(found)).toEqual([`1 ${severity} index-on-partitioned-table`]);
    expect(found[0]?.message).toMatch(message);
  });

  test.each([
    'CREATE INDEX i ON ONLY events (id);',
    'CREATE INDEX i ON orders (id);',
    'CREATE INDEX i ON archive.events (id);',
    'CREATE INDEX CONCURRENTLY i ON events_2024 (id);',
    'DROP INDEX CONCURRENTLY orders_id;',
    'CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE INDEX i ON t (a);',
  ])('but not %s', (sql) => expect(hazards(indexOnPartitionedTable, sql, { base })).toEqual([]));

  test('nor on one that an earlier file has made, unless Postgres refuses it', () => {
    const earlier = ['CREATE TABLE t (a int) PARTITION BY LIST (a);'];
    expect(hazards(indexOnPartitionedTable, 'CREATE INDEX i ON t (a);', { earlier })).toEqual([]);
    expect(hazards(indexOnPartitionedTable, 'CREATE INDEX CONCURRENTLY i ON t (a);', { earlier })).toHaveLength(1);
  });
});
