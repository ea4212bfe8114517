import { lstat, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { LockstepError } from '../errors.ts';
import type { Git } from './git.ts';
import { objectMissing } from './git-errors.ts';
import { nextAnswer } from './git-objects.ts';
import { listTree, type TreeEntry } from './git-tree.ts';
import type { RepoFile } from './types.ts';

/** A commit's sha, or what stands on the disk. */
export type At = 'worktree' | (string & {});

/** Reads files of commits and of the working tree. One per run: what two commits share is read once. */
export class GitFiles {
  readonly git: Git;
  /** By path and blob: the same object for the same file, whichever commit it stands in. */
  readonly #files = new Map<string, RepoFile>();
  /** Paths whose content came from the disk, since no commit has it as it is there. */
  readonly fromDisk = new Set<string>();

  constructor(git: Git) {
    this.git = git;
  }

  /** What lies below (or at) the given paths, sorted by path; '.' is the whole repository. Ignored files are not seen. */
  async list(at: At, paths: readonly string[]): Promise<TreeEntry[]> {
    if (at !== 'worktree') return listTree(this.git, at, paths);
    // By name: what differs is told from where HEAD stands now, and it may have moved since the run began.
    const head = this.git.head === undefined ? await this.git.resolve('HEAD') : 'HEAD';
    const [committed, touched] = await Promise.all([
      head === undefined ? [] : listTree(this.git, head, paths),
      this.#touched(paths.includes('.') ? [] : ['--', ...paths]),
    ]);
    const entries = new Map(committed.map((entry) => [entry.path, entry]));
    for (const [path, gone] of touched) {
      const entry = gone ? undefined : await this.#onDisk(path, entries.get(path));
      if (entry) entries.set(path, entry);
      else entries.delete(path);
    }
    return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /**
   * Paths that differ from HEAD, and whether they are gone, in git's own judgement: line endings that it converts do
   * not count, and neither does what a symbolic link in place of a folder leads to.
   */
  async #touched(below: readonly string[]): Promise<Map<string, boolean>> {
    const flags = ['--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all'];
    const { stdout } = await this.git.run(['status', ...flags, ...below]);
    const touched = new Map<string, boolean>();
    for (const line of split(stdout)) {
      const path = line.slice(3);
      // Taken out of the index and still there: two lines, deleted and untracked.
      touched.set(path, (touched.get(path) ?? true) && /^(?:[ MARCT]D|D )$/.test(line.slice(0, 2)));
    }
    return touched;
  }

  async #onDisk(path: string, known: TreeEntry | undefined): Promise<TreeEntry | undefined> {
    // A repository within the repository is shown as a folder.
    if (path.endsWith('/')) return { path: path.slice(0, -1), kind: 'submodule', oid: undefined };
    try {
      const stats = await lstat(join(this.git.root, path));
      if (stats.isDirectory()) return known?.kind === 'submodule' ? known : undefined;
      return { path, kind: stats.isSymbolicLink() ? 'symlink' : 'file', oid: undefined };
    } catch {
      return undefined;
    }
  }

  /** The bytes of many files. What vanished from the disk since it was listed is left out. */
  async read(entries: readonly TreeEntry[]): Promise<RepoFile[]> {
    const missing = entries.filter(({ path, oid }) => oid !== undefined && !this.#files.has(`${oid} ${path}`));
    const blobs = await this.#blobs([...new Set(missing.flatMap(({ oid }) => oid ?? []))]);
    for (const { path, oid = '' } of missing) {
      const bytes = blobs.get(oid);
      if (bytes) this.#files.set(`${oid} ${path}`, { path, bytes });
    }
    const files = await Promise.all(
      entries.map(({ path, oid }) => (oid === undefined ? this.#fromDisk(path) : this.#files.get(`${oid} ${path}`))),
    );
    return files.filter((file) => file !== undefined);
  }

  async #fromDisk(path: string): Promise<RepoFile | undefined> {
    try {
      const bytes = await readFile(join(this.git.root, path));
      this.fromDisk.add(path);
      return { path, bytes };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw new LockstepError('file-unreadable', `${path} cannot be read from the disk.`, {
        hint: 'See to its permissions: `ls -l` shows them.',
        cause: error,
      });
    }
  }

  async #blobs(oids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    if (oids.length > MANY) return readMany(this.git, oids);
    const found = await Promise.all(oids.map(async (oid) => [oid, await this.git.objects.read(oid)] as const));
    return new Map(found.map(([oid, object]) => [oid, object?.type === 'blob' ? object.bytes : objectMissing(oid)]));
  }

  /**
   * One file, relative to the repository's root; undefined when it is absent. Symbolic links to files of the same
   * commit are followed (a shared configuration); others count as absent.
   */
  async readOne(at: At, path: string): Promise<RepoFile | undefined> {
    for (let target = path, hops = 0; hops < 5; hops++) {
      const entry = (await this.list(at, [target])).find((found) => found.path === target);
      if (!entry || entry.kind === 'submodule') return undefined;
      const [file] = entry.kind === 'symlink' && entry.oid === undefined ? [] : await this.read([entry]);
      if (entry.kind === 'file') return file && { path, bytes: file.bytes };
      if (!file) return this.#fromDisk(path);
      target = posix.join(posix.dirname(target), file.bytes.toString('utf8'));
    }
    return undefined;
  }
}

/** The running git writes each object by itself: a thousand small ones would take us a thousand turns to read. */
const MANY = 64;

/** One process for all of them. */
async function readMany(git: Git, oids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const blobs = new Map<string, Buffer>();
  let { stdout: rest } = await git.run(['cat-file', '--batch', '--buffer'], { input: `${oids.join('\n')}\n` });
  for (const oid of oids) {
    const answer = nextAnswer(rest);
    if (!('end' in answer) || answer.object?.type !== 'blob') return objectMissing(oid);
    blobs.set(oid, answer.object.bytes);
    rest = rest.subarray(answer.end);
  }
  return blobs;
}

/** The parts of a NUL-terminated list. */
function split(output: Buffer): string[] {
  return output.toString('utf8').split('\0').slice(0, -1);
}
