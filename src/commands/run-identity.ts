import type { RunIdentity } from '../deploy/ledger/write.ts';
import type { Git } from '../project/git.ts';
import type { Settings } from '../settings/types.ts';
import type { TargetInputs } from './target-inputs.ts';

/** Who runs this and what for: what the ledger and its readers know a run by. */
export async function runIdentity(settings: Settings, inputs: TargetInputs): Promise<RunIdentity> {
  const { actions, command, target } = settings;
  const { author, subject } = await lastCommit(inputs.git, inputs.commit);
  const { repository, runId = 0, serverUrl } = actions ?? {};
  return {
    command,
    environment: inputs.environment.name,
    commit: inputs.commit,
    pullRequest: pullRequestIn(subject),
    author,
    actor: target.actor,
    runUrl: repository === undefined || runId === 0 ? undefined : `${serverUrl}/${repository}/actions/runs/${runId}`,
  };
}

async function lastCommit(git: Git, commit: string): Promise<{ author: string | undefined; subject: string }> {
  const { exitCode, stdout } = await git.try(['log', '-1', '--format=%an%x00%s', commit, '--']);
  const [author, subject = ''] = stdout.toString('utf8').trim().split('\0');
  return { author: exitCode === 0 && author ? author : undefined, subject };
}

/** GitHub's own words: 'Merge pull request #12 from ...', and 'Add orders (#12)' of a squash or rebase. */
export function pullRequestIn(subject: string): number | undefined {
  const [, merged, squashed] = /^Merge pull request #(\d{1,9})\b|\(#(\d{1,9})\)$/.exec(subject) ?? [];
  const number = Number(merged ?? squashed ?? 0);
  return number > 0 ? number : undefined;
}
