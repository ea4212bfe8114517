import { beforeAll, describe, expect, test } from 'vitest';
import { grantToAll, securityDefinerPath } from '../../../../src/lint/rules/privileges.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe("a SECURITY DEFINER function with its caller's search_path", () => {
  const body = 'LANGUAGE sql AS $$ SELECT 1 $$';
  test.each([
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY DEFINER;`,
    `CREATE OR REPLACE PROCEDURE s."P"(a int) ${body} SECURITY DEFINER;`,
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY DEFINER SET lock_timeout = '1s';`,
    'ALTER FUNCTION f() SECURITY DEFINER;',
    `DO $$ BEGIN CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; END $$;`,
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY DEFINER; ALTER FUNCTION g() SET search_path = '';`,
  ])('%s', (sql) => expect(brief(hazards(securityDefinerPath, sql))).toEqual(['1 warn security-definer-path']));

  test.each([
    `CREATE FUNCTION f() RETURNS int ${body};`,
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY INVOKER;`,
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY DEFINER SET search_path = '';`,
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY DEFINER SET search_path TO pg_catalog, pg_temp;`,
    `CREATE FUNCTION f() RETURNS int ${body} SECURITY DEFINER; ALTER FUNCTION f() SET search_path = pg_catalog;`,
    "ALTER FUNCTION f() SECURITY DEFINER SET search_path = '';",
    '-- SECURITY DEFINER\nSELECT 1;',
  ])('but not %s', (sql) => expect(hazards(securityDefinerPath, sql)).toEqual([]));
});

describe('rights for everybody', () => {
  test.each([
    ['GRANT SELECT ON orders TO PUBLIC;', /^GRANT gives rights to PUBLIC/],
    ['GRANT USAGE ON SEQUENCE s TO PUBLIC, shop;', /PUBLIC:/],
    ['GRANT CREATE ON SCHEMA s TO PUBLIC;', /PUBLIC:/],
    ['GRANT ALL ON ALL TABLES IN SCHEMA public TO anon, authenticated, service_role;', /to anon, authenticated:/],
    [
      'ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT ALL ON TABLES TO anon;',
      /^ALTER DEFAULT PRIVILEGES gives rights to anon/,
    ],
    [
      'GRANT ALL ON a TO anon; GRANT ALL ON b TO anon; GRANT SELECT ON c TO PUBLIC;',
      /anon, PUBLIC:.*2 more statements/,
    ],
    ['DO $$ BEGIN GRANT SELECT ON orders TO PUBLIC; END $$;', /PUBLIC:/],
  ])('%s', (sql, message) => {
    const found = hazards(grantToAll, sql);
    expect(brief(found)).toEqual(['1 warn grant-to-all']);
    expect(found[0]?.message).toMatch(message);
  });

  test.each([
    'GRANT SELECT ON orders TO shop;',
    'GRANT SELECT ON orders TO anon;',
    'GRANT ALL ON orders TO "Public";',
    'REVOKE ALL ON orders FROM PUBLIC;',
    'GRANT EXECUTE ON FUNCTION f() TO PUBLIC;',
    'GRANT USAGE ON SCHEMA s TO PUBLIC, anon;',
    'GRANT ALL ON SCHEMA s TO anon;',
    'GRANT ALL ON FUNCTION f() TO anon;',
    'GRANT shop TO admin;',
    '-- GRANT SELECT ON orders TO PUBLIC;\nSELECT 1;',
  ])('but not %s', (sql) => expect(hazards(grantToAll, sql)).toEqual([]));
});
