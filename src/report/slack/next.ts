import { commandOn } from '../../settle.ts';
import type { Deployment, Stage } from '../deployment/model.ts';
import { othersWereInTheWay } from '../outcome.ts';
import type { Line, Piece } from './lines.ts';
import { isAfterwards } from './signs.ts';
import { ownAddress, type Surroundings } from './surroundings.ts';

/** What to do after a stage that did not come to its end, with the commands to paste. */

export function nextLines(stage: Stage, deployment: Deployment, surroundings: Surroundings): Line[] {
  const { state, failure } = stage;
  const page: Piece = { label: "the run's page", address: ownAddress(stage.url ?? surroundings.run, surroundings) };
  const again: Line = ['“Re-run failed jobs” on ', page];
  const look: Line = [
    { command: commandOn(['lockstep', 'status'], placeOf(stage, deployment)) },
    ' says what is applied.',
  ];
  if (state !== 'busy' && failure?.settle === true && failure.migration !== undefined)
    return [settling(failure.migration, stage, deployment), look];
  switch (state) {
    case 'partial':
    case 'failed':
      return [['Next: ', cure(stage), ', then ', ...again, '. ', afterwards(stage)], look];
    case 'cancelled':
      return [['Next: ', ...again, '. It goes on where this one ended.'], look];
    case 'error':
      return [['Next: mend the cause, then ', ...again, '.'], look];
    case 'refused':
      return [['Next: what to do about each closed gate stands on ', page, '.']];
    case 'busy':
      return [['Next: let the other run end, then ', ...again, '.']];
    case 'rejected':
      return [['Next: ', page, ' says which; once that is settled, “Re-run failed jobs” there.']];
    default:
      return [];
  }
}

function isInTheWay({ failure }: Stage): boolean {
  return othersWereInTheWay(failure?.sqlstate);
}

function cure(stage: Stage): string {
  return isInTheWay(stage) ? 'let those in the way end' : 'mend the cause';
}

function afterwards(stage: Stage): string {
  if (isAfterwards(stage)) return 'The checks run again.';
  const goesOn = 'It goes on where this one ended.';
  return isInTheWay(stage)
    ? goesOn
    : `${goesOn} If the file itself is wrong: mend it in a new commit, and deploy that.`;
}

/** Nobody but a person can say what is there. The command ends before the answer: pasted as it stands, it does nothing. */
function settling(migration: string, stage: Stage, deployment: Deployment): Line {
  const command = `${commandOn(['lockstep', 'resolve', migration], placeOf(stage, deployment))} --as`;
  const answers: Piece[] = [
    { name: 'applied' },
    ' (all of it is there), ',
    { name: 'rolled-back' },
    ' (nothing of it) or ',
  ];
  return [
    'Next: look at what is there of it, and say so: ',
    { command },
    ' with ',
    ...answers,
    { name: 'retry' },
    ' (what is done stays). Then start the run again.',
  ];
}

function placeOf({ environment }: Stage, { database }: Deployment) {
  return { environment, database };
}
