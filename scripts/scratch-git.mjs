// Throw-away git repositories, made by real git. The commits are the same on every machine: nothing comes from the user's
// own configuration, and author and dates are fixed.
import { execFileSync } from 'node:child_process';
import { devNull } from 'node:os';

/** Makes a repository of the existing folder, with `main` as its branch. */
export function initRepository(directory) {
  git(directory, ['init', '--quiet']);
  // Not `init --initial-branch`: older versions of git do not know it.
  git(directory, ['symbolic-ref', 'HEAD', 'refs/heads/main']);
}

/** Commits the folder as it is. `day`: of January 2026. */
export function commitAll(directory, message, day) {
  git(directory, ['add', '--all']);
  git(directory, ['commit', '--quiet', '--message', message], dates(day));
}

/** Merges a branch into the one that is checked out, by a commit of its own. `day`: of January 2026. */
export function merge(directory, branch, message, day) {
  git(directory, ['merge', '--quiet', '--no-ff', '-m', message, branch], dates(day));
}

/** Makes a branch that starts at another one, and puts its files into the working tree. */
export function startBranch(directory, name, from) {
  git(directory, ['checkout', '--quiet', '-b', name, from]);
}

/** Puts a branch's files into the working tree. */
export function checkOut(directory, branch) {
  git(directory, ['checkout', '--quiet', branch]);
}

/** Packs what was committed, as it is in every clone of some size. */
export function packObjects(directory) {
  git(directory, ['repack', '-a', '-d', '-q']);
}

/** Our environment without what git or GitHub Actions have put there for another repository (we may run in a hook). */
export function neutralEnvironment() {
  const foreign = /^(GIT|GITHUB|INPUT)_/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function dates(day) {
  const date = `2026-01-${String(day).padStart(2, '0')}T12:00:00Z`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}

function git(directory, args, env = {}) {
  execFileSync('git', args, {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...neutralEnvironment(),
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Shop Keeper',
      GIT_AUTHOR_EMAIL: 'keeper@shop.test',
      GIT_COMMITTER_NAME: 'Shop Keeper',
      GIT_COMMITTER_EMAIL: 'keeper@shop.test',
      ...env,
    },
  });
}
