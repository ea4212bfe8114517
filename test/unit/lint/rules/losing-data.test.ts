import { beforeAll, describe, expect, test } from 'vitest';
import { banDropSchema, banTruncate } from '../../../../src/lint/rules/losing-data.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe('TRUNCATE', () => {
  test.each([
    ['TRUNCATE orders;', ['orders']],
    ['TRUNCATE TABLE ONLY sales.orders, "Users" RESTART IDENTITY;', ['sales.orders', 'Users']],
    ['TRUNCATE orders CASCADE;', ['orders']],
    ['DO $$ BEGIN TRUNCATE orders; END $$;', ['orders']],
    ['CREATE TABLE a (id bigint);TRUNCATE a, orders;', ['orders']],
  ])('of rows that were there is found: %s', (sql, relations) => {
    const found = hazards(banTruncate, sql);
    expect(brief(found)).toEqual(['1 block ban-truncate']);
    expect(found[0]?.relations).toEqual(relations);
  });

  test.each([
    'CREATE TABLE a (id bigint); TRUNCATE a;',
    'CREATE TEMP TABLE a AS SELECT 1; TRUNCATE a;',
    'CREATE TRIGGER t BEFORE TRUNCATE ON orders EXECUTE FUNCTION refuse();',
    'GRANT TRUNCATE ON orders TO app;',
    '-- TRUNCATE orders\nSELECT 1',
  ])('another is not: %s', (sql) => expect(hazards(banTruncate, sql)).toEqual([]));

  test('nor that of a table which an earlier file has made', () => {
    expect(hazards(banTruncate, 'TRUNCATE s.a;', { earlier: ['CREATE SCHEMA s; CREATE TABLE s.a ();'] })).toEqual([]);
  });
});

describe('DROP SCHEMA', () => {
  test.each([
    ['DROP SCHEMA reports CASCADE;', '1 block ban-drop-schema'],
    ['DROP SCHEMA IF EXISTS "Reports", other CASCADE;', '1 block ban-drop-schema'],
    ['DROP SCHEMA reports;', '1 warn ban-drop-schema'],
    ['DO $$ BEGIN DROP SCHEMA reports CASCADE; END $$;', '1 block ban-drop-schema'],
  ])('of what was there is found: %s', (sql, expected) =>
    expect(brief(hazards(banDropSchema, sql))).toEqual([expected]),
  );

  test.each([
    'CREATE SCHEMA scratch; DROP SCHEMA scratch CASCADE;',
    'DROP TABLE reports;',
    'ALTER SCHEMA reports OWNER TO app;',
  ])('another is not: %s', (sql) => expect(hazards(banDropSchema, sql)).toEqual([]));

  test('nor of one that an earlier file has made', () => {
    expect(hazards(banDropSchema, 'DROP SCHEMA s CASCADE;', { earlier: ['CREATE SCHEMA s;'] })).toEqual([]);
  });
});
