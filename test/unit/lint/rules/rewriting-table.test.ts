import { beforeAll, describe, expect, test } from 'vitest';
import { rewritingTable } from '../../../../src/lint/rules/rewriting-table.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe('a table that is written anew is found', () => {
  test.each([
    ['VACUUM FULL orders;', 'orders'],
    ['VACUUM (FULL, ANALYZE) sales.orders, "Users";', 'sales.orders, Users'],
    ['VACUUM (FULL true);', undefined],
    ['CLUSTER orders USING orders_pkey;', 'orders'],
    ['CLUSTER;', undefined],
    ['ALTER TABLE orders SET TABLESPACE fast;', 'orders'],
    ['ALTER TABLE orders SET LOGGED;', 'orders'],
    ['ALTER TABLE orders SET UNLOGGED;', 'orders'],
    ['ALTER TABLE IF EXISTS public.orders SET ACCESS METHOD columnar;', 'public.orders'],
    ['ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE fast;', undefined],
    ['DO $$ BEGIN ALTER TABLE orders SET LOGGED; END $$;', 'orders'],
    // The one is new, the other is not.
    ['CREATE TABLE a (id bigint); VACUUM FULL a, orders;', 'orders'],
  ])('%s', (sql, tables) => {
    const [found, ...more] = hazards(rewritingTable, sql);
    expect(found).toMatchObject({ rule: 'rewriting-table', severity: 'block' });
    expect(more).toEqual([]);
    expect(found?.relations?.join(', ')).toBe(tables);
    expect(found?.impact?.blocks).toBe(tables && 'reads and writes');
  });
});

describe('what rewrites nothing that is in use is not', () => {
  test.each([
    'VACUUM orders;',
    'VACUUM (FULL false) orders;',
    'ANALYZE orders;',
    '-- VACUUM FULL orders;\nSELECT 1;',
    "SELECT 'VACUUM FULL orders';",
    'CREATE TABLE orders (id bigint); ALTER TABLE orders SET UNLOGGED;',
    'CREATE TABLE orders (id bigint); CLUSTER orders USING orders_pkey;',
    'CREATE TEMP TABLE t (id bigint); ALTER TABLE t SET LOGGED;',
    'ALTER INDEX orders_pkey SET TABLESPACE fast;',
    'ALTER TABLE orders SET (fillfactor = 70);',
    'ALTER TABLE orders CLUSTER ON orders_pkey;',
  ])('%s', (sql) => expect(hazards(rewritingTable, sql)).toEqual([]));

  test('nor what an earlier file of the change set has made', () => {
    const earlier = ['CREATE TABLE public.orders (id bigint);'];
    expect(hazards(rewritingTable, 'ALTER TABLE orders SET UNLOGGED;', { earlier })).toEqual([]);
  });

  test('unless that was dropped again, or stood there before', () => {
    const dropped = ['CREATE TABLE orders (id bigint);', 'DROP TABLE orders;'];
    expect(brief(hazards(rewritingTable, '\nVACUUM FULL orders;', { earlier: dropped }))).toEqual([
      '2 block rewriting-table',
    ]);
    const there = {
      base: ['CREATE TABLE orders (id bigint);'],
      earlier: ['CREATE TABLE IF NOT EXISTS orders (id bigint);'],
    };
    expect(hazards(rewritingTable, 'VACUUM FULL orders;', there)).toHaveLength(1);
    const gone = { ...there, base: [...there.base, 'DROP TABLE orders;'] };
    expect(hazards(rewritingTable, 'VACUUM FULL orders;', gone)).toHaveLength(0);
  });
});
