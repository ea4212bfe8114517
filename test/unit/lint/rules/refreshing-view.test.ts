import { beforeAll, expect, test } from 'vitest';
import { refreshingView } from '../../../../src/lint/rules/refreshing-view.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

test.each([
  ['REFRESH MATERIALIZED VIEW daily;', /wait/],
  ['REFRESH MATERIALIZED VIEW "Reports".daily WITH DATA;', /Reports\.daily/],
  ['REFRESH MATERIALIZED VIEW daily WITH NO DATA;', /every query of it fails/],
  ['DO $$ BEGIN REFRESH MATERIALIZED VIEW daily; END $$;', /\(in the DO block\)\.$/],
  ['CREATE MATERIALIZED VIEW other AS SELECT 1; REFRESH MATERIALIZED VIEW daily;', /daily/],
])('readers who wait are found: %s', (sql, message) => {
  const found = hazards(refreshingView, sql);
  expect(brief(found)).toEqual(['1 block refreshing-view']);
  expect(found[0]?.message).toMatch(message);
});

test.each([
  'REFRESH MATERIALIZED VIEW CONCURRENTLY daily;',
  'CREATE MATERIALIZED VIEW daily AS SELECT 1 WITH NO DATA; REFRESH MATERIALIZED VIEW daily;',
  '-- REFRESH MATERIALIZED VIEW daily;\nSELECT 1;',
  'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ REFRESH MATERIALIZED VIEW daily $$;',
])('others are not: %s', (sql) => expect(hazards(refreshingView, sql)).toEqual([]));

test('a view that an earlier file has made is nobody’s yet', () => {
  const earlier = ['CREATE MATERIALIZED VIEW daily AS SELECT 1;'];
  expect(hazards(refreshingView, 'REFRESH MATERIALIZED VIEW daily;', { earlier })).toEqual([]);
});

test('a function that the migration calls is looked into', () => {
  const base = ['CREATE FUNCTION anew() RETURNS void LANGUAGE sql AS $$ REFRESH MATERIALIZED VIEW daily $$;'];
  expect(hazards(refreshingView, 'SELECT anew();', { base })[0]?.message).toMatch(/in anew\(\)/);
});
