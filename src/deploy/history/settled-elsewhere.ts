import type { Layout } from '../../project/layouts/layout.ts';
import type { Migration } from '../../project/types.ts';
import { appliedIn, type TargetHistory } from './read.ts';

/** What the ledger still remembers of a migration that the history calls applied. */
export interface SettledElsewhere {
  readonly identity: string;
  /** Its opening still tells of pending ones that they came later: their tool would call them applied. */
  readonly keepsOpening: boolean;
}

/**
 * Migrations that Lockstep has begun and somebody else, the tool or a person, has brought to their end. Left there, their steps
 * would be taken for done when the tool has rolled them back. Pure.
 */
export function settledElsewhere(
  history: TargetHistory,
  migrations: readonly Migration[],
  pending: readonly Migration[],
  layout: Pick<Layout, 'identityOf'>,
): readonly SettledElsewhere[] {
  const { steps, openings } = history.ledger;
  if (steps.size === 0 && openings.size === 0) return [];
  const applied = new Set(appliedIn(history));
  const firstPending = migrations.findIndex((migration) => pending.includes(migration));
  const order = migrations.map(layout.identityOf);
  return [...new Set([...steps.keys(), ...openings.keys()])].flatMap((identity) => {
    if (!applied.has(identity)) return [];
    const keepsOpening = openings.has(identity) && firstPending >= 0 && firstPending < order.indexOf(identity);
    return keepsOpening && !steps.has(identity) ? [] : [{ identity, keepsOpening }];
  });
}
