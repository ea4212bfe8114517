import { beforeAll, describe, expect, test } from 'vitest';
import { changingRows } from '../../../../src/lint/rules/changing-rows.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

/** Rows that are deleted are gone; rows that are written keep writers alone waiting. */
const all = (sql: string): string[] => [`1 ${/DELETE/.test(sql) ? 'block' : 'warn'} changing-all-rows`];
const MANY = ['1 warn unbatched-dml'];

describe('every row', () => {
  test.each([
    'UPDATE orders SET a = 1;',
    'DELETE FROM sales."Orders";',
    'UPDATE orders SET a = 1 WHERE true;',
    'DELETE FROM orders WHERE 1 = 1;',
    "DELETE FROM orders WHERE 'a' = 'a' AND NOT false;",
    'UPDATE orders SET a = 1 WHERE id = id;',
    'UPDATE orders SET a = 1 WHERE id = 5 OR true;',
    'UPDATE orders o SET a = u.a FROM users u;',
    'DO $$ BEGIN UPDATE orders SET a = 1; END $$;',
    'WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone;',
    'SELECT 1; UPDATE orders SET a = 1;',
  ])('%s', (sql) => expect(brief(hazards(changingRows, sql))).toEqual(all(sql)));
});

describe('nobody knows how many rows', () => {
  test.each([
    'UPDATE orders SET a = 1 WHERE id IS NOT NULL;',
    'UPDATE orders SET a = 1 WHERE a IS NULL;',
    "DELETE FROM orders WHERE state = 'old';",
    "DELETE FROM orders WHERE state IN ('old', 'older');",
    'UPDATE orders SET a = 1 WHERE NOT id = 5;',
    'UPDATE orders SET a = 1 WHERE id = 5 OR a IS NULL;',
    'UPDATE orders SET a = 1 WHERE id > 5;',
    'UPDATE orders o SET a = u.a FROM users u WHERE o.user_id = u.id;',
    'DELETE FROM orders USING users WHERE users.id = 5 AND orders.user_id = users.id;',
    'UPDATE orders SET a = 1 WHERE id IN (SELECT order_id FROM items);',
    'UPDATE orders SET a = 1 WHERE id IN (SELECT id FROM orders LIMIT ALL);',
    'UPDATE orders SET a = 1 WHERE id IN (SELECT id FROM orders LIMIT 10000000);',
    'UPDATE orders SET a = 1 WHERE id NOT IN (SELECT id FROM orders LIMIT 10);',
    'INSERT INTO archive SELECT * FROM orders;',
    'INSERT INTO archive SELECT * FROM orders WHERE a > 1 ON CONFLICT DO NOTHING;',
    'MERGE INTO orders o USING users u ON o.user_id = u.id WHEN MATCHED THEN DELETE;',
    "DO $$ BEGIN UPDATE orders SET a = 1 WHERE state = 'x'; END $$;",
    'UPDATE orders SET a = 1 WHERE tenant_id = 5;',
    // One by one, but all in one transaction.
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LOOP UPDATE orders SET a = 1 WHERE id = r.id; END LOOP; END $$;',
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM users LOOP IF true THEN DELETE FROM orders WHERE id = r.id; END IF; END LOOP; END $$;',
    'UPDATE orders SET a = 1 WHERE EXISTS (SELECT 1 FROM users WHERE users.id = orders.user_id LIMIT 1);',
    // Batch after batch, none of them committed before the end.
    'DO $$ BEGIN FOR i IN 1..100 LOOP UPDATE orders SET a = 1 WHERE id >= i AND id < i + 100; END LOOP; END $$;',
    'DO $$ BEGIN LOOP UPDATE orders SET a = 1 WHERE id IN (SELECT id FROM orders WHERE a IS NULL LIMIT 1000); EXIT WHEN NOT FOUND; END LOOP; END $$;',
    'DO $$ BEGIN WHILE true LOOP DELETE FROM orders WHERE id BETWEEN a AND b AND id < 5; END LOOP; COMMIT; END $$;',
    // Locked as if they were written.
    'SELECT * FROM orders WHERE a > 1 FOR UPDATE;',
    'CREATE TABLE copies AS SELECT id FROM orders FOR NO KEY UPDATE;',
  ])('%s', (sql) => expect(brief(hazards(changingRows, sql))).toEqual(MANY));
});

describe('a handful', () => {
  test.each([
    'UPDATE orders SET a = 1 WHERE id = 5;',
    "UPDATE sales.orders SET a = 1 WHERE sales.orders.id = 'x'::uuid;",
    'UPDATE orders AS o SET a = 1 WHERE o.id = 5 AND a IS NULL;',
    'DELETE FROM orders WHERE id IN (1, 2, 3);',
    'DELETE FROM orders WHERE id = ANY (ARRAY[1, 2]);',
    "DELETE FROM orders WHERE id = ANY ('{1,2}'::bigint[]);",
    'DELETE FROM orders WHERE id = 1 OR id = 2;',
    'DELETE FROM orders WHERE false;',
    'UPDATE orders SET a = 1 WHERE id BETWEEN 1 AND 1000;',
    'UPDATE orders SET a = 1 WHERE id > 1000 AND id <= 2000;',
    'UPDATE orders SET a = 1 WHERE order_id = 5;',
    'UPDATE orders SET a = 1 WHERE id IN (SELECT id FROM orders WHERE a IS NULL LIMIT 5000);',
    'UPDATE orders SET a = 1 WHERE id IN (SELECT id FROM orders FETCH FIRST 100 ROWS ONLY);',
    'DELETE FROM orders WHERE ctid = ANY (ARRAY(SELECT ctid FROM orders LIMIT 1000));',
    'UPDATE orders SET a = 1 WHERE id = (SELECT max(id) FROM orders);',
    'UPDATE orders o SET a = v.a FROM (VALUES (1, 2), (3, 4)) AS v (id, a) WHERE o.id = v.id;',
    'WITH b AS (SELECT id FROM orders LIMIT 100) UPDATE orders SET a = 1 FROM b WHERE orders.id = b.id;',
    'WITH b AS (SELECT id FROM orders LIMIT 100) DELETE FROM orders WHERE id IN (SELECT id FROM b);',
    'INSERT INTO orders VALUES (1), (2);',
    'INSERT INTO orders DEFAULT VALUES;',
    'SELECT * FROM orders WHERE id = 5 FOR UPDATE;',
    'SELECT * FROM orders LIMIT 10 FOR UPDATE SKIP LOCKED;',
    'DO $$ BEGIN FOR i IN 1..100 LOOP UPDATE orders SET a = 1 WHERE id >= i AND id < i + 100; COMMIT; END LOOP; END $$;',
    "INSERT INTO orders SELECT 1, 'x' WHERE NOT EXISTS (SELECT 1 FROM orders WHERE id = 1);",
    "INSERT INTO orders SELECT * FROM (VALUES (1, 'x')) AS v (id, a);",
    'INSERT INTO orders SELECT * FROM archive WHERE id = 5;',
    'INSERT INTO orders SELECT * FROM archive LIMIT 10;',
    "INSERT INTO orders (name) SELECT n FROM unnest(ARRAY['a', 'b']) AS n;",
    'MERGE INTO orders o USING (VALUES (1)) AS v (id) ON o.id = v.id WHEN MATCHED THEN DELETE;',
    'DO $$ BEGIN LOOP UPDATE orders SET a = 1 WHERE id IN (SELECT id FROM orders WHERE a IS NULL LIMIT 1000); COMMIT; EXIT WHEN NOT FOUND; END LOOP; END $$;',
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LIMIT 10 LOOP UPDATE orders SET a = 1 WHERE id = r.id; END LOOP; END $$;',
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class LOOP UPDATE orders SET a = 1 WHERE id = 5; END LOOP; END $$;',
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM users WHERE id = 5 LOOP UPDATE orders SET a = 1 WHERE id = r.id; END LOOP; END $$;',
    'DO $$ BEGIN FOR i IN 1..10 LOOP UPDATE orders SET a = 1 WHERE id = i; END LOOP; END $$;',
    // They run for nobody yet.
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE orders SET a = 1 $$;',
    '-- UPDATE orders SET a = 1;\nSELECT 1;',
    "SELECT 'DELETE FROM orders';",
    'CREATE TABLE orders (a int); UPDATE orders SET a = 1;',
    'CREATE TABLE archive (a int); INSERT INTO archive SELECT a FROM orders;',
    'CREATE TEMP TABLE t AS SELECT 1 AS a; DELETE FROM t;',
  ])('is not worth a word: %s', (sql) => expect(brief(hazards(changingRows, sql))).toEqual([]));

  test('is what a column finds that earlier migrations made unique', () => {
    const sql = "UPDATE settings SET value = 'x' WHERE name = 'theme';";
    expect(brief(hazards(changingRows, sql))).toEqual(MANY);
    const unique = [
      'CREATE TABLE settings (name text PRIMARY KEY, value text);',
      'CREATE TABLE public.settings (name text, value text, UNIQUE (name));',
      'ALTER TABLE settings ADD CONSTRAINT u UNIQUE (name);',
      'CREATE UNIQUE INDEX i ON settings (name);',
    ];
    for (const one of unique) expect(hazards(changingRows, sql, { base: [one] })).toEqual([]);
    const others = [
      'CREATE TABLE settings (id int PRIMARY KEY, name text);',
      'CREATE UNIQUE INDEX i ON settings (name, tenant);',
      'CREATE UNIQUE INDEX i ON settings (name) WHERE deleted;',
      'CREATE TABLE other.settings (name text PRIMARY KEY);',
    ];
    for (const one of others) expect(brief(hazards(changingRows, sql, { base: [one] }))).toEqual(MANY);
  });

  test('is in a table that an earlier file has made', () => {
    expect(hazards(changingRows, 'DELETE FROM a;', { earlier: ['CREATE TABLE a ();'] })).toEqual([]);
  });
});

test('the table, and what writers wait for, is told', () => {
  expect(hazards(changingRows, 'DELETE FROM sales.orders;')).toMatchObject([
    { relations: ['sales.orders'], impact: { blocks: 'writes', relations: ['sales.orders'] } },
  ]);
});
