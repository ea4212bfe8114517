import { failureDetails, stageWords, UNSEEN } from '../deployment/lines.ts';
import type { Deployment, Stage } from '../deployment/model.ts';
import { type Line, listed, type Piece } from './lines.ts';
import { nextLines } from './next.ts';
import { isAfterwards, isTrouble, SIGNS } from './signs.ts';
import { ownAddress, type Surroundings } from './surroundings.ts';

/** '❌ *production*: failed: no migration applied · run' */
export function stageHead(stage: Stage, surroundings: Surroundings): Line {
  const address = ownAddress(stage.url, surroundings);
  return [
    `${SIGNS[stage.state]} `,
    { subject: stage.environment },
    `: ${stageWords(stage)}`,
    ...(address === undefined ? [] : [' · ', { label: 'run', address }]),
  ];
}

/** Below it: why, what is and what is not applied, and what to do. */
export function stageLines(stage: Stage, deployment: Deployment, surroundings: Surroundings): Line[] {
  const { state, failure } = stage;
  return [
    ...(state === 'planned' || state === 'waiting' ? pendingLines(stage) : []),
    ...(state === 'waiting' ? waitingLines(stage, surroundings) : []),
    ...(state === 'superseded' ? [['The code of this commit must not follow: it is older than the schema.']] : []),
    ...(isTrouble(stage) ? [...(failure === undefined ? [] : failureDetails(failure)), ...standing(stage)] : []),
    ...nextLines(stage, deployment, surroundings),
  ];
}

function pendingLines({ migrations, pending }: Stage): Line[] {
  return migrations.length === 0 ? [] : [['Pending: ', ...listed(migrations, Math.max(pending, migrations.length))]];
}

/** As much of the plan's digest as people compare. */
const DIGEST = 12;

function waitingLines({ url, digest, unread, approvers = [] }: Stage, surroundings: Surroundings): Line[] {
  const page: Piece = { label: "the run's page", address: ownAddress(url ?? surroundings.run, surroundings) };
  const plan: Piece[] =
    digest === undefined ? [] : [" The plan's digest begins with ", { name: digest.slice(0, DIGEST) }, '.'];
  const who: Piece[] = approvers.length === 0 ? ['Whoever may approve it'] : ['One of ', ...listed(approvers)];
  const what = unread ? ' reads what is known' : ' reads the plan';
  return [[...who, `${what} and answers on `, page, '.', ...plan], ...(unread ? [[UNSEEN]] : [])];
}

/** What is applied and what is not; by name, where all names are known. */
function standing(stage: Stage): Line[] {
  const { state, applied, pending, migrations, failure } = stage;
  if (applied + pending === 0 || state === 'error') return [];
  const done = migrations.slice(0, applied);
  const known = migrations.length === applied + pending && !done.includes(failure?.migration ?? '');
  const line = (words: string, number: number, names: readonly string[]): Line[] =>
    number === 0 ? [] : [[`${words}: `, ...(known ? listed(names) : [String(number)])]];
  if (isAfterwards(stage)) return line('All of it is applied, and stays', applied, done);
  const left = state === 'partial' ? 'Not applied, or not all of it' : 'Not applied';
  return [...line('Applied, and stays', applied, done), ...line(left, pending, migrations.slice(applied))];
}
