import { basename, dirname } from 'node:path/posix';
import { compareVersions, newestOf, versionedName } from '../../project/layouts/names.ts';
import type { ChangeSet, Migration } from '../../project/types.ts';
import type { Finding } from '../../report/model.ts';
import { finding } from '../finding.ts';
import type { LintLayout } from '../types.ts';

/** The newest version on either side: what a new file has to come after. undefined: there are no migrations. */
export function newestVersion({ base, head }: ChangeSet, layout: LintLayout): string | undefined {
  return newestOf([...base.migrations, ...head.migrations].sort(layout.compare))?.version;
}

/** Where new migrations stand among those that are there: on the branch and at the base branch's tip. */
export function orderOfMigrations(changeSet: ChangeSet, layout: LintLayout, now: Date): Finding[] {
  const newcomers = changeSet.changes.flatMap((change) =>
    change.kind === 'added' && change.migration.repeatable !== true ? [change.migration] : [],
  );
  if (newcomers.length === 0 || layout.ordersByGraph) return [];
  const settled = settledMigrations(changeSet);
  const rename = renamer(changeSet, layout, now);
  const doubled = duplicates(newcomers, settled, layout, rename);
  // A new name mends both: a file is told once.
  const others = newcomers.filter(({ path }) => !doubled.some((found) => found.path === path));
  return [
    ...doubled,
    ...outOfOrder(others, newestOf(changeSet.base.migrations), layout, rename),
    ...gaps(newcomers, settled),
    ...mixedNaming(newcomers, settled),
    ...ambiguous(newcomers, settled, layout),
  ];
}

/** What was there before, at either side: all but the newcomers and what this change set takes away or renames. */
function settledMigrations({ base, head, changes }: ChangeSet): Migration[] {
  const gone = new Set(
    changes.flatMap((change) => (change.kind === 'deleted' || change.kind === 'renamed' ? [change.before.path] : [])),
  );
  const added = new Set(changes.flatMap((change) => (change.kind === 'added' ? [change.migration.path] : [])));
  const settled = new Map<string, Migration>();
  for (const migration of [...base.migrations, ...head.migrations]) {
    if (migration.repeatable === true) continue;
    if (!gone.has(migration.path) && !added.has(migration.path)) settled.set(migration.path, migration);
  }
  return [...settled.values()];
}

/** Gives each file that asks a name after all others: several need different ones, in their own order. */
type Renamer = (migration: Migration) => { readonly help: string; readonly suggestion?: string };

function renamer(changeSet: ChangeSet, layout: LintLayout, now: Date): Renamer {
  const { moveLast } = layout;
  if (moveLast !== undefined) return () => ({ help: moveLast });
  let version = newestVersion(changeSet, layout);
  return ({ path }) => {
    const suggestion = named(layout.nextName(version, path, now));
    version = versionedName(basename(suggestion))?.version ?? version;
    return { suggestion, help: `Rename it so that it comes last: git mv ${quoted(named(path))} ${quoted(suggestion)}` };
  };
}

/** What bears a migration's name: its file, or the folder whose file is called the same in all of them. */
function named(path: string): string {
  return basename(path) === 'migration.sql' ? dirname(path) : path;
}

function outOfOrder(
  newcomers: readonly Migration[],
  newest: Migration | undefined,
  layout: LintLayout,
  rename: Renamer,
): Finding[] {
  if (newest === undefined) return [];
  return newcomers
    .filter((migration) => layout.compare(migration, newest) < 0)
    .map((migration) =>
      finding('migration-out-of-order', {
        path: migration.path,
        message: `${basename(named(migration.path))} sorts before ${basename(named(newest.path))}, which is on the base branch already. ${layout.orderNote}`,
        ...rename(migration),
      }),
    );
}

/** Names come from a pull request: what a reader pastes into a shell must be one word there. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** By which a tool would take two files for one: where numbers count, 7 and 007 are the same, and 1.0 and 1. */
function versionKey(version: string, { order }: LintLayout): string {
  if (order === 'lexical') return version;
  return version.replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '')).replace(/(?:\D0)+$/, '');
}

function duplicates(
  newcomers: readonly Migration[],
  settled: readonly Migration[],
  layout: LintLayout,
  rename: Renamer,
): Finding[] {
  const holders = new Map<string, Migration>();
  for (const migration of settled) holders.set(versionKey(migration.version, layout), migration);
  return newcomers.flatMap((migration) => {
    const key = versionKey(migration.version, layout);
    const holder = holders.get(key);
    if (holder === undefined) {
      holders.set(key, migration);
      return [];
    }
    const message = `Version ${migration.version} is taken by ${basename(named(holder.path))} already.`;
    return [finding('duplicate-version', { path: migration.path, message, ...rename(migration) })];
  });
}

type Naming = 'timestamp' | 'sequence' | 'other';

/** A date with or without the time, or seconds since 1970: nobody counts that far. Dotted versions are their own way. */
function namingOf({ version }: Migration): Naming {
  if (/^(?:19|20)\d\d\D?\d\d\D?\d\d/.test(version) || /^[1-9]\d{8,}$/.test(version)) return 'timestamp';
  return /^\d+$/.test(version) ? 'sequence' : 'other';
}

function gaps(newcomers: readonly Migration[], settled: readonly Migration[]): Finding[] {
  const numbered = [...settled, ...newcomers].filter((migration) => namingOf(migration) === 'sequence');
  const taken = new Set(numbered.map(({ version }) => Number(version)));
  if (leavesGaps(settled)) return [];
  return newcomers.flatMap((migration) => {
    const number = Number(migration.version);
    if (namingOf(migration) !== 'sequence' || taken.has(number - 1)) return [];
    const before = [...taken].filter((other) => other < number);
    const previous = before.length === 0 ? undefined : Math.max(...before);
    if (previous === undefined) return [];
    const message = `Number ${migration.version} follows ${previous}: ${number - previous === 2 ? `${number - 1} is` : `${previous + 1} to ${number - 1} are`} left out.`;
    return [finding('version-gap', { path: migration.path, message })];
  });
}

/** How many of the newest numbers tell what a project does today. */
const RECENT = 10;

/** Numbers that advance in steps of ten or are made of parts (release, then count) have gaps by their nature. */
function leavesGaps(settled: readonly Migration[]): boolean {
  const numbers = settled
    .filter((migration) => namingOf(migration) === 'sequence')
    .map(({ version }) => Number(version))
    .sort((a, b) => a - b);
  const steps = numbers.map((number, index) => number - (numbers[index - 1] ?? number)).slice(1);
  const recent = steps.slice(-RECENT);
  // One gap among the settled is no scheme.
  return recent.filter((step) => step > 1).length * 2 > recent.length && recent.length > 1;
}

function mixedNaming(newcomers: readonly Migration[], settled: readonly Migration[]): Finding[] {
  const usual = new Set(settled.map(namingOf).filter((naming) => naming !== 'other'));
  // A history that is mixed already has no usual way.
  if (usual.size !== 1) return [];
  const [expected] = usual;
  return newcomers.flatMap((migration) => {
    const naming = namingOf(migration);
    if (naming === 'other' || naming === expected) return [];
    const message = `${basename(named(migration.path))} is named by a ${naming === 'timestamp' ? 'timestamp' : 'sequence number'}, the other migrations by a ${expected === 'timestamp' ? 'timestamp' : 'sequence number'}.`;
    return [finding('mixed-naming', { path: migration.path, message })];
  });
}

/** Told once, where it begins: nobody can mend it any more in a history that is ambiguous already. */
function ambiguous(newcomers: readonly Migration[], settled: readonly Migration[], { order }: LintLayout): Finding[] {
  const old = settled.filter(isNumbered);
  const fresh = newcomers.filter(isNumbered);
  const widths = (migrations: readonly Migration[]) => new Set(migrations.map(({ version }) => version.length)).size;
  // Numbers of one width sort alike either way.
  if (widths(old) > 1 || widths([...old, ...fresh]) < 2) return [];
  for (const migration of fresh) {
    const other = [...old, ...fresh].find((candidate) => disagree(candidate, migration));
    if (other === undefined) continue;
    const message = `${basename(named(migration.path))} and ${basename(named(other.path))} sort differently as numbers and as text; this tool sorts them ${order === 'numeric' ? 'as numbers' : 'as text'}.`;
    return [finding('ambiguous-order', { path: migration.path, message, ...widened(migration, other, fresh) })];
  }
  return [];
}

/** The shorter of two versions gets the zeros, unless its name is settled. */
function widened(
  one: Migration,
  other: Migration,
  fresh: readonly Migration[],
): { readonly help: string; readonly suggestion?: string } {
  const [short, long] = one.version.length < other.version.length ? [one, other] : [other, one];
  const name = basename(short.path);
  if (!fresh.includes(short)) {
    return {
      help: `${name} is on the base branch and keeps its name. Where files are run by name (a loop over psql, ls), have them sorted as numbers: sort -V.`,
    };
  }
  const wide = name.replace(short.version, short.version.padStart(long.version.length, '0'));
  const suggestion = short.path.slice(0, -name.length) + wide;
  return { help: `Give it as many digits: git mv ${quoted(short.path)} ${quoted(suggestion)}`, suggestion };
}

function isNumbered({ version }: Migration): boolean {
  return /^\d+$/.test(version);
}

function disagree(a: Migration, b: Migration): boolean {
  const numeric = compareVersions(a.version, b.version);
  const lexical = a.version < b.version ? -1 : Number(a.version > b.version);
  return numeric !== 0 && numeric !== lexical;
}
