import { isClusterWide } from '../../project/transaction.ts';
import type { Change, Migration, SectionProblem } from '../../project/types.ts';
import type { Finding } from '../../report/model.ts';
import { finding, placeOf } from '../finding.ts';
import type { ReadScript } from '../types.ts';

/** Small rules about what stands in a script. */

export function emptyMigration({ script, statements, migration }: ReadScript): Finding[] {
  // Nothing may be left of a file whose sections are broken; that is told already.
  // A program may send nothing that changes the schema, and mean it.
  if (statements.length > 0 || migration.sectionProblems || script.program !== undefined) return [];
  const message = script.text.trim() === '' ? 'The migration is empty.' : 'The migration holds comments only.';
  return [finding('empty-migration', { path: script.path, message })];
}

export function clusterWideStatements({ script: { path }, commands }: ReadScript): Finding[] {
  return commands.filter(isClusterWide).map((command) => {
    const where = command.inside === undefined ? '' : ` (in ${command.inside})`;
    return finding('cluster-wide-statement', {
      ...placeOf(path, command.statement),
      line: command.line,
      message: `${wordsOf(command.kind)}${where}: the effects leave the database, they are the whole server's.`,
    });
  });
}

/** 'AlterRoleSetStmt' -> 'ALTER ROLE SET' */
function wordsOf(kind: string): string {
  return kind
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z]|db$)/g, ' ')
    .toUpperCase()
    .replace(/ DB$/, ' DATABASE');
}

/** Of an edited migration what this change brings. */
export function newSectionProblems(change: Change): readonly SectionProblem[] {
  if (change.kind === 'deleted') return [];
  const before = change.kind === 'added' ? [] : (change.before.sectionProblems ?? []);
  const old = new Set(before.map(({ message }) => message));
  return (change.migration.sectionProblems ?? []).filter(({ message }) => !old.has(message));
}

export function brokenSections(change: Change): Finding[] {
  return newSectionProblems(change).map(({ message, ...place }) =>
    // What has a remedy of its own is not about sections.
    finding(place.help === undefined ? 'broken-sections' : 'tool-refuses', { ...place, message: `${message}.` }),
  );
}

export function directiveProblems({ path, directives }: Migration): Finding[] {
  return directives.problems.map((problem) =>
    finding('directive-problem', { path: problem.path ?? path, line: problem.line, message: problem.message }),
  );
}
