import { parseScript } from '../../project/sql.ts';
import type { Change, ChangeSet, Migration } from '../../project/types.ts';
import type { Finding } from '../../report/model.ts';
import type { AcceptedChange, Policy } from '../../settings/types.ts';
import { finding } from '../finding.ts';
import type { LintLayout } from '../types.ts';

/** What happened to migrations that were there before, and files that never will be one. `loadParser` must have resolved. */
export function historyChanges(changeSet: ChangeSet, layout: LintLayout, accepted: Policy['historyAccept']): Finding[] {
  return [
    ...changeSet.changes.flatMap((change) =>
      changeFinding(change, layout).map((one) => release(one, change, accepted)),
    ),
    ...changeSet.ignored.map((file) =>
      finding('migration-ignored', {
        path: file.path,
        message: `${file.reason}.`.replace(/([.!?])\.$/, '$1'),
        suggestion: file.suggestion,
      }),
    ),
  ];
}

/** What to put into lockstep.yml when the change is meant. */
function releaseOf({ path }: Migration): string {
  const name = /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
  return `history:\n  accept:\n    - path: ${name}\n      reason: never left the branch`;
}

function changeFinding(change: Change, { checksumNote }: LintLayout): Finding[] {
  switch (change.kind) {
    case 'added':
      return [];
    case 'deleted':
      return [
        finding('migration-deleted', {
          path: change.before.path,
          message: `Migration ${change.before.id} is deleted. Environments that have applied it keep what it did; fresh ones never get it.`,
          suggestion: releaseOf(change.before),
        }),
      ];
    case 'renamed': {
      const also = change.edit === 'meaning' ? ' Its statements differ as well.' : '';
      return [
        finding('migration-renamed', {
          path: change.migration.path,
          message: `Migration ${change.before.id} (${change.before.path}) is now ${change.migration.id}: where it has been applied, it is missing under the old name and would run again under the new one.${also}`,
          suggestion: releaseOf(change.before),
        }),
      ];
    }
    case 'modified':
      return [edited(change, checksumNote)];
  }
}

function edited(change: Change & { kind: 'modified' }, checksumNote: string): Finding {
  const { migration, before, edit } = change;
  const { path } = migration;
  switch (edit) {
    case 'meaning':
      return finding('migration-edited', {
        path,
        ...firstDifference(before, migration),
        message:
          `Statements of migration ${migration.id} are edited. Environments that have applied it keep the schema of the old text; only fresh ones get this. ${checksumNote}`.trim(),
        suggestion: releaseOf(migration),
      });
    case 'cosmetic':
      return finding('migration-edited-cosmetic', {
        path,
        message:
          `Only comments or white space of migration ${migration.id} changed: its statements are the same. ${checksumNote}`.trim(),
      });
    case 'down': {
      // In one file with the up script, the edit changes the checksum of what has been applied.
      const shared = migration.down?.path === path || before.down?.path === before.path;
      return finding('migration-edited-down', {
        path: migration.down?.path ?? path,
        message: `Only the down script of migration ${migration.id} changed.${shared ? ` ${checksumNote}` : ''}`.trim(),
        severity: shared ? 'warn' : undefined,
      });
    }
  }
}

/** The first statement that is not what it was. */
function firstDifference(before: Migration, after: Migration): { line?: number; endLine?: number; statement?: number } {
  const old = parseScript(before.up).statements ?? [];
  const different = parseScript(after.up).statements?.find((statement, index) => statement.sql !== old[index]?.sql);
  return different ? { line: different.line, endLine: different.endLine, statement: different.index } : {};
}

/** A change that lockstep.yml accepts, with a reason, stays in the report as suppressed. */
function release(found: Finding, change: Change, accepted: Policy['historyAccept']): Finding {
  if (accepted === 'never' || change.kind === 'added') return found;
  const paths = [found.path, change.before.path, ...(change.kind === 'deleted' ? [] : [change.migration.path])];
  const entry = accepted.find((candidate: AcceptedChange) => paths.includes(candidate.path));
  return entry && found.severity === 'block' ? { ...found, suppressed: { reason: entry.reason } } : found;
}
