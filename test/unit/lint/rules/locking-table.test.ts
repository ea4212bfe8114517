import { beforeAll, expect, test } from 'vitest';
import { lockingTable } from '../../../../src/lint/rules/locking-table.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

test.each([
  ['LOCK TABLE orders;', /^Reads and writes of orders .*\(ACCESS EXCLUSIVE\)/],
  ['LOCK orders IN EXCLUSIVE MODE;', /^Writes of orders/],
  ['LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE;', /^Writes/],
  ['LOCK TABLE ONLY sales."Orders", users IN SHARE MODE NOWAIT;', /^Writes of sales\.Orders, users/],
  ['DO $$ BEGIN LOCK TABLE orders IN ACCESS EXCLUSIVE MODE; END $$;', /^Reads and writes/],
])('a lock that others wait for is found: %s', (sql, message) => {
  const found = hazards(lockingTable, sql);
  expect(brief(found)).toEqual(['1 warn locking-table']);
  expect(found[0]?.message).toMatch(message);
});

test.each([
  'LOCK TABLE orders IN ACCESS SHARE MODE;',
  'LOCK TABLE orders IN ROW SHARE MODE;',
  'LOCK TABLE orders IN ROW EXCLUSIVE MODE;',
  'LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE;',
  'CREATE TABLE orders (id bigint); LOCK TABLE orders;',
  "SELECT 'LOCK TABLE orders';",
])('another is not: %s', (sql) => expect(hazards(lockingTable, sql)).toEqual([]));

test('nor that of a table which an earlier file has made', () => {
  expect(hazards(lockingTable, 'LOCK TABLE a;', { earlier: ['CREATE TABLE a ();'] })).toEqual([]);
});
