import type { RunIdentity } from '../deploy/ledger/write.ts';
import { pullRequestIn } from '../report/deployment/begin.ts';
import { runUrl } from '../services/run-url.ts';
import type { Settings } from '../settings/types.ts';
import type { TargetInputs } from './target-inputs.ts';

/** Who runs this and what for: what the ledger and its readers know a run by. */
export function runIdentity(settings: Settings, inputs: TargetInputs): RunIdentity {
  const { actions, command, target } = settings;
  return {
    command,
    environment: inputs.environment.name,
    // What is applied from files that it does not have must not be put down to it.
    commit: inputs.uncommitted.length > 0 ? undefined : inputs.commit,
    pullRequest: pullRequestIn(inputs.subject),
    author: inputs.author,
    actor: target.actor,
    runUrl: runUrl(actions),
  };
}
