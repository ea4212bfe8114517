import { NOT_KEPT } from '../deploy/ledger/write.ts';
import type { SqlErrorReport } from '../report/model.ts';

/**
 * The error of a migration on a target without the rows that Postgres quotes in its detail: they are somebody's data, and a
 * report is read by more people than the database is. Which columns it is about stays.
 */
export function withoutRows(error: SqlErrorReport): SqlErrorReport {
  const { detail, ...others } = error;
  const rest = withoutData(others);
  if (detail === undefined) return rest;
  const told = detail
    .replace(/^Failing row contains \(.*$/s, 'Which row it is stands in the log of the server.')
    .replace(
      /^(Key \(.*?\))=\(.*\)( (?:already exists|is duplicated|is not present|is still referenced|conflicts).*)$/s,
      '$1=(…)$2',
    )
    .replace(/(conflicts with existing key \(.*?\))=\(.*$/s, '$1=(…).');
  return { ...rest, detail: told };
}

/** Class 22, "data exception", quotes the value in its message: 'invalid input syntax for type integer: "jane@example.com"'. */
function withoutData(error: SqlErrorReport): SqlErrorReport {
  if (error.sqlstate?.startsWith('22') !== true) return error;
  return {
    ...error,
    message: error.message.replace(/"([^"]*)"/g, (quoted, value: string) =>
      value.startsWith(NOT_KEPT) ? quoted : '"…"',
    ),
  };
}

/** The same for what a program has printed: Postgres' details stand somewhere in its lines. */
export function withoutRowsInText(text: string): string {
  return text
    .replace(/Failing row contains \(.*/g, 'Failing row contains (…)')
    .replace(
      /(Key \([^)]*\))=\(.*?\)(?= (?:already exists|is duplicated|is not present|is still referenced|conflicts))/g,
      '$1=(…)',
    );
}
