import { createHash } from 'node:crypto';
import { meaningHash } from '../../project/meaning.ts';
import { appliedIn, type TargetHistory } from './read.ts';
import type { AppliedMigration, NotedEdit } from './state.ts';

/**
 * What a target has, as a hash: ids of what is applied, and what each does (its checksum where that is not known). Neither host nor role are in it, which differ
 * between the URL that reads and the one that applies. `without`: ids that are left out, to see whether a history is
 * another one plus these.
 */
export function historyFingerprint(history: TargetHistory, without: ReadonlySet<string> = new Set()): string {
  const { entries } = history.ledger;
  const checksums = new Map(entries.map(({ identity, meaning, checksum }) => [identity, meaning ?? checksum]));
  const rows = [...new Set(appliedIn(history))]
    .filter((identity) => !without.has(identity))
    .sort()
    .map((identity) => [identity, checksums.get(identity) ?? null]);
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}

/**
 * A history as the next `apply` leaves it before it runs anything: edits and names that the settings release are noted
 * then, and are no reason to refuse the rest of an approved plan.
 */
export function asNoted(
  history: TargetHistory,
  released: readonly NotedEdit[],
  renamed: readonly AppliedMigration[],
): TargetHistory {
  if (released.length === 0 && renamed.length === 0) return history;
  const meanings = new Map(released.map(({ entry, migration }) => [entry, meaningHash(migration.up)]));
  const names = new Map(renamed.map(({ entry, identity }) => [entry, identity]));
  const entries = history.ledger.entries.map((entry) => ({
    ...entry,
    meaning: meanings.get(entry) ?? entry.meaning,
    identity: names.get(entry) ?? entry.identity,
  }));
  return { ...history, ledger: { ...history.ledger, entries } };
}
