import { beforeAll, describe, expect, test } from 'vitest';
import { changingTriggers, disablingTriggers } from '../../../../src/lint/rules/triggers.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

describe('triggers that are switched off', () => {
  test.each([
    ['ALTER TABLE orders DISABLE TRIGGER ALL;', ['1 block disabling-triggers']],
    ['ALTER TABLE orders DISABLE TRIGGER USER;', ['1 warn disabling-triggers']],
    ['ALTER TABLE s."Orders" DISABLE TRIGGER audit;', ['1 warn disabling-triggers']],
    ['ALTER TABLE orders DISABLE TRIGGER a;\nALTER TABLE orders ENABLE TRIGGER b;', ['1 warn disabling-triggers']],
    [
      'ALTER TABLE orders DISABLE TRIGGER ALL;\nALTER TABLE orders ENABLE TRIGGER USER;',
      ['1 block disabling-triggers'],
    ],
    ['ALTER TABLE orders ENABLE TRIGGER ALL;\nALTER TABLE orders DISABLE TRIGGER ALL;', ['2 block disabling-triggers']],
    ['DO $$ BEGIN\nALTER TABLE orders DISABLE TRIGGER USER; END $$;', ['2 warn disabling-triggers']],
    // Nobody else sees it.
    [
      'ALTER TABLE orders DISABLE TRIGGER ALL;\nALTER TABLE public.orders ENABLE TRIGGER ALL;',
      ['1 info disabling-triggers'],
    ],
    ['ALTER TABLE orders DISABLE TRIGGER a;\nALTER TABLE orders ENABLE TRIGGER a;', ['1 info disabling-triggers']],
  ])('%s', (sql, expected) => expect(brief(hazards(disablingTriggers, sql))).toEqual(expected));

  test('without a transaction everybody sees it, however short', () => {
    const sql = 'ALTER TABLE orders DISABLE TRIGGER ALL;\nALTER TABLE orders ENABLE TRIGGER ALL;';
    expect(brief(hazards(disablingTriggers, sql, { execution: 'autocommit' }))).toEqual(['1 block disabling-triggers']);
  });

  test.each([
    'ALTER TABLE orders ENABLE TRIGGER ALL;',
    'CREATE TABLE orders (id bigint); ALTER TABLE orders DISABLE TRIGGER ALL;',
  ])('not of a table that is new, nor ones switched on: %s', (sql) => {
    expect(hazards(disablingTriggers, sql)).toEqual([]);
  });

  test('nor of one that an earlier file has made', () => {
    const earlier = ['CREATE TABLE orders (id bigint);'];
    expect(hazards(disablingTriggers, 'ALTER TABLE orders DISABLE TRIGGER ALL;', { earlier })).toEqual([]);
  });
});

describe('triggers that come and go', () => {
  test.each([
    ['CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();', ['1 info changing-triggers']],
    [
      'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON s.orders FOR EACH ROW EXECUTE FUNCTION f();',
      ['1 info changing-triggers'],
    ],
    ['DROP TRIGGER t ON s."Orders";', ['1 info changing-triggers']],
    ['ALTER TABLE orders ENABLE TRIGGER t;', ['1 info changing-triggers']],
    ['ALTER TABLE orders ENABLE ALWAYS TRIGGER t;', ['1 info changing-triggers']],
    [
      'DROP TRIGGER IF EXISTS t ON orders;\nCREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f();',
      ['2 info changing-triggers'],
    ],
  ])('%s', (sql, expected) => expect(brief(hazards(changingTriggers, sql))).toEqual(expected));

  test.each([
    'CREATE TABLE orders (id bigint); CREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f(); DROP TRIGGER t ON orders;',
    'ALTER TABLE orders DISABLE TRIGGER t; ALTER TABLE orders ENABLE TRIGGER t;',
    'CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f();',
    'DROP TABLE orders;',
  ])('but not %s', (sql) => expect(hazards(changingTriggers, sql)).toEqual([]));

  test('nor on a table that an earlier file has made', () => {
    const sql = 'CREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f(); DROP TRIGGER u ON orders;';
    expect(hazards(changingTriggers, sql, { earlier: ['CREATE TABLE orders (id bigint);'] })).toEqual([]);
  });
});
