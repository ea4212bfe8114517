import { beforeAll, describe, expect, test } from 'vitest';
import { renaming } from '../../../../src/lint/rules/renaming.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe('a name that running code may know', () => {
  test.each([
    ["ALTER TYPE public.state RENAME VALUE 'a' TO 'b';", '1 block renaming-enum-value'],
    ['ALTER VIEW s."Sales" RENAME TO sales;', '1 block renaming-view'],
    ['ALTER MATERIALIZED VIEW sales RENAME TO s;', '1 block renaming-view'],
    ['ALTER VIEW sales RENAME COLUMN a TO b;', '1 block renaming-view'],
    ['ALTER SCHEMA billing RENAME TO payments;', '1 block renaming-schema'],
    ['ALTER TABLE orders SET SCHEMA archive;', '1 block moving-to-schema'],
    ['ALTER VIEW sales SET SCHEMA archive;', '1 block moving-to-schema'],
    ['ALTER TYPE state SET SCHEMA archive;', '1 block moving-to-schema'],
    ['ALTER FUNCTION f(int) SET SCHEMA archive;', '1 block moving-to-schema'],
    ['ALTER SEQUENCE numbers RENAME TO n;', '1 warn renaming-sequence'],
    ['ALTER TYPE state RENAME TO order_state;', '1 warn renaming-type'],
    ['ALTER DOMAIN price RENAME TO amount;', '1 warn renaming-type'],
    ['ALTER INDEX i RENAME TO j;', '1 info renaming-index'],
    ['ALTER TABLE orders RENAME CONSTRAINT a TO b;', '1 info renaming-index'],
    ['DO $$ BEGIN ALTER SCHEMA billing RENAME TO payments; END $$;', '1 block renaming-schema'],
    // The old name stays.
    ['ALTER VIEW sales RENAME TO s; CREATE VIEW sales AS SELECT * FROM s;', '1 info renaming-view'],
    [
      'ALTER TABLE orders SET SCHEMA a; CREATE VIEW public.orders AS SELECT * FROM a.orders;',
      '1 info moving-to-schema',
    ],
  ])('%s', (sql, expected) => expect(brief(hazards(renaming, sql))).toEqual([expected]));

  test.each([
    // Squawk's.
    'ALTER TABLE orders RENAME TO o;',
    'ALTER TABLE orders RENAME COLUMN a TO b;',
    "ALTER TYPE state ADD VALUE 'b';",
    'ALTER FUNCTION f() RENAME TO g;',
    // How a value is taken from an enum.
    'CREATE TYPE "S_new" AS ENUM (); ALTER TYPE "S" RENAME TO "S_old"; ALTER TYPE "S_new" RENAME TO "S"; DROP TYPE "S_old";',
    'ALTER TYPE s RENAME TO s_old; CREATE TYPE s AS ENUM ();',
    'ALTER TYPE pair RENAME ATTRIBUTE a TO b;',
    "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e RENAME VALUE 'a' TO 'b'; ALTER TYPE e RENAME TO f; ALTER TYPE f SET SCHEMA s;",
    'CREATE VIEW v AS SELECT 1 AS a; ALTER VIEW v RENAME COLUMN a TO b; ALTER VIEW v RENAME TO w; ALTER VIEW w SET SCHEMA s;',
    'CREATE SCHEMA a; ALTER SCHEMA a RENAME TO b;',
    'CREATE TABLE t (id bigserial); ALTER SEQUENCE t_id_seq RENAME TO s;',
    'CREATE TABLE t (id bigint); CREATE INDEX i ON t (id); ALTER INDEX i RENAME TO j;',
    'CREATE TABLE t (id bigint); ALTER TABLE t RENAME CONSTRAINT a TO b; ALTER TABLE t SET SCHEMA s;',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; ALTER FUNCTION f() SET SCHEMA s;',
    'ALTER EXTENSION hstore SET SCHEMA extensions;',
    '-- ALTER SCHEMA a RENAME TO b;\nSELECT 1;',
  ])('but not %s', (sql) => expect(brief(hazards(renaming, sql))).toEqual([]));

  test('nor of what an earlier file has made', () => {
    const earlier = [
      "CREATE TYPE e AS ENUM ('a'); CREATE VIEW s.v AS SELECT 1;",
      'CREATE SCHEMA a; CREATE TABLE t ();',
    ];
    const sql =
      "ALTER TYPE e RENAME VALUE 'a' TO 'b'; ALTER VIEW s.v RENAME TO w; ALTER SCHEMA a RENAME TO b; ALTER TABLE t SET SCHEMA x;";
    expect(brief(hazards(renaming, sql, { earlier }))).toEqual([]);
  });

  test('a name that is left behind counts in the same transaction only', () => {
    const sql = 'ALTER VIEW sales RENAME TO s; CREATE VIEW sales AS SELECT * FROM s;';
    expect(brief(hazards(renaming, sql, { execution: 'autocommit' }))).toEqual(['1 block renaming-view']);
  });

  test('an old table in a new schema is no new table', () => {
    const sql = 'CREATE SCHEMA s; ALTER TABLE orders SET SCHEMA s; ALTER TABLE s.orders SET SCHEMA t;';
    expect(hazards(renaming, sql)).toHaveLength(2);
  });
});
