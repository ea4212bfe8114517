import { expect, it } from 'vitest';
import { rowsGaps, rowsReport } from '../../../../src/judgement/rows/coverage.ts';

const path = 'migrations/002_last.sql';
const filling = { seeding: undefined, byProject: false, durationMs: 3 };

it('says why nothing ran on rows', () => {
  const told = { filling: undefined, unavailable: 'they change roles, and this server cannot be copied' };
  expect(rowsGaps(told, path)).toEqual([
    {
      path,
      reason: 'the migrations were not run on tables with rows: they change roles, and this server cannot be copied',
    },
  ]);
  expect(rowsReport(told)).toBeUndefined();
});

it('says why no table could be filled, and why the rows of the project are not there', () => {
  const problem = 'permission denied to set parameter "session_replication_role"';
  const told = { filling: { ...filling, problem, projectProblem: 'seed.sql:1: no' }, unavailable: undefined };
  expect(rowsGaps(told, path).map(({ reason }) => reason)).toEqual([
    `the migrations were run on empty tables only, none could be filled: ${problem}`,
    "the project's own rows (rehearsal.seed) could not be brought: seed.sql:1: no",
  ]);
});

it('gives the report an account of the filling', () => {
  const seeding = {
    tables: new Map(),
    filled: ['public.a', 'public.b'],
    kept: ['public.c'],
    notFilled: [{ table: 'public.d', reason: 'no' }],
  };
  expect(rowsReport({ filling: { ...filling, seeding, byProject: true }, unavailable: undefined })).toEqual({
    filled: 2,
    kept: 1,
    seed: true,
    notFilled: [{ table: 'public.d', reason: 'no' }],
    durationMs: 3,
  });
  expect(rowsGaps({ filling: { ...filling, seeding }, unavailable: undefined }, path)).toEqual([]);
});
