import type { Finding, Impact } from '../../report/model.ts';
import { claimOf, stalls } from './claims.ts';
import { type StatementFacts, stopsReaders, stopsSomebody } from './facts.ts';

/** The facts of a migration's up script: by its path and the statement's index. undefined: that was not seen. */
export type Seen = (path: string, statement: number | undefined) => StatementFacts | undefined;

/**
 * What the rehearsal says of a finding of lint. One that it confirms names the tables that somebody waits for; one that it
 * refutes becomes a note, so that nobody wonders where it went.
 */
export function withEvidence(finding: Finding, seen: Seen): Finding {
  const claim = claimOf(finding.rule);
  const facts = seen(finding.path, finding.statement);
  if (claim === undefined || facts === undefined || facts.seen === 'not') return finding;
  if (claim.holds(facts)) return confirmed(finding, claim === stalls ? impactOf(facts) : undefined);
  // Rows that this very deploy has written: nobody waits, but it may take its time.
  if (facts.touchesFilled) return finding;
  const { impact: _, ...rest } = finding;
  return {
    ...rest,
    evidence: 'refuted',
    severity: 'info',
    message: `${finding.message.replace(/\.?$/, '.')} Refuted: ${claim.refutation}.`,
  };
}

/**
 * A rule that warns since only writers wait, as a rule, blocks where readers do as well: an earlier statement of the same
 * transaction has locked them out.
 */
function confirmed(finding: Finding, impact: Impact | undefined): Finding {
  if (impact === undefined || finding.severity === 'info') return { ...finding, evidence: 'confirmed' };
  const worse = finding.severity === 'warn' && impact.blocks === 'reads and writes';
  return { ...finding, evidence: 'confirmed', impact, ...(worse ? { severity: 'block' } : {}) };
}

/** Who waits for what while the statement runs. */
export function impactOf({ locks }: Pick<StatementFacts, 'locks'>): Impact | undefined {
  const stopping = locks.filter(stopsSomebody);
  // Every query opens all indexes of its table.
  const relations = [...new Set(stopping.map(({ relation }) => relation.table ?? relation.name))];
  if (relations.length === 0) return undefined;
  return { blocks: stopping.some(stopsReaders) ? 'reads and writes' : 'writes', relations };
}
