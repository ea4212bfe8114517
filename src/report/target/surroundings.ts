import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import { count, duration, shortCommit } from '../words.ts';
import type { TargetLine } from './parts.ts';
import { sessionPhrases } from './words.ts';

/** Which database it was, what it has, the plan's digest, and where the log is. */
export function targetLines({ target, history, plan, command, log }: Report): TargetLine[] {
  if (target === undefined) return [];
  const { address, role, serverVersion, database, pooler } = target;
  const where: Phrase[] = [
    { name: address ?? database },
    ...(role === undefined ? [] : [' as ', { name: role }]),
    `, Postgres ${serverVersion}`,
    ...(pooler === undefined || pooler === 'none' ? [] : [`, through a pooler in ${pooler} mode`]),
  ];
  return [
    { phrases: where },
    ...(history === undefined ? [] : [{ phrases: historyPhrases(history) }]),
    ...(plan === undefined || command !== 'plan' ? [] : [{ phrases: ['Digest of the plan: ', { name: plan.digest }] }]),
    ...(log === undefined ? [] : [{ phrases: ['Log: ', { name: log }] }]),
  ];
}

function historyPhrases({ relation, applied, newest, commit }: NonNullable<Report['history']>): Phrase[] {
  if (relation === null) return ['No history yet'];
  return [
    `${count(applied, 'migration')} applied`,
    ...(newest === undefined ? [] : [', the newest is ', { name: newest }]),
    ...(commit === undefined ? [] : [', at commit ', { name: shortCommit(commit) }]),
    ' (',
    { name: relation },
    ')',
  ];
}

/** Shorter waits are nobody's business. */
const WORTH_TELLING_MS = 1_000;

/** Who holds the lock, and how long it was waited for. */
export function lockLines({ lock, command, result }: Report): TargetLine[] {
  const { waitedMs = 0, holder } = lock ?? {};
  const waited = waitedMs >= WORTH_TELLING_MS ? `, waited ${duration(waitedMs)}` : '';
  if (holder === undefined) return waited === '' ? [] : [{ phrases: [`Waited ${duration(waitedMs)} for the lock`] }];
  const verb = command === 'plan' || command === 'status' || result === 'busy' ? 'is held by' : 'was held by';
  return [
    {
      phrases: [`The lock ${verb} `, ...sessionPhrases(holder), waited],
      ...(result === 'busy' ? { mood: 'bad' as const } : {}),
    },
  ];
}
