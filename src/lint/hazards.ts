import type { Finding } from '../report/model.ts';
import type { HazardRule } from './hazard.ts';
import { addingExclusionConstraint } from './rules/adding-exclusion-constraint.ts';
import { blockingReindex } from './rules/blocking-reindex.ts';
import { lockingTable } from './rules/locking-table.ts';
import { banDropSchema, banTruncate } from './rules/losing-data.ts';
import { refreshingView } from './rules/refreshing-view.ts';
import { rewritingTable } from './rules/rewriting-table.ts';
import { changingTriggers, disablingTriggers } from './rules/triggers.ts';
import type { HazardScript } from './types.ts';

/** Our own rules about what a migration does to a running system, as far as its text shows it. */

const RULES: readonly HazardRule[] = [
  rewritingTable,
  blockingReindex,
  refreshingView,
  lockingTable,
  addingExclusionConstraint,
  disablingTriggers,
  changingTriggers,
  banTruncate,
  banDropSchema,
];

export function hazardFindings(script: HazardScript): Finding[] {
  return RULES.flatMap((rule) => rule(script));
}

/**
 * Rules of which the one says what the other says, of the same statement: the first gives way. Where either is switched
 * off, the other speaks.
 */
const GIVES_WAY: Readonly<Record<string, readonly string[]>> = {
  'ban-truncate': ['ban-truncate-cascade'],
  'blocking-reindex': ['require-concurrent-reindex'],
  'rewriting-table': ['prefer-repack'],
};

/** Without what is said twice of one statement. */
export function withoutTwice(findings: readonly Finding[]): Finding[] {
  const said = new Set(findings.map(({ path, statement, rule }) => `${path}\0${statement}\0${rule}`));
  return findings.filter(({ path, statement, rule }) => {
    const others = GIVES_WAY[rule] ?? [];
    return statement === undefined || !others.some((other) => said.has(`${path}\0${statement}\0${other}`));
  });
}
