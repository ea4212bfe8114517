import type { SqlErrorReport } from '../report/model.ts';

/**
 * The error of a migration on a target without the rows that Postgres quotes in its detail: they are somebody's data, and a
 * report is read by more people than the database is. Which columns it is about stays.
 */
export function withoutRows(error: SqlErrorReport): SqlErrorReport {
  const { detail, ...rest } = error;
  if (detail === undefined) return error;
  const told = detail
    .replace(/^Failing row contains \(.*$/s, 'Which row it is stands in the log of the server.')
    .replace(
      /^(Key \(.*?\))=\(.*\)( (?:already exists|is duplicated|is not present|is still referenced|conflicts).*)$/s,
      '$1=(…)$2',
    )
    .replace(/(conflicts with existing key \(.*?\))=\(.*$/s, '$1=(…).');
  return { ...rest, detail: told };
}
