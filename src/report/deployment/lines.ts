import { howToSettle } from '../../settle.ts';
import type { Phrase } from '../phrases.ts';
import type { TargetLine } from '../target/parts.ts';
import { count, duration } from '../words.ts';
import type { Deployment, Stage, StageFailure } from './model.ts';

/** What has become of a deployment, a line for each environment and one for the code: the same words on every surface. */
export function deploymentLines({ stages, code, database }: Deployment): TargetLine[] {
  return [...stages.map((stage) => stageLine(stage, database)), ...(code === undefined ? [] : [codeLine(code.state)])];
}

const BAD: ReadonlySet<Stage['state']> = new Set(['partial', 'failed', 'refused', 'busy', 'error', 'rejected']);

export function isBad({ state }: Stage): boolean {
  return BAD.has(state);
}

function stageLine(stage: Stage, database: string | undefined): TargetLine {
  const { environment, failure } = stage;
  const help = helpOf(stage, database);
  const details = [...(failure === undefined ? [] : failureDetails(failure)), ...approverLines(stage)];
  return {
    head: environment,
    phrases: [stageWords(stage) + when(stage)],
    ...(isBad(stage) ? { mood: 'bad' as const } : stage.state === 'cancelled' ? { mood: 'warn' as const } : {}),
    ...(details.length === 0 ? {} : { details }),
    ...(help === undefined ? {} : { help }),
  };
}

/** ', 2026-11-27 15:05 UTC': a comment is read on another day. Not where nothing happened. */
function when({ state, at }: Stage): string {
  const nothing = state === 'planned' || state === 'noop' || state === 'skipped' || state === 'superseded';
  return nothing ? '' : `, ${state === 'waiting' ? 'since ' : ''}${at.slice(0, 16).replace('T', ' ')} UTC`;
}

/** '2 migrations applied (1.2 s)', 'waiting for approval: 2 migrations' */
export function stageWords({ state, applied, pending, durationMs, unread }: Stage): string {
  const time = durationMs === undefined ? '' : ` (${duration(durationMs)})`;
  const left = pending > 0 ? `, ${pending} not` : '';
  switch (state) {
    case 'planned':
      return pending === 0 ? 'checks to run' : `${count(pending, 'migration')} to apply`;
    case 'waiting':
      if (unread) return 'waiting for approval: the database was not read';
      return `waiting for approval: ${pending === 0 ? 'checks to run' : count(pending, 'migration')}`;
    case 'applied':
      return `${count(applied, 'migration')} applied${time}`;
    case 'noop':
      return 'nothing to do';
    case 'superseded':
      return 'superseded: the database is at a later commit';
    case 'partial':
      return `stopped half-way: ${applied} applied${left}`;
    case 'failed':
      return `failed: ${applied === 0 ? 'no migration' : applied} applied`;
    case 'refused':
      return 'refused: no migration ran';
    case 'busy':
      return 'another run held the lock: no migration ran';
    case 'error':
      return `no answer${applied > 0 ? `: ${applied} applied as far as is known` : ''}`;
    case 'rejected':
      return 'not approved, or its job ended without a word';
    case 'cancelled':
      return applied > 0 ? `cancelled: ${applied} applied${left}` : 'cancelled';
    case 'skipped':
      return 'not begun';
  }
}

/** 'It may be approved by grace, the team dba.' */
function approverLines({ state, approvers = [] }: Stage): Phrase[][] {
  if (state !== 'waiting' || approvers.length === 0) return [];
  const names = approvers.flatMap((name): Phrase[] => [', ', { name }]).slice(1);
  return [['It may be approved by ', ...names, '.']];
}

/** Where it stopped, why, and who was in the way. */
export function failureDetails({ migration, statement, line, sqlstate, message, blocker }: StageFailure): Phrase[][] {
  const place = [
    ...(statement === undefined ? [] : [`statement ${statement}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ].join(', ');
  const state = sqlstate === undefined ? '' : ` (SQLSTATE ${sqlstate})`;
  const where: Phrase[] = migration === undefined ? [] : [{ name: migration }, place === '' ? ': ' : `, ${place}: `];
  return [[...where, `${message}${state}`], ...(blocker === undefined ? [] : [[`It waited for ${blocker}.`]])];
}

/** What to do now; undefined: nothing. */
export function helpOf({ state, failure, environment, unread }: Stage, database?: string): string | undefined {
  if (failure?.settle && failure.migration !== undefined)
    return howToSettle(failure.migration, { environment, database });
  switch (state) {
    case 'waiting':
      return unread ? UNSEEN : undefined;
    case 'partial':
    case 'failed':
      return 'Mend the cause, then start the failed jobs again: the run goes on where it stopped. What is applied stays.';
    case 'rejected':
      return 'Look at the job. Where nobody approved it, no migration ran; of a runner that was lost nobody knows: `lockstep status` says what is applied. Then start the failed jobs again.';
    case 'busy':
    case 'error':
    case 'cancelled':
      return 'Start the failed jobs again: the run finds out what has been done, and goes on from there.';
    default:
      return undefined;
  }
}

/** What an approval without a plan means. */
export const UNSEEN =
  'What is pending is found out after the approval: whoever approves, approves that unseen. A secret with the address of a role that may only SELECT lets the plan read it before.';

const CODE: Readonly<Record<NonNullable<Deployment['code']>['state'], string>> = {
  deployed: 'deployed',
  failed: 'failed to deploy',
  cancelled: 'its deploy was cancelled',
  skipped: 'not deployed',
};

export function codeWords(state: keyof typeof CODE): string {
  return CODE[state];
}

function codeLine(state: keyof typeof CODE): TargetLine {
  return {
    head: 'code',
    phrases: [codeWords(state)],
    ...(state === 'failed' ? { mood: 'bad' as const, help: ROLL_BACK_CODE } : {}),
    ...(state === 'cancelled' ? { mood: 'warn' as const } : {}),
  };
}

export const ROLL_BACK_CODE =
  'Roll back the code, not the schema: the code of before runs on it as it did while this one was on its way, and to take a schema back loses what was written since.';

/** In one line: what matters most comes last in a deployment. */
export function deploymentPhrases({ stages, code }: Deployment, deployCode: boolean | undefined): readonly Phrase[] {
  if (code?.state === 'failed') return ['the code failed to deploy; the schema stays'];
  if (code?.state === 'deployed') return ['migrations and code are deployed'];
  const bad = stages.find(isBad) ?? stages.find(({ state }) => state === 'cancelled');
  if (bad !== undefined) return [{ name: bad.environment }, `: ${stageWords(bad)}; the code does not follow`];
  const last = stages.at(-1);
  if (last?.state === 'waiting') return [{ name: last.environment }, `: ${stageWords(last)}`];
  if (deployCode === true && last !== undefined)
    return [{ name: last.environment }, `: ${stageWords(last)}; the code may follow`];
  return deployCode === true ? ['the code may follow'] : ['the code does not follow'];
}
