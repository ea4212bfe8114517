import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real git repository in a temporary folder. Commits have fixed authors and dates; no configuration of the machine counts. */
export interface GitRepo {
  /** Absolute, without symbolic links. */
  readonly dir: string;
  /** What a program needs to see this repository as the tests do: no global or system configuration. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs git here; returns what it printed, trimmed. Throws when it fails. */
  git(...args: string[]): string;
  /** Writes files (and the folders they need); null removes one. */
  write(files: Readonly<Record<string, string | Buffer | null>>): void;
  rename(from: string, to: string): void;
  /** Writes `files`, then commits everything. Returns the commit's sha. */
  commit(message: string, files?: Readonly<Record<string, string | Buffer | null>>): string;
  /** Makes a branch at `from` (HEAD when not given) and goes to it. */
  branch(name: string, from?: string): void;
  checkout(ref: string): void;
  /** A clone of this repository through file://, so that `--depth` counts. Its origin is this repository. */
  clone(...options: string[]): GitRepo;
  dispose(): void;
}

/** Makes an empty repository whose branch is `main`. The caller disposes of it. */
export function createGitRepo(): GitRepo {
  const dir = temporaryFolder();
  const repo = open(dir);
  repo.git('init', '--quiet', '--initial-branch=main');
  return repo;
}

/** A repository that goes away at the end of the running test; with one commit when `files` are given. */
export function gitRepo(files?: Readonly<Record<string, string | Buffer>>): GitRepo {
  const repo = createGitRepo();
  onTestFinished(() => repo.dispose());
  if (files) repo.commit('start', files);
  return repo;
}

function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-repo-')));
}

function open(dir: string): GitRepo {
  const home = join(dir, '.git');
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_GLOBAL: join(home, 'no-such-file'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  let clock = Date.UTC(2026, 0, 1) / 1000;
  const clones: GitRepo[] = [];
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', dir, ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1e9,
    }).trim();
  const write: GitRepo['write'] = (files) => {
    for (const [path, content] of Object.entries(files)) {
      const target = join(dir, path);
      if (content === null) {
        rmSync(target, { recursive: true });
        continue;
      }
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  };
  return {
    dir,
    env,
    git,
    write,
    rename(from, to) {
      mkdirSync(dirname(join(dir, to)), { recursive: true });
      renameSync(join(dir, from), join(dir, to));
    },
    commit(message, files = {}) {
      write(files);
      git('add', '--all');
      // A minute between commits, so that the order of commits never depends on the machine's clock.
      clock += 60;
      env.GIT_AUTHOR_DATE = env.GIT_COMMITTER_DATE = `${clock} +0000`;
      git('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    branch(name, from = 'HEAD') {
      git('checkout', '--quiet', '-b', name, from);
    },
    checkout(ref) {
      git('checkout', '--quiet', ref);
    },
    clone(...options) {
      const target = temporaryFolder();
      git('clone', '--quiet', ...options, `file://${dir}`, target);
      const clone = open(target);
      clones.push(clone);
      return clone;
    },
    dispose() {
      for (const clone of clones) clone.dispose();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
