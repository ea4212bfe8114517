import { beforeAll, expect, test } from 'vitest';
import { addingExclusionConstraint } from '../../../../src/lint/rules/adding-exclusion-constraint.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

test.each([
  'ALTER TABLE bookings ADD CONSTRAINT c EXCLUDE USING gist (room WITH =, during WITH &&);',
  'ALTER TABLE "Hotel".bookings ADD EXCLUDE USING gist (room WITH =) DEFERRABLE;',
  'DO $$ BEGIN ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =); END $$;',
])('it is found on a table that has rows: %s', (sql) => {
  expect(brief(hazards(addingExclusionConstraint, sql))).toEqual(['1 block adding-exclusion-constraint']);
});

test.each([
  'CREATE TABLE bookings (room int, EXCLUDE USING gist (room WITH =));',
  'CREATE TABLE bookings (room int); ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =);',
  'ALTER TABLE bookings ADD CONSTRAINT c UNIQUE (room);',
  'ALTER TABLE bookings DROP CONSTRAINT c;',
])('and not elsewhere: %s', (sql) => expect(hazards(addingExclusionConstraint, sql)).toEqual([]));

test('nor on one that an earlier file has made', () => {
  const sql = 'ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =);';
  expect(hazards(addingExclusionConstraint, sql, { earlier: ['CREATE TABLE bookings (room int);'] })).toEqual([]);
});
