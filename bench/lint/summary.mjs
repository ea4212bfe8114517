// What several trials of one migration say together: of the longest waits a short one, every error, the slowest query.
import { median } from '../statistics.mjs';

export function summarize(trials) {
  const { failed, lost } = trials[0];
  const slowest = slowestOf(trials);
  return {
    ms: rounded(Math.min(...trials.map(({ ms }) => ms))),
    waits: { read: longestWait(trials, true), write: longestWait(trials, false) },
    errors: errorsOf(trials),
    ...(slowest && { slowest }),
    lost: withoutColumnsOfLostTables(lost),
    ...(failed && { failed: { sqlstate: failed.sqlstate, message: failed.message } }),
  };
}

function longestWait(trials, reads) {
  const longest = trials.map(({ waits }) =>
    Math.max(0, ...waits.filter((wait) => wait.phase !== 'before' && wait.reads === reads).map(({ ms }) => ms)),
  );
  // Of two the shorter, of more the second.
  return rounded(longest.toSorted((a, b) => a - b)[longest.length > 2 ? 1 : 0]);
}

/** How often each came: while the migration ran, after it, and to who connected after it. */
function errorsOf(trials) {
  const sums = {};
  for (const { errors } of trials) {
    for (const phase of ['during', 'after', 'anew']) {
      for (const [code, { times }] of Object.entries(errors[phase] ?? {})) sums[code] = (sums[code] ?? 0) + times;
    }
  }
  return sums;
}

/** The query that the migration has slowed most, by medians, in the trial that it slowed least: if by a millisecond or more. */
function slowestOf(trials) {
  const sqls = new Set(trials.flatMap(({ durations }) => [...durations.keys()].map((key) => key.replace(/^\w+ /, ''))));
  const compared = [...sqls].flatMap((sql) => {
    const seen = trials.flatMap(({ durations }) => {
      const [before, after] = ['before', 'after'].map((phase) => durations.get(`${phase} ${sql}`) ?? []);
      return before.length < 3 || after.length < 3 ? [] : [{ sql, before: median(before), after: median(after) }];
    });
    return seen.toSorted((a, b) => a.after - a.before - (b.after - b.before)).slice(0, 1);
  });
  const [worst] = compared.toSorted((a, b) => b.after - b.before - (a.after - a.before));
  if (worst === undefined || worst.after - worst.before < 1) return undefined;
  return { sql: worst.sql, before: rounded(worst.before), after: rounded(worst.after) };
}

function withoutColumnsOfLostTables(lost) {
  const tables = new Map();
  for (const column of lost) {
    const [table] = column.split('.');
    tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  return [...tables].map(([table, columns]) => (columns.length > 2 ? table : columns.join(', ')));
}

function rounded(number) {
  return Math.round(number * 10) / 10;
}
