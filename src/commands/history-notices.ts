import { unproven } from '../deploy/history/latecomers.ts';
import { toldHistory } from '../deploy/history/others.ts';
import type { Migration } from '../project/types.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { TargetPlan } from './target-plan.ts';

/** Names in a notice, before it only counts. */
const MOST_NAMES = 10;

/** What a reader should know of the tool's own history beside ours, a sentence each. */
export function historyNotices(
  { layout, project }: Pick<TargetInputs, 'layout' | 'project'>,
  { history, state }: Pick<TargetPlan, 'history' | 'state'>,
): string[] {
  const { tool, others, ledger } = history;
  const nameOf = new Map(project.migrations.map((migration) => [layout.identityOf(migration), migration]));
  const named = (identities: readonly string[]): string => {
    const names = identities.map((identity) => nameOf.get(identity)?.id ?? identity);
    const rest = names.length - MOST_NAMES;
    return rest > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more` : names.join(', ');
  };
  const isPending = (identity: string): boolean => state.pending.includes(nameOf.get(identity) as Migration);
  const passedOver = (tool?.passedOver ?? []).filter(isPending);
  const recorded = new Set(ledger.entries.map(({ identity }) => identity));
  const doubtful = tool === undefined ? [] : unproven(tool, [...nameOf.keys()], recorded);
  return [
    ...others.map(
      (other) =>
        `There is a history of ${other.tool} as well, ${toldHistory(other)}; this project goes by ${layout.name}.`,
    ),
    ...(passedOver.length === 0
      ? []
      : [
          `${layout.name} itself would skip this silently, since it has applied newer ones; Lockstep applies it: ${named(passedOver)}.`,
        ]),
    ...(doubtful.length === 0
      ? []
      : [
          `${layout.name} counts as applied whatever is older than its newest, and Lockstep knows older and newer ones than these, and not these: ${named(doubtful)}. If they were merged late, they have never run: give them a new version.`,
        ]),
  ];
}
