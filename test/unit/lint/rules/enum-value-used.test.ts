import { beforeAll, describe, expect, test } from 'vitest';
import { enumValueUsed } from '../../../../src/lint/rules/enum-value-used.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

const ADD = "ALTER TYPE state ADD VALUE IF NOT EXISTS 'paid' AFTER 'placed';\n";
const base = ['CREATE TABLE orders (id bigint, state public.state, note text, "Kind" other.state);'];

describe('a new value that is used too early', () => {
  test.each([
    "UPDATE orders SET state = 'paid';",
    "UPDATE orders SET id = 1 WHERE state = 'paid';",
    "UPDATE orders SET id = 1 WHERE state IN ('placed', 'paid');",
    "INSERT INTO orders (id, state) VALUES (1, 'paid');",
    "INSERT INTO orders VALUES (1, 'paid');",
    "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'paid';",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (state <> 'paid' OR note IS NOT NULL);",
    "ALTER TABLE orders ADD COLUMN next state DEFAULT 'paid';",
    "CREATE TABLE t (state state DEFAULT 'paid');",
    "CREATE INDEX i ON orders (id) WHERE state = 'paid';",
    "CREATE VIEW v AS SELECT * FROM orders WHERE state = 'paid'::public.state;",
    "CREATE POLICY p ON orders USING (state = 'paid');",
    "SELECT 'paid'::state;",
    "CREATE FUNCTION f() RETURNS state LANGUAGE sql AS $$ SELECT 'paid'::state $$;",
    "DO $$ BEGIN UPDATE orders SET state = 'paid'; END $$;",
    "DELETE FROM orders WHERE state = 'paid';",
  ])('%s', (sql) => expect(brief(hazards(enumValueUsed, ADD + sql, { base }))).toEqual(['2 block enum-value-used']));

  test.each([
    "UPDATE orders SET state = 'placed';",
    "UPDATE orders SET note = 'paid';",
    "UPDATE orders SET id = 1 WHERE note = 'paid';",
    "INSERT INTO orders (id, note) VALUES (1, 'paid');",
    'UPDATE orders SET "Kind" = \'paid\';',
    "ALTER TABLE orders ADD COLUMN word text DEFAULT 'paid';",
    "CREATE TABLE t (word text DEFAULT 'paid');",
    "SELECT 'paid'::text;",
    "COMMENT ON TYPE state IS 'paid';",
    "ALTER TYPE state ADD VALUE 'refunded' AFTER 'paid';",
    // Read when it is called.
    "CREATE FUNCTION f() RETURNS state LANGUAGE plpgsql AS $$ BEGIN RETURN 'paid'; END $$;",
    "-- UPDATE orders SET state = 'paid';",
  ])('but not %s', (sql) => expect(hazards(enumValueUsed, ADD + sql, { base })).toEqual([]));
});

test('of several uses of a value the first is told, and of several values each', () => {
  const sql = `${ADD}UPDATE a SET state = 'paid';\nUPDATE b SET state = 'paid';\nALTER TYPE other ADD VALUE 'x';\nUPDATE c SET d = 'x';`;
  expect(brief(hazards(enumValueUsed, sql))).toEqual(['2 block enum-value-used', '5 block enum-value-used']);
});

test('only in one transaction', () => {
  const use = "UPDATE orders SET state = 'paid';";
  expect(hazards(enumValueUsed, use, { earlier: [ADD] })).toEqual([]);
  expect(hazards(enumValueUsed, ADD + use, { execution: 'autocommit' })).toEqual([]);
  expect(hazards(enumValueUsed, ADD + use, { execution: 'implicit' })).toHaveLength(1);
  expect(hazards(enumValueUsed, `${use}\n${ADD}`)).toEqual([]);
});

test('a type of the same transaction is free from Postgres 17 on', () => {
  const sql = "CREATE TYPE state AS ENUM ('placed');\nALTER TYPE state ADD VALUE 'paid';\nSELECT 'paid'::state;";
  expect(hazards(enumValueUsed, sql, { postgresMajor: 16 })).toHaveLength(1);
  expect(hazards(enumValueUsed, sql, { postgresMajor: 17 })).toEqual([]);
  // One of an earlier file is committed, and so is no longer the same transaction's.
  const earlier = ["CREATE TYPE state AS ENUM ('placed');"];
  expect(hazards(enumValueUsed, `${ADD}SELECT 'paid'::state;`, { earlier })).toHaveLength(1);
});
