import { isBad } from '../deployment/lines.ts';
import type { Deployment, Stage, StageState } from '../deployment/model.ts';

/** What a glance tells. */
export const SIGNS: Readonly<Record<StageState, string>> = {
  planned: '📋',
  waiting: '⏳',
  applied: '✅',
  noop: '✅',
  superseded: '⏭️',
  partial: '❌',
  failed: '❌',
  refused: '⛔',
  busy: '⚠️',
  error: '❌',
  rejected: '⛔',
  cancelled: '⚠️',
  skipped: '➖',
};

export const CODE_SIGNS: Readonly<Record<NonNullable<Deployment['code']>['state'], string>> = {
  deployed: '🚀',
  failed: '❌',
  cancelled: '⚠️',
  skipped: '➖',
};

/** Whether somebody has to do something about it. */
export function isTrouble(stage: Stage): boolean {
  return isBad(stage) || stage.state === 'cancelled';
}

/** All of it is applied, and then a check found something. */
export function isAfterwards({ state, applied, pending }: Stage): boolean {
  return state === 'failed' && applied > 0 && pending === 0;
}
