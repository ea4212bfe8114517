import type { Location } from '../settings/types.ts';
import { convexAnswer } from './convex.ts';
import { decode } from './decode.ts';
import { type Folder, filesRead, findFolder, findFolderAtBase, goneFrom, type Search } from './folder.ts';
import type { GitFiles } from './git-files.ts';
import type { TreeEntry } from './git-tree.ts';
import type { DatabaseNames, ReadOptions } from './layouts/layout.ts';
import { compareText, fileName, within } from './layouts/names.ts';
import { lazily } from './lazily.ts';
import { leftOut } from './left-out.ts';
import { describe, nothingFound } from './locate.ts';
import type { Range } from './refs.ts';
import { sourceOf } from './source.ts';
import { loadParser } from './sql.ts';
import { toolLayout } from './tool-layout.ts';
import type { IgnoredFile, Project, RepoFile, SectionProblem } from './types.ts';

interface RangeRequest {
  /** One for the whole run, so that what two commits share is read and parsed once. */
  readonly files: GitFiles;
  readonly range: Range;
  /** As the configuration at head says, and as the one at base says. */
  readonly headLocation: Location;
  readonly baseLocation: Location;
  readonly placeholders: Readonly<Record<string, string>>;
  readonly database?: () => DatabaseNames;
}

/** What `changeSet` compares. */
export interface Projects {
  readonly mergeBase: Project;
  readonly tip: Project;
  readonly head: Project;
}

/**
 * The migrations at head, at the base's tip and where the two part. The folder is found at head; base has the same
 * unless its own configuration says otherwise. A base without it (first adoption) is an empty project, and so is a head
 * whose migrations are all gone. Throws `migrations-not-found` when neither has any.
 */
export async function readRange(request: RangeRequest): Promise<Projects> {
  const { files, range, headLocation, baseLocation, placeholders, database } = request;
  const headSearch: Search = { files, at: range.head, location: headLocation };
  const tipSearch: Search = { files, at: range.baseTip, location: baseLocation };
  requireKnown(headLocation);
  const found = await findFolder(headSearch);
  const atTip = found.folder
    ? await findFolderAtBase(tipSearch, headSearch, found.folder)
    : await goneFrom(tipSearch, headSearch);
  const reference = found.folder ?? atTip;
  if (!reference) throw (await convexAt(headSearch)) ?? nothingFound(found.entries, headLocation);

  const read = async (folder: Folder | undefined): Promise<Project> =>
    readFolder(files, folder ?? { ...reference, entries: [] }, { placeholders, ...(database && { database }) });
  const head = await read(found.folder);
  const tip = await read(atTip);
  if (range.mergeBase === range.baseTip) return { mergeBase: tip, tip, head };
  const partSearch: Search = { files, at: range.mergeBase, location: baseLocation };
  return { mergeBase: await read(await findFolderAtBase(partSearch, headSearch, atTip ?? reference)), tip, head };
}

/** The migrations at one commit (or in the working tree). Throws `migrations-not-found`, `migrations-ambiguous`. */
export async function readAt(search: Search, options: ReadOptions): Promise<Project> {
  requireKnown(search.location);
  const { folder, entries } = await findFolder(search);
  if (!folder) throw (await convexAt(search)) ?? nothingFound(entries, search.location);
  return readFolder(search.files, folder, options);
}

/** Before its migrations are looked for: of a tool with a slip in its name none would be found. Throws `unknown-tool`. */
function requireKnown({ tool }: Location): void {
  if (tool !== 'auto') toolLayout(tool);
}

/** A project that has no migrations since it needs none. */
async function convexAt({ files, at }: Search): Promise<Error | undefined> {
  const root = files.git.prefix === '' ? '.' : files.git.prefix;
  const entries = await files.list(at, [within(root, 'convex')]);
  if (entries.length === 0) return undefined;
  const manifest = await files.readOne(at, within(root, 'package.json'));
  return convexAnswer(
    entries.map(({ path }) => path),
    manifest && decode(manifest.bytes).text,
  );
}

async function readFolder(files: GitFiles, folder: Folder, options: ReadOptions): Promise<Project> {
  const { directory, layout, entries } = folder;
  // Layouts parse the SQL that stands in rollback comments.
  if (!options.upOnly) await loadParser();
  const bytes = await files.read(filesRead(folder));
  const own = options.database && layout.ownPlaceholders?.(options.database());
  const asked = { ...options, placeholders: { ...own, ...options.placeholders } };
  const project = withLeftOut(layout.read(directory, bytes, asked), bytes, asked);
  const ignored = [...project.ignored, ...entries.flatMap(linked)].sort((a, b) => compareText(a.path, b.path));
  return { ...project, ignored };
}

/** Adds what the layout dropped of the files that it made migrations of. A file that the tool refuses is told once. */
function withLeftOut(project: Project, files: readonly RepoFile[], { placeholders, upOnly }: ReadOptions): Project {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const migrations = project.migrations.map((migration) => {
    if (migration.sectionProblems) return migration;
    const find = (): readonly SectionProblem[] | undefined => {
      if (migration.up.program !== undefined) return undefined;
      const found = [...new Set([migration.path, migration.down?.path])].flatMap((path) => {
        const file = path === undefined ? undefined : byPath.get(path);
        return file ? leftOut(sourceOf(file, placeholders), migration) : [];
      });
      return found.length === 0 ? undefined : found;
    };
    // Who deploys asks only what is pending for it.
    if (upOnly) return Object.defineProperty(migration, 'sectionProblems', { get: lazily(find), enumerable: true });
    const sectionProblems = find();
    return sectionProblems === undefined ? migration : { ...migration, sectionProblems };
  });
  return { ...project, migrations };
}

/** Symbolic links and submodules are not followed: they lead out of what the commit holds. */
function linked({ path, kind }: TreeEntry): IgnoredFile[] {
  if (kind === 'file' || !/^[^.]+$|\.sql$/i.test(fileName(path))) return [];
  return [{ path, reason: `A ${describe(kind)}, which Lockstep does not follow: put the file itself into the folder` }];
}
