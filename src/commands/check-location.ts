import { LockstepError } from '../errors.ts';
import { observed } from '../judgement/finding.ts';
import { findFolder } from '../project/folder.ts';
import type { GitFiles } from '../project/git-files.ts';
import type { Range } from '../project/refs.ts';
import type { Finding } from '../report/model.ts';
import type { Location } from '../settings/types.ts';

/**
 * A change that points Lockstep to another folder must not hide what it does to the old one: where the migrations are is
 * read at each commit for that commit, so the folder that the base knows is looked at once more.
 */
export async function foldersLeftBehind(
  files: GitFiles,
  range: Range,
  baseLocation: Location,
  headDirectory: string,
): Promise<Finding[]> {
  const old = await folderAt(files, range.baseTip, baseLocation);
  if (old === undefined || old === headDirectory) return [];
  const [before, after] = [await files.list(range.mergeBase, [old]), await files.list(range.head, [old])];
  // All of it has moved: the migrations are compared one by one.
  if (!after.some(({ path }) => path.endsWith('.sql'))) return [];
  const known = new Map(before.map(({ path, oid }) => [path, oid]));
  const touched = after.filter(
    ({ path, oid }) => path.endsWith('.sql') && (oid === undefined || known.get(path) !== oid),
  );
  const message =
    `This change makes ${headDirectory} the migrations folder; ${old}, which the base branch uses, still holds migrations` +
    (touched.length > 0
      ? `, and the change touches them (${touched
          .slice(0, 3)
          .map(({ path }) => path)
          .join(', ')}).`
      : '.');
  const finding = observed('migrations-left-behind', { path: touched[0]?.path ?? old, message });
  return [touched.length > 0 ? finding : { ...finding, severity: 'warn' }];
}

/** undefined: the base has none, or cannot tell which of several it is. */
async function folderAt(files: GitFiles, at: string, location: Location): Promise<string | undefined> {
  try {
    return (await findFolder({ files, at, location })).folder?.directory;
  } catch (error) {
    if (error instanceof LockstepError) return undefined;
    throw error;
  }
}
