import { below } from '../../project/layouts/names.ts';
import { parseScript } from '../../project/sql.ts';
import type { Change, ChangeSet, Edit, Migration, Script } from '../../project/types.ts';
import type { Finding } from '../../report/model.ts';
import type { Policy } from '../../settings/types.ts';
import { helpWithoutRelease } from '../catalogue/history-rules.ts';
import { finding } from '../finding.ts';
import type { LintLayout } from '../types.ts';

/** What happened to migrations that were there before, and files that never will be one. `loadParser` must have resolved. */
export function historyChanges(changeSet: ChangeSet, layout: LintLayout, accepted: Policy['historyAccept']): Finding[] {
  return [
    ...movedFolder(changeSet, layout),
    ...changeSet.changes.flatMap((change) =>
      changeFindings(change, changeSet, layout).map((one) => released(one, change, accepted)),
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

function changeFindings(change: Change, changeSet: ChangeSet, layout: LintLayout): Finding[] {
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
    case 'renamed':
      return renamed(change, changeSet, layout);
    case 'modified':
      // What runs again whenever it has changed is meant to be edited; and what other files say of one is no edit of it.
      return change.migration.repeatable === true || isUntouched(change) ? [] : [edited(change, change.edit, layout)];
  }
}

function isUntouched({ migration, before, edit }: Change & { kind: 'modified' }): boolean {
  return migration.checksum === before.checksum && edit !== 'down';
}

type Renamed = Change & { kind: 'renamed' };

/** What the history knows by the same name as before is an edited migration at most. */
function renamed(change: Renamed, changeSet: ChangeSet, layout: LintLayout): Finding[] {
  const { migration, before, edit } = change;
  if (layout.identityOf(before) === layout.identityOf(migration)) {
    const edits = edit === 'none' ? [] : [edited(change, edit, layout)];
    if (isMoved(change, changeSet)) return edits;
    const message = `Migration ${before.id} (${before.path}) is now ${migration.id}. ${layout.identityNote} It does not run again.`;
    return [...edits, finding('migration-renamed', { path: migration.path, message, severity: 'info', help: NOTHING })];
  }
  const also = edit === 'meaning' ? ' Its statements differ as well.' : '';
  return [
    finding('migration-renamed', {
      path: migration.path,
      message: `Migration ${before.id} (${before.path}) is now ${migration.id}. ${layout.identityNote} Where it has been applied, it is missing under the old name and would run again under the new one.${also}`,
      suggestion: releaseOf(before),
    }),
  ];
}

const NOTHING = 'Nothing, if the tool is told of it wherever it names the file or the folder.';

/** Whether a file is where it was, but for the migrations folder itself. */
function isMoved({ migration, before }: Renamed, { directory, base }: ChangeSet): boolean {
  return directory !== base.directory && below(directory, migration.path) === below(base.directory, before.path);
}

/** One word for a whole folder. */
function movedFolder(changeSet: ChangeSet, layout: LintLayout): Finding[] {
  const moved = changeSet.changes.filter(
    (change): change is Renamed =>
      change.kind === 'renamed' &&
      isMoved(change, changeSet) &&
      layout.identityOf(change.before) === layout.identityOf(change.migration),
  );
  const [first] = moved;
  if (first === undefined) return [];
  const message = `The migrations moved from ${changeSet.base.directory} to ${changeSet.directory}. ${layout.identityNote} None of them runs again.`;
  return [finding('migration-renamed', { path: first.migration.path, message, severity: 'info', help: NOTHING })];
}

function edited({ migration, before }: Edited, edit: Edit, { checksumNote }: LintLayout): Finding {
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
        ...(migration.down === undefined ? {} : firstNewLine(before.down, migration.down)),
        message: `Only the down script of migration ${migration.id} changed.${shared ? ` ${checksumNote}` : ''}`.trim(),
        severity: shared ? 'warn' : undefined,
      });
    }
  }
}

interface Edited {
  readonly migration: Migration;
  readonly before: Migration;
}

/** The first statement that is not what it was. */
function firstDifference(before: Migration, after: Migration): { line?: number; endLine?: number; statement?: number } {
  const old = parseScript(before.up).statements ?? [];
  const different = parseScript(after.up).statements?.find((statement, index) => statement.sql !== old[index]?.sql);
  return different ? { line: different.line, endLine: different.endLine, statement: different.index } : {};
}

/** The first line of a script that is not what it was; of one that has only lost its end, the last. */
function firstNewLine(before: Script | undefined, after: Script): { line?: number; endLine?: number } {
  // A script is as long as its file and blank outside its own part, which may have moved as a whole.
  const old = (before?.text ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const start = after.text.slice(0, after.text.length - after.text.trimStart().length).split('\n').length - 1;
  const lines = after.text
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const different = lines.findIndex((line, index) => line !== old[index]);
  const line = 1 + start + (different < 0 ? lines.length - 1 : different);
  return { line, endLine: line };
}

/** A change that lockstep.yml accepts, with a reason, stays in the report as suppressed. */
function released(found: Finding, change: Change, accepted: Policy['historyAccept']): Finding {
  if (change.kind === 'added' || found.severity !== 'block') return found;
  if (accepted === 'never') {
    const { suggestion: _, ...rest } = found;
    return { ...rest, help: helpWithoutRelease.get(found.rule) ?? found.help };
  }
  const paths = [found.path, change.before.path, ...(change.kind === 'deleted' ? [] : [change.migration.path])];
  const entry = accepted.find(({ path }) => paths.includes(path));
  return entry ? { ...found, suppressed: { reason: entry.reason } } : found;
}
