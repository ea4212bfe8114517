import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GitRepo } from '../git-repo.ts';

/** Repositories as GitHub reads them: files and folders of a commit, whatever is checked out. */

/** A place in one of them. */
export interface Source {
  /** 'owner/name' */
  readonly repository: string;
  /** A sha. */
  readonly commit: string;
  readonly path: string;
}

export type Repositories = Readonly<Record<string, GitRepo>>;

export class Sources {
  readonly repositories: Repositories;
  readonly #folders = new Map<string, string>();

  constructor(repositories: Repositories) {
    this.repositories = repositories;
  }

  /** The commit that a branch, a tag or a sha names. Throws when there is none. */
  commit(repository: string, ref: string): string {
    const repo = this.repositories[repository];
    if (repo === undefined) throw new Error(`There is no repository ${repository} in this test`);
    try {
      return repo.git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
    } catch {
      throw new Error(`${repository} has neither a branch, nor a tag, nor a commit '${ref}'`);
    }
  }

  /** Throws when it is not there. */
  file({ repository, commit, path }: Source): string {
    try {
      return `${this.repositories[repository]?.git('show', `${commit}:${path}`)}\n`;
    } catch {
      throw new Error(`${repository} has no file ${path} at ${commit}`);
    }
  }

  /** A copy of a commit's files, gone when the test ends. Nobody writes to it. */
  folder(repository: string, commit: string): string {
    const key = `${repository}@${commit}`;
    const made = this.#folders.get(key) ?? this.#extract(repository, commit);
    this.#folders.set(key, made);
    return made;
  }

  #extract(repository: string, commit: string): string {
    const folder = temporaryFolder('lockstep-source-');
    const archive = join(folder, 'archive.tar');
    const files = join(folder, 'files');
    mkdirSync(files);
    this.repositories[repository]?.git('archive', '--format=tar', '-o', archive, commit);
    execFileSync('tar', ['-xf', archive, '-C', files]);
    return files;
  }
}

/** Open to other users, as a runner's folders are: as root we start Postgres as another. Gone when the test ends. */
export function temporaryFolder(prefix: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
