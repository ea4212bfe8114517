import type { Projects } from './read.ts';
import { renames } from './renames.ts';
import { sameStatements } from './same-statements.ts';
import type { Change, ChangeSet, Edit, IgnoredFile, Migration, Project, Script } from './types.ts';

/**
 * What a change does to the migrations, against the point where it parted from the base. What stands at the base's tip
 * already (same path, same content) is no change any more. Pure; `loadParser` must have resolved before.
 */
export function changeSet({ mergeBase, tip, head }: Projects): ChangeSet {
  const before = byPath(mergeBase);
  const settled = byPath(tip);
  const here = byPath(head);
  const isNews = (migration: Migration): boolean => {
    const known = [before.get(migration.path), settled.get(migration.path)];
    return !known.some((other) => other !== undefined && sameFiles(other, migration));
  };
  const news = head.migrations.filter(isNews);
  const gone = mergeBase.migrations.filter(({ path }) => !here.has(path) && settled.has(path));
  const renamed = renames(
    gone,
    news.filter(({ path }) => !before.has(path)),
  );
  const sources = new Set(renamed.values());
  const changes = news.map((migration): Change => {
    const old = before.get(migration.path);
    if (old) return { kind: 'modified', migration, before: old, edit: editOf(old, migration) };
    const source = renamed.get(migration);
    if (!source) return { kind: 'added', migration };
    return {
      kind: 'renamed',
      migration,
      before: source,
      edit: sameContent(source, migration) ? 'none' : editOf(source, migration),
    };
  });
  const deleted = gone
    .filter((migration) => !sources.has(migration))
    .map((old): Change => ({ kind: 'deleted', before: old }));
  return {
    tool: head.tool,
    directory: head.directory,
    base: tip,
    head,
    changes: [...changes, ...deleted],
    ignored: newlyIgnored(head.ignored, [mergeBase.ignored, tip.ignored]),
  };
}

function byPath(project: Project): Map<string, Migration> {
  return new Map(project.migrations.map((migration) => [migration.path, migration]));
}

/** What other files say of it (a tool's list of migrations) may have changed as well. */
function sameFiles(a: Migration, b: Migration): boolean {
  return a.down?.path === b.down?.path && sameContent(a, b) && dropped(a) === dropped(b);
}

function sameContent(a: Migration, b: Migration): boolean {
  return a.checksum === b.checksum && sameText(a.down, b.down);
}

function sameText(a: Script | undefined, b: Script | undefined): boolean {
  const place = (script: Script | undefined) => JSON.stringify(script?.unreadable);
  return a?.text === b?.text && place(a) === place(b);
}

function editOf(before: Migration, after: Migration): Edit {
  if (dropped(before) !== dropped(after)) return 'meaning';
  if (!sameStatements(before.up, after.up)) return 'meaning';
  if (before.down === undefined || after.down === undefined) return before.down === after.down ? 'cosmetic' : 'down';
  return sameStatements(before.down, after.down) ? 'cosmetic' : 'down';
}

/** Code outside the scripts is code all the same: adding some is no matter of white space. */
function dropped({ sectionProblems = [] }: Migration): string {
  return sectionProblems.map(({ message }) => message).join('\n');
}

function newlyIgnored(files: readonly IgnoredFile[], known: readonly (readonly IgnoredFile[])[]): IgnoredFile[] {
  const seen = new Set(known.flat().map(({ path, checksum }) => `${checksum} ${path}`));
  return files.filter(({ path, checksum }) => !seen.has(`${checksum} ${path}`));
}
