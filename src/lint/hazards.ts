import type { Finding } from '../report/model.ts';
import { WEIGHT } from './finding.ts';
import type { HazardRule } from './hazard.ts';
import { addingColumnWithConstraint, addingJsonColumn, addingRewritingColumn } from './rules/adding-column.ts';
import { addingExclusionConstraint } from './rules/adding-exclusion-constraint.ts';
import { attachingPartition } from './rules/attaching-partition.ts';
import { blockingReindex } from './rules/blocking-reindex.ts';
import { changingRows } from './rules/changing-rows.ts';
import { changingTimeZone } from './rules/changing-time-zone.ts';
import { enumValueUsed } from './rules/enum-value-used.ts';
import { concurrentIfNotExists, indexOnPartitionedTable } from './rules/indexes.ts';
import { lockHeldOverRows } from './rules/lock-held-over-rows.ts';
import { lockingTable } from './rules/locking-table.ts';
import { banDropSchema, banTruncate } from './rules/losing-data.ts';
import { mergeableAlterTables } from './rules/mergeable-alter-tables.ts';
import { grantToAll, securityDefinerPath } from './rules/privileges.ts';
import { refreshingView } from './rules/refreshing-view.ts';
import { renaming } from './rules/renaming.ts';
import { rewritingTable } from './rules/rewriting-table.ts';
import { requireRls, rowsExposed, rowsHidden } from './rules/row-security.ts';
import { changingTriggers, disablingTriggers } from './rules/triggers.ts';
import type { HazardScript } from './types.ts';

/** Our own rules about what a migration does to a running system, as far as its text shows it. */

const RULES: readonly HazardRule[] = [
  rewritingTable,
  blockingReindex,
  refreshingView,
  lockingTable,
  addingExclusionConstraint,
  addingRewritingColumn,
  addingColumnWithConstraint,
  addingJsonColumn,
  changingTimeZone,
  concurrentIfNotExists,
  indexOnPartitionedTable,
  attachingPartition,
  disablingTriggers,
  changingTriggers,
  banTruncate,
  banDropSchema,
  lockHeldOverRows,
  changingRows,
  enumValueUsed,
  renaming,
  rowsHidden,
  rowsExposed,
  requireRls,
  securityDefinerPath,
  grantToAll,
  mergeableAlterTables,
];

/** What our own rules find in a new up script. Some of it Squawk says as well: `withoutTwice`. */
export function hazardFindings(script: HazardScript): Finding[] {
  return RULES.flatMap((rule) => rule(script));
}

/**
 * Rules of which the one says what the other says, of the same statement: the first gives way to one that is no milder.
 * Where that is switched off, the first speaks.
 */
const GIVES_WAY: Readonly<Record<string, readonly string[]>> = {
  'adding-column-with-constraint': ['disallowed-unique-constraint', 'adding-serial-primary-key-field'],
  'adding-rewriting-column': ['adding-field-with-default', 'adding-serial-primary-key-field'],
  'ban-truncate': ['ban-truncate-cascade'],
  'blocking-reindex': ['require-concurrent-reindex'],
  'changing-all-rows': ['lock-held-over-rows'],
  'rewriting-table': ['prefer-repack'],
  'unbatched-dml': ['lock-held-over-rows'],
};

/** Advice of Squawk's that cannot be followed, with ours that takes its place, be it milder. */
const CORRECTED_BY: Readonly<Record<string, string>> = {
  'require-concurrent-index-creation': 'index-on-partitioned-table',
  'require-concurrent-index-deletion': 'index-on-partitioned-table',
};

/** Without what is said twice of one statement. */
export function withoutTwice(findings: readonly Finding[]): Finding[] {
  const byStatement = new Map<string, Finding[]>();
  const place = ({ path, statement }: Finding): string => `${path}\0${statement}`;
  for (const found of findings) byStatement.set(place(found), [...(byStatement.get(place(found)) ?? []), found]);
  const left = findings.filter((found) => {
    if (found.statement === undefined) return true;
    const same = byStatement.get(place(found)) ?? [];
    const others = GIVES_WAY[found.rule] ?? [];
    const corrected = CORRECTED_BY[found.rule];
    return !same.some(
      ({ rule, severity }) =>
        rule === corrected || (others.includes(rule) && WEIGHT[severity] <= WEIGHT[found.severity]),
    );
  });
  return withOneForEachLock(left);
}

/** Of the changes that run under one lock the first, which names the lines of the others: one lock is one mistake. */
function withOneForEachLock(findings: readonly Finding[]): Finding[] {
  const isHeld = ({ rule }: Finding): boolean => rule === 'lock-held-over-rows';
  const key = ({ path, severity, relations = [] }: Finding): string => `${path}\0${severity}\0${relations[0]}`;
  const byLock = new Map<string, Finding[]>();
  for (const found of findings.filter(isHeld)) byLock.set(key(found), [...(byLock.get(key(found)) ?? []), found]);
  return findings.flatMap((found) => {
    const [first, ...more] = isHeld(found) ? (byLock.get(key(found)) ?? []) : [found];
    if (first !== found) return [];
    const lines = [...new Set(more.map(({ line }) => line))].filter((line) => line !== found.line);
    if (lines.length === 0) return [found];
    const others = ` So ${lines.length === 1 ? 'does what stands in line' : 'do those in lines'} ${lines.join(', ')}.`;
    const relations = [...new Set([found, ...more].flatMap((one) => one.relations ?? []))];
    return [{ ...found, relations, message: found.message + others }];
  });
}
