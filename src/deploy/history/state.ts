import type { Layout } from '../../project/layouts/layout.ts';
import { meaningHash } from '../../project/meaning.ts';
import type { Migration } from '../../project/types.ts';
import type { LedgerEntry, Step } from '../ledger/read.ts';
import { appliedIn, type TargetHistory } from './read.ts';

/** What the repository holds, seen against what the target says. Pure. */
export interface TargetState {
  /** In the tool's order. */
  readonly applied: readonly AppliedMigration[];
  /** In the tool's order; those that were begun and not finished are among them. */
  readonly pending: readonly Migration[];
  /** Pending ones that sort before an applied one. */
  readonly outOfOrder: readonly Migration[];
  readonly edited: readonly EditedMigration[];
  /** Applied under another name, as the settings say: the same file, which must not run again. */
  readonly renamed: readonly AppliedMigration[];
  /** In the history and not in the repository. */
  readonly missing: readonly MissingMigration[];
  readonly unfinished: readonly UnfinishedMigration[];
}

export interface AppliedMigration {
  readonly migration: Migration;
  readonly identity: string;
  /** undefined: the tool says so, and the ledger knows nothing of it. */
  readonly entry: LedgerEntry | undefined;
}

export interface EditedMigration {
  readonly migration: Migration;
  /** undefined: the tool's own checksum tells, and the ledger knows nothing of it. */
  readonly entry: LedgerEntry | undefined;
  /** cosmetic: comments and white space only. unknown: a checksum alone does not tell. */
  readonly edit: 'cosmetic' | 'meaning' | 'unknown';
}

/** An edit of what the ledger has, which it may take note of. */
export interface NotedEdit extends EditedMigration {
  readonly entry: LedgerEntry;
}

interface MissingMigration {
  readonly identity: string;
  readonly entry: LedgerEntry | undefined;
}

/** Begun and not finished: by the ledger's steps, or by the tool's own word. */
export interface UnfinishedMigration {
  readonly identity: string;
  /** undefined: it is not in the repository any more. */
  readonly migration: Migration | undefined;
  /** In order; none for what only the tool calls failed. */
  readonly steps: readonly Step[];
  /** Lockstep has begun it: with no step, it has come to its first statement at most, and that did not take effect. */
  readonly opened: boolean;
  /** What the tool says of its failed try. */
  readonly says?: string;
}

/** `accepts`: whether the settings release what became of a path. `loadParser` must have resolved if any checksum differs. */
export function targetState(
  history: TargetHistory,
  migrations: readonly Migration[],
  layout: Pick<Layout, 'identityOf'>,
  accepts: (path: string) => boolean,
): TargetState {
  const { ledger, tool } = history;
  const entries = new Map(ledger.entries.map((entry) => [entry.identity, entry]));
  // A tool's table that is not there yet says that nothing is applied, unless the ledger knows better.
  const appliedIds = new Set(appliedIn(history));
  const failed = new Map((tool?.failed ?? []).map((one) => [one.identity, one.says]));
  const identified = migrations.map((migration) => ({ migration, identity: layout.identityOf(migration) }));
  const known = new Set(identified.map(({ identity }) => identity));
  const goneFrom =
    tool === undefined ? ledger.entries.filter((entry) => !known.has(entry.identity) && accepts(entry.path)) : [];
  const renamed = identified.flatMap(({ migration, identity }) => {
    if (appliedIds.has(identity)) return [];
    const at = goneFrom.findIndex(({ checksum }) => checksum === migration.checksum);
    // One that is gone has become one other: a second file of the same text is a migration of its own.
    return goneFrom.splice(at, at < 0 ? 0 : 1).map((entry) => ({ migration, identity, entry }));
  });
  for (const { identity } of renamed) appliedIds.add(identity);
  const applied = identified
    .filter(({ identity }) => appliedIds.has(identity))
    .map((one) => ({
      ...one,
      entry: entries.get(one.identity) ?? renamed.find((each) => each.identity === one.identity)?.entry,
    }));
  const pending = identified.filter(({ identity }) => !appliedIds.has(identity));
  // What runs again with each change has no place in the order.
  const isOrdered = ({ migration: { repeatable } }: { readonly migration: Migration }): boolean => repeatable !== true;
  const lastApplied = identified.findLastIndex((one) => isOrdered(one) && appliedIds.has(one.identity));
  const begun = new Set(
    [...ledger.steps.keys(), ...ledger.openings.keys(), ...failed.keys()].filter(
      (identity) => !appliedIds.has(identity),
    ),
  );
  const editedByTool = new Set(tool?.edited ?? []);
  return {
    applied,
    pending: pending.map(({ migration }) => migration),
    outOfOrder: identified
      .filter((one, index) => index < lastApplied && isOrdered(one) && !appliedIds.has(one.identity))
      .map(({ migration }) => migration),
    edited: applied.flatMap(({ migration, identity, entry }): EditedMigration[] => {
      if (entry === undefined) return editedByTool.has(identity) ? [{ migration, entry, edit: 'unknown' }] : [];
      if (entry.checksum === migration.checksum) return [];
      const same = entry.meaning !== undefined && entry.meaning === meaningHash(migration.up);
      return [{ migration, entry, edit: same ? 'cosmetic' : 'meaning' }];
    }),
    renamed,
    missing: [...appliedIds]
      .filter((identity) => !known.has(identity) && !renamed.some(({ entry }) => entry?.identity === identity))
      .map((identity) => ({ identity, entry: entries.get(identity) })),
    unfinished: [...begun].map((identity) => {
      const says = failed.get(identity);
      return {
        identity,
        migration: identified.find((one) => one.identity === identity)?.migration,
        steps: ledger.steps.get(identity) ?? [],
        opened: ledger.openings.has(identity),
        ...(says === undefined ? {} : { says }),
      };
    }),
  };
}
