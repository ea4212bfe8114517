import { LockstepError } from '../errors.ts';
import { redact } from '../services/redact.ts';

/** What git says when it cannot help, as errors that tell what to do. */

export function gitMissing(cause: unknown): LockstepError {
  return new LockstepError('git-missing', 'git could not be started.', {
    hint: 'Install git (https://git-scm.com/downloads) and see that it is on the PATH.',
    cause,
  });
}

export function notARepository(directory: string): LockstepError {
  return new LockstepError('git-not-a-repository', `${directory} is not in a git repository.`, {
    hint: 'Run Lockstep in a checkout of the project, or set `cwd` (on the command line `--cwd`) to one. In a workflow, an `actions/checkout` step comes first.',
  });
}

/** `why`: what the system said, when it is more than that there is none. */
export function directoryMissing(directory: string, why = ''): LockstepError {
  const message = `There is no folder ${directory}${why && ` that can be looked into: ${why}`}.`;
  return new LockstepError('directory-missing', message, {
    hint: 'Set `cwd` (on the command line `--cwd`) to a folder of the project.',
  });
}

export function unknownRef(ref: string): LockstepError {
  return new LockstepError('git-unknown-ref', `git knows no commit, branch or tag "${ref}".`, {
    hint: 'See which names there are:\n  git branch --all\nWhat only the remote has must be fetched first:\n  git fetch origin',
  });
}

export function noCommits(): LockstepError {
  return new LockstepError('git-no-commits', 'The repository has no commits yet: there is nothing to compare with.', {
    hint: 'Make a first commit, then change the migrations on a branch.',
  });
}

/** `why`: which step failed, for the curious. `depth`: the `fetch-depth` that is enough; 0: the whole history. */
export function historyMissing(what: string, why: string | undefined, depth: 0 | 2 = 0): LockstepError {
  return new LockstepError('git-history-missing', `${what} is not in this shallow clone.${why ? ` ${why}` : ''}`, {
    hint: [
      `In the workflow, let the checkout step fetch ${depth === 0 ? 'the whole history' : 'the commit before, too'}:`,
      '  - uses: actions/checkout # in the version you have',
      '    with:',
      `      fetch-depth: ${depth}`,
      'On your own machine:',
      '  git fetch --unshallow',
    ].join('\n'),
  });
}

/** https://docs.github.com/actions/reference/security/secure-use: the event that lends secrets to proposals. */
export function eventUnsupported(): LockstepError {
  return new LockstepError('event-unsupported', 'Lockstep does not run on pull_request_target.', {
    hint: [
      'Use the event pull_request:',
      '  on:',
      '    pull_request:',
      'Lockstep runs the SQL and the tests of a proposed change. Under pull_request_target they would run with the',
      "repository's secrets and write access, whoever proposes them; under pull_request a fork's have neither.",
    ].join('\n'),
  });
}

/** What is compared would be a guess: the last commit alone, say, of a pull request of five. */
export function eventUnreadable(name: string): LockstepError {
  return new LockstepError(
    'event-unreadable',
    `The event ${name} does not tell its commits: GITHUB_EVENT_PATH names no payload of GitHub's.`,
    {
      hint: 'Leave the variable as the runner sets it (`act` needs `-e event.json`), or set `base` (on the command line `--base`) to the branch that the change is to be merged into.',
    },
  );
}

/** `here`: what is checked out; `event`: the commit that the event is about. Both short. */
export function eventNotCheckedOut(here: string, pullRequest: number, event: string): LockstepError {
  return new LockstepError(
    'event-not-checked-out',
    `${here} is checked out, which does not contain ${event}, the tip of pull request #${pullRequest}: its change was not looked at.`,
    {
      hint: [
        'Check out the commit that the event is about, and let no step between it and Lockstep check out another:',
        '  - uses: actions/checkout # in the version you have',
        '    with:',
        `      ref: \${{ github.sha }}`,
        'Without `ref` it is the same commit. To judge another one on purpose, name it by the input `head`.',
      ].join('\n'),
    },
  );
}

/** Any other failure. `stderr` may hold a remote's address with a token in it. */
export function gitFailed(args: readonly string[], directory: string, stderr: string): LockstepError {
  const said = redact(stderr);
  if (/dubious ownership/.test(said)) return dubiousOwnership(directory, said);
  if (/not a git repository/.test(said)) return notARepository(directory);
  if (/must be run in a work tree|cannot use bare repository/.test(said)) {
    return new LockstepError('git-not-a-repository', `${directory} is a bare repository, without files.`, {
      hint: 'Run Lockstep in a checkout, which `git clone` or `git worktree add` makes.',
    });
  }
  if (/cannot change to/.test(said)) return directoryMissing(directory);
  const reason = said.trim().split('\n').slice(0, 5).join('\n');
  return new LockstepError('git-failed', `git ${args[0] ?? ''} failed${reason ? `: ${reason}` : '.'}`, {
    hint: `Try it by hand in ${directory}.`,
  });
}

/** Not there, or not what it should be. Throws `git-object-missing`. */
export function objectMissing(oid: string): never {
  throw new LockstepError('git-object-missing', `git does not have the content of ${oid}.`, {
    hint: 'The clone is damaged (`git fsck` tells), or partial and its remote out of reach. Clone it again.',
  });
}

/** https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory; usual in jobs with `container:`. */
function dubiousOwnership(directory: string, said: string): LockstepError {
  const root = /repository at '(.*?)'/.exec(said)?.[1] ?? directory;
  return new LockstepError('git-dubious-ownership', `git refuses ${root}: it belongs to another user.`, {
    hint: [
      'Trust it, as the user who runs Lockstep:',
      `  git config --global --add safe.directory '${root.replaceAll("'", "'\\''")}'`,
      'In a workflow whose job has a `container:`, before Lockstep:',
      '  - run: git config --global --add safe.directory "$GITHUB_WORKSPACE"',
    ].join('\n'),
  });
}
