import { expect, test } from 'vitest';
import { observed, placeOf } from '../../../src/judgement/finding.ts';
import type { Report, SqlErrorReport } from '../../../src/report/model.ts';
import { errorAt, isTold } from '../../../src/report/told.ts';

test.each<Pick<SqlErrorReport, 'line'>>([{ line: 3 }, {}])('an error is told once, at the place %j', (place) => {
  const error: SqlErrorReport = { message: 'no', path: 'm/1.sql', ...place };
  const finding = observed('migration-fails', { ...placeOf(error, 'm/1.sql'), message: 'no' });
  const report = { findings: [finding], migrations: [{ up: { error } }] } as unknown as Report;
  expect(isTold(error, report)).toBe(true);
  expect(errorAt(finding, report)).toBe(error);
});
