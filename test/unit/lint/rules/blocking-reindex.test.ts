import { beforeAll, expect, test } from 'vitest';
import { blockingReindex } from '../../../../src/lint/rules/blocking-reindex.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

test.each([
  ['REINDEX (CONCURRENTLY false) TABLE sales.orders;', ['sales.orders']],
  ['REINDEX (CONCURRENTLY off, VERBOSE) INDEX orders_pkey;', undefined],
  ['REINDEX TABLE orders;', ['orders']],
  ['REINDEX SCHEMA public;', undefined],
  ['REINDEX SYSTEM shop;', undefined],
  ['DO $$ BEGIN REINDEX TABLE orders; END $$;', ['orders']],
])('a rebuild that keeps others waiting is found: %s', (sql, relations) => {
  const found = hazards(blockingReindex, sql);
  expect(brief(found)).toEqual(['1 block blocking-reindex']);
  expect(found[0]?.relations).toEqual(relations);
});

test.each([
  'REINDEX TABLE CONCURRENTLY orders;',
  'REINDEX (CONCURRENTLY) TABLE orders;',
  'REINDEX (CONCURRENTLY true) INDEX orders_pkey;',
  'CREATE TABLE orders (id bigint); REINDEX TABLE orders;',
  'CREATE TABLE orders (id bigint); CREATE INDEX i ON orders (id); REINDEX INDEX i;',
  '/* REINDEX TABLE orders; */ SELECT 1;',
])('another is not: %s', (sql) => expect(hazards(blockingReindex, sql)).toEqual([]));

test('the table of an index is told where the migrations tell', () => {
  const base = ['CREATE INDEX i ON sales.orders (id);'];
  expect(hazards(blockingReindex, 'REINDEX INDEX sales.i;', { base })).toMatchObject([{ relations: ['sales.orders'] }]);
});

test('nor that of a table which an earlier file has made', () => {
  expect(hazards(blockingReindex, 'REINDEX TABLE a;', { earlier: ['CREATE TABLE a ();'] })).toEqual([]);
});
