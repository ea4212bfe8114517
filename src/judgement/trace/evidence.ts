import { NO_REASON } from '../../lint/suppress.ts';
import type { Finding, Impact } from '../../report/model.ts';
import { claimOf, readsRows, stalls } from './claims.ts';
import { type StatementFacts, stopsReaders, stopsSomebody } from './facts.ts';

/** The facts of a migration's up script: by its path and the statement's index. undefined: that was not seen. */
export type Seen = (path: string, statement: number) => SeenStatement | undefined;

export interface SeenStatement extends StatementFacts {
  /** It runs others (a DO block, a function), and which of them may hang on rows: what was not seen may happen all the same. */
  readonly runsOthers: boolean;
}

/**
 * What the rehearsal says of a finding of lint. One that it confirms names the tables that somebody waits for; one that it
 * refutes becomes a note, so that nobody wonders where it went.
 */
export function withEvidence(finding: Finding, seen: Seen): Finding {
  const claim = claimOf(finding.rule);
  const facts = finding.statement === undefined ? undefined : seen(finding.path, finding.statement);
  if (claim === undefined || facts === undefined || facts.seen === 'not') return finding;
  if (claim.holds(facts)) {
    const impact = claim === stalls || claim === readsRows ? impactSeen(facts) : undefined;
    return confirmed(finding, impact, facts.rewrites.length > 0);
  }
  if (finding.severity === 'info' || !isDecisive(facts)) return finding;
  const { impact: _, ...rest } = finding;
  return {
    ...rest,
    evidence: 'refuted',
    severity: 'info',
    message: `${finding.message.replace(/\.?$/, '.')} Refuted: ${claim.refutation}.`,
  };
}

/** Whether that nothing was seen shows that nothing will happen. */
function isDecisive({ touchesFilled, runsOthers, locks }: SeenStatement): boolean {
  // A parent has no rows of its own, and production may have partitions that no migration has made.
  const ofParent = locks.some(({ relation, taken }) => taken && relation.partitioned && relation.kind === 'table');
  // Rows that this very deploy has written: nobody waits, but it may take its time.
  return !touchesFilled && !runsOthers && !ofParent;
}

/** A rule that warns of what is mostly short blocks where a table was written anew and readers wait for it. */
function confirmed(finding: Finding, impact: Impact | undefined, rewrites: boolean): Finding {
  if (impact === undefined || finding.severity === 'info') return { ...finding, evidence: 'confirmed' };
  const worse = finding.severity === 'warn' && rewrites && impact.blocks === 'reads and writes';
  if (!worse) return { ...finding, evidence: 'confirmed', impact };
  const { suppressed, ...rest } = finding;
  // What let a warning pass without a reason lets no block pass.
  const released = suppressed !== undefined && suppressed.reason !== NO_REASON ? { suppressed } : {};
  return { ...rest, ...released, severity: 'block', evidence: 'confirmed', impact };
}

/** Who waits for what while the statement runs. */
export function impactSeen({ locks }: Pick<StatementFacts, 'locks'>): Impact | undefined {
  const stopping = locks.filter(stopsSomebody);
  // Every query opens all indexes of its table.
  const relations = [...new Set(stopping.map(({ relation }) => relation.table ?? relation.name))];
  if (relations.length === 0) return undefined;
  return { blocks: stopping.some(stopsReaders) ? 'reads and writes' : 'writes', relations };
}
