import type { Deployment } from '../deploy/deployment.ts';
import { type SettledElsewhere, settledElsewhere } from '../deploy/history/settled-elsewhere.ts';
import { upgradeToolTable } from '../deploy/history/upgrade.ts';
import { acknowledge } from '../deploy/ledger/prepare.ts';
import { forgetSteps } from '../deploy/ledger/steps.ts';
import { acknowledged } from '../deploy/plan/gates.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { TargetPlan } from './target-plan.ts';

/** What an `apply` notes in the history before its migrations, once it is its turn and nothing refuses it. */

type Inputs = Pick<TargetInputs, 'policy' | 'project' | 'layout'>;

export function hasNotes({ state, history }: TargetPlan, inputs: Inputs): boolean {
  if (history.toolTableUpgrade !== undefined) return true;
  const edited = acknowledged(state, inputs.policy);
  return edited.length > 0 || state.renamed.length > 0 || settled({ state, history }, inputs).length > 0;
}

export async function takeNotes(deployment: Deployment, plan: TargetPlan, inputs: Inputs): Promise<void> {
  const { ledger, history: request } = deployment.request;
  const { state, history } = plan;
  await deployment.surely((session) => upgradeToolTable(session, request, history));
  const noted = acknowledge(ledger, acknowledged(state, inputs.policy), state.renamed);
  const forgotten = settled(plan, inputs).map(({ identity, keepsOpening }) =>
    forgetSteps(ledger, identity, keepsOpening ? 'statements' : 'all'),
  );
  const statements = [...(noted === undefined ? [] : [noted]), ...forgotten];
  if (statements.length > 0) await deployment.surely((session) => session.run(statements.join(';\n')));
}

function settled(
  { state, history }: Pick<TargetPlan, 'state' | 'history'>,
  { project, layout }: Inputs,
): readonly SettledElsewhere[] {
  return settledElsewhere(history, project.migrations, state.pending, layout);
}
