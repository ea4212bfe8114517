import type { TargetHistory } from '../deploy/history/read.ts';
import { lineageOf } from '../project/lineage.ts';
import type { Settings } from '../settings/types.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { TargetPlan } from './target-plan.ts';
import { historyOf, type TargetOutcome } from './target-report.ts';

/** Whether this run comes out of turn: the target is at a later commit than ours already. */
type Turn =
  | { readonly kind: 'ours'; readonly notice?: string }
  | { readonly kind: 'superseded'; readonly by: string }
  | { readonly kind: 'unknown'; readonly commit: string; readonly reason: string };

/**
 * Compares our commit with those that the ledger records. The newest must be understood; older ones count as far as this
 * clone knows them. Old code must never follow a newer schema.
 */
export async function turnOf(settings: Settings, inputs: TargetInputs, history: TargetHistory): Promise<Turn> {
  const [newest, ...older] = history.ledger.commits;
  if (newest === undefined || newest === inputs.commit) return { kind: 'ours' };
  const lineage = await lineageOf(inputs.clone, newest, inputs.commit, comparison(settings));
  if (lineage.kind === 'descendant') return { kind: 'superseded', by: newest };
  if (lineage.kind === 'unknown') {
    const { supersedes } = settings.target;
    // Somebody has looked, and says that the lost commit is older.
    if (supersedes !== undefined && supersedes.length >= 7 && newest.startsWith(supersedes.toLowerCase()))
      return {
        kind: 'ours',
        notice: `That ${newest.slice(0, 12)}, which the database is at, is older than this commit is what \`supersedes\` says: nobody has looked.`,
      };
    return { kind: 'unknown', commit: newest, reason: lineage.reason };
  }
  // An ancestor of ours has nothing but ancestors before it. Of another branch nobody knows.
  if (lineage.kind !== 'diverged') return { kind: 'ours' };
  for (const commit of older) {
    if ((await inputs.git.resolve(commit).catch(() => undefined)) === undefined) continue;
    if ((await inputs.git.mergeBase(commit, inputs.commit)) === inputs.commit && commit !== inputs.commit)
      return { kind: 'superseded', by: commit };
  }
  return { kind: 'ours' };
}

/** What a run is told that comes out of turn. */
export function outOfTurn(turn: Exclude<Turn, { readonly kind: 'ours' }>, plan: TargetPlan): TargetOutcome {
  if (turn.kind === 'superseded') {
    return {
      result: 'superseded',
      history: { ...historyOf(plan), commit: turn.by },
      // What is missing or out of order here is so because this commit is the older one.
      plan: { ...plan.report, gates: [] },
    };
  }
  const short = turn.commit.slice(0, 12);
  return {
    result: 'refused',
    error: {
      code: 'commit-unknown',
      message: `The target is at commit ${short}, and nobody can say whether ours is older: ${turn.reason}`,
      hint: `Fetch that commit (actions/checkout with fetch-depth: 0). If it is gone for good, and this run is to follow it: \`supersedes: ${short}\` (on the command line --supersedes).`,
    },
  };
}

const ASK_MS = 10_000;

function comparison({ actions, githubToken, env }: Settings) {
  const { repository, apiUrl } = actions ?? {};
  if (repository === undefined || apiUrl === undefined || githubToken === undefined) return undefined;
  return async (base: string, head: string) => {
    const { createGithub } = await import('../services/github/client.ts');
    return createGithub({ apiUrl, token: githubToken, repository, env, budgetMs: ASK_MS }).compare(base, head);
  };
}
