import type { StatementFacts } from './facts.ts';
import { stopsReaders, stopsSomebody } from './facts.ts';

/** What a lint rule claims of a statement, as far as the rehearsal can tell whether it is so, whatever rows there are. */

interface Claim {
  readonly holds: (facts: StatementFacts) => boolean;
  /** Said where it does not. */
  readonly refutation: string;
}

/**
 * Somebody waits while a table is read or written anew, which takes as long as it is big. Who has locked it, this statement
 * or one before it in the transaction, makes no difference to those who wait.
 */
export const stalls: Claim = {
  holds: (facts) => facts.locks.some(stopsSomebody) && facts.rewrites.length + facts.scans.length > 0,
  refutation: 'in the rehearsal it neither read nor rewrote a table that is there before this deploy',
};

const locksOut: Claim = {
  holds: (facts) => facts.locks.some((lock) => lock.taken && stopsReaders(lock)),
  refutation: 'in the rehearsal it locked nothing that is there before this deploy',
};

/** Postgres looks at each row: nothing that is there before has proven that it need not. */
export const readsRows: Claim = {
  holds: (facts) => facts.scans.length > 0,
  refutation: 'in the rehearsal it read no table that is there before this deploy',
};

/** It ran where the rule says that it cannot. */
const cannotRun: Claim = {
  holds: () => false,
  refutation: 'in the rehearsal it ran as the deploy will run it',
};

const CLAIMS: Readonly<Record<string, Claim>> = {
  'require-concurrent-index-creation': stalls,
  'require-concurrent-reindex': stalls,
  'adding-foreign-key-constraint': stalls,
  'constraint-missing-not-valid': stalls,
  'disallowed-unique-constraint': stalls,
  'adding-serial-primary-key-field': stalls,
  'adding-field-with-default': stalls,
  'adding-not-nullable-field': stalls,
  'changing-column-type': stalls,
  'prefer-repack': stalls,
  'ban-alter-domain-with-add-constraint': stalls,
  'adding-rewriting-column': stalls,
  'adding-column-with-constraint': stalls,
  'adding-exclusion-constraint': stalls,
  'rewriting-table': stalls,
  'blocking-reindex': stalls,
  'refreshing-view': stalls,
  'index-on-partitioned-table': stalls,
  'attaching-partition': readsRows,
  'require-concurrent-index-deletion': locksOut,
  'require-concurrent-partition-detach': locksOut,
  'ban-concurrent-index-creation-in-transaction': cannotRun,
};

/** undefined: the rehearsal can say nothing about what the rule is there for. */
export function claimOf(rule: string): Claim | undefined {
  return CLAIMS[rule];
}
