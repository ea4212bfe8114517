import { beforeAll, describe, expect, test } from 'vitest';
import { heldOverRows, lockHeldOverRows, type Work } from '../../../../src/lint/rules/lock-held-over-rows.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe('a lock that is held while many rows are changed', () => {
  test.each([
    ['ALTER TABLE orders ADD COLUMN a int;\nUPDATE orders SET a = 1;', 'block'],
    ['ALTER TABLE public.orders ADD COLUMN a int;\nUPDATE orders SET a = 1 WHERE b > 1;', 'warn'],
    ['ALTER TABLE sales."Orders" DROP COLUMN a;\nSELECT 1; DELETE FROM sales."Orders" WHERE b IS NULL;', 'warn'],
    ['ALTER TABLE orders RENAME COLUMN a TO b;\nUPDATE orders SET b = 1;', 'block'],
    ['LOCK TABLE orders;\nDELETE FROM orders WHERE a > 1;', 'warn'],
    ['CREATE POLICY p ON orders USING (true);\nUPDATE orders SET a = 1;', 'block'],
    ['DROP TRIGGER t ON orders;\nUPDATE orders SET a = 1;', 'block'],
    ['TRUNCATE orders;\nINSERT INTO orders SELECT * FROM archive;', 'block'],
    ['ALTER TABLE orders ADD COLUMN a int;\nDO $$ BEGIN UPDATE orders SET a = 1; END $$;', 'block'],
    ['CREATE TABLE n (a int); ALTER TABLE orders ADD COLUMN a int;\nINSERT INTO n SELECT id FROM orders;', 'block'],
    ['BEGIN; ALTER TABLE orders ADD COLUMN a int;\nUPDATE orders SET a = 1; COMMIT;', 'block'],
    [
      'ALTER TABLE orders ADD COLUMN a int;\nCREATE MATERIALIZED VIEW v AS SELECT a, count(*) FROM orders GROUP BY a;',
      'warn',
    ],
    ['ALTER TABLE orders ADD COLUMN a int;\nSELECT count(*) FROM orders;', 'warn'],
    // Readers of the one wait for the rows of the other.
    ['ALTER TABLE users ADD COLUMN a int;\nCREATE TABLE c AS SELECT * FROM orders;', 'warn'],
    ['ALTER TABLE users ADD COLUMN a int;\nSELECT count(DISTINCT a) FROM orders;', 'warn'],
    ['ALTER TABLE users ADD COLUMN a int;\nSELECT pg_sleep(5);', 'warn'],
    ['DROP MATERIALIZED VIEW v;\nCREATE MATERIALIZED VIEW v AS SELECT max(a) FROM orders GROUP BY b;', 'warn'],
    ['ALTER TABLE users ADD COLUMN a int;\nUPDATE orders SET a = 1;', 'warn'],
    ['ALTER TABLE users ADD COLUMN a int; ALTER TABLE orders ADD COLUMN a int;\nUPDATE orders SET a = 1;', 'block'],
  ])('%s', (sql, severity) => {
    expect(brief(hazards(lockHeldOverRows, sql))).toEqual([`2 ${severity} lock-held-over-rows`]);
  });

  test.each([
    'UPDATE orders SET a = 1; ALTER TABLE orders ALTER COLUMN a SET NOT NULL;',
    'ALTER TABLE orders ADD COLUMN a int; UPDATE orders SET a = 1 WHERE id = 5;',
    'ALTER TABLE orders ADD COLUMN a int; INSERT INTO orders VALUES (1);',
    'ALTER TABLE orders VALIDATE CONSTRAINT c; UPDATE orders SET a = 1;',
    'ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES b (id) NOT VALID; UPDATE orders SET a = 1;',
    'ALTER TABLE orders ALTER COLUMN a SET STATISTICS 100; UPDATE orders SET a = 1;',
    'CREATE TABLE orders (a int); ALTER TABLE orders ADD COLUMN b int; UPDATE orders SET b = 1;',
    'CREATE TABLE n (a int); ALTER TABLE n ADD COLUMN b int; UPDATE orders SET b = 1;',
    'ALTER TABLE orders ADD COLUMN a int; CREATE TABLE n (a int); UPDATE n SET a = 1;',
    'ALTER TABLE orders ADD COLUMN a int; -- UPDATE orders SET a = 1;',
    'ALTER VIEW v RENAME TO w; UPDATE orders SET b = 1;',
    "ALTER TABLE orders ADD COLUMN a int; SELECT setval('s', max(id)) FROM orders;",
    "ALTER TABLE orders ADD COLUMN a int; SELECT setval('s', (SELECT max(id) FROM orders));",
    'ALTER TABLE orders ADD COLUMN a int; SELECT * FROM orders WHERE id = 5;',
    'ALTER TABLE orders ADD COLUMN a int; SELECT relname FROM pg_class;',
    'ALTER TABLE orders ADD COLUMN a int; CREATE MATERIALIZED VIEW v AS SELECT * FROM orders WITH NO DATA;',
    'ALTER TABLE orders ADD COLUMN a int; CREATE TABLE n (a int); SELECT count(*) FROM n;',
  ])('but not %s', (sql) => expect(brief(hazards(lockHeldOverRows, sql))).toEqual([]));

  test('nor on a table that an earlier file has made', () => {
    const earlier = ['CREATE TABLE orders (id bigint);'];
    const sql = 'ALTER TABLE orders ADD COLUMN a int; UPDATE orders SET a = 1;';
    expect(hazards(lockHeldOverRows, sql, { earlier })).toEqual([]);
  });

  test('nor where each statement is a transaction of its own', () => {
    const sql = 'ALTER TABLE orders ADD COLUMN a int; UPDATE orders SET a = 1;';
    expect(hazards(lockHeldOverRows, sql, { execution: 'autocommit' })).toEqual([]);
    expect(hazards(lockHeldOverRows, sql, { execution: 'implicit' })).toHaveLength(1);
  });

  test('names the table that waits, and the line that locked it', () => {
    const sql = '\nALTER TABLE orders ADD COLUMN a int;\nUPDATE orders SET a = 1;';
    expect(hazards(lockHeldOverRows, sql)).toMatchObject([
      {
        line: 3,
        relations: ['orders'],
        message: expect.stringContaining('line 2'),
        impact: { blocks: 'reads and writes', relations: ['orders'] },
      },
    ]);
  });
});

test('facts of a trace are judged alike', () => {
  const work = (line: number, locks: string[], tables: string[]): Work => ({
    line,
    locks,
    changes: tables.length === 0 ? [] : [{ words: 'UPDATE', tables, all: true }],
  });
  expect(
    heldOverRows([
      work(1, [], ['public.orders']),
      work(2, ['public.users'], []),
      work(3, ['public.orders'], []),
      work(4, [], ['public.orders']),
      work(5, [], ['public.items']),
    ]),
  ).toMatchObject([
    { held: { relation: 'public.orders', line: 3 }, during: { line: 4 }, same: true },
    { held: { relation: 'public.users', line: 2 }, during: { line: 5 }, same: false },
  ]);
});
