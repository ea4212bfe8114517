import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import { count, duration, shortCommit } from '../words.ts';
import type { TargetLine } from './parts.ts';
import { sessionDetails, sessionPhrases } from './words.ts';

/** Which database it was, and what it has. */
export function targetLines(report: Report, full: boolean): TargetLine[] {
  const { target, history, result, database: chosen } = report;
  if (target === undefined) return [];
  const { address, role, serverVersion, database, pooler } = target;
  const loggedIn = address?.startsWith(`${role}@`) === true && !full;
  const where: Phrase[] = [
    { name: address ?? database },
    ...(role === undefined || loggedIn ? [] : [' as ', { name: role }]),
    ...(full && address !== undefined ? [', database ', { name: database }] : []),
    ...(chosen === undefined ? [] : [', called ', { name: chosen }, ' in lockstep.yml']),
    `, Postgres ${serverVersion}`,
    ...(pooler === undefined || pooler === 'none' ? [] : [`, through a pooler in ${pooler} mode`]),
  ];
  // The headline of a run that had nothing to do names the newest one.
  const told = history !== undefined && (full || result !== 'noop' || history.newest === undefined);
  return [{ phrases: where }, ...(told ? [{ phrases: historyPhrases(history, full) }] : [])];
}

function historyPhrases(
  { relation, applied, newest, commit }: NonNullable<Report['history']>,
  full: boolean,
): Phrase[] {
  if (relation === null && applied === 0) return ['No history of migrations yet'];
  return [
    `${count(applied, 'migration')} applied`,
    ...(newest === undefined ? [] : [', the newest is ', { name: newest }]),
    ...(commit === undefined ? [] : [', from commit ', { name: full ? commit : shortCommit(commit) }]),
    ...(relation === null ? [] : [' (', { name: relation }, ')']),
  ];
}

/** Of a plan that can be approved; `full`: of whatever was planned. */
export function digestLines({ plan, command, result }: Report, full: boolean): TargetLine[] {
  if (plan === undefined || !(full || (command === 'plan' && result === 'planned'))) return [];
  const facts: Phrase[] = full ? [`${plan.tool}, on the history `, { name: plan.history }] : [];
  return [{ phrases: facts, copy: plan.digest }];
}

/** What was looked at, what it was compared with, and where the log is. */
export function logLines({ log, git, result, rehearsal, lock }: Report, full: boolean): TargetLine[] {
  if (result === 'noop' && !full) return [];
  const commit: Phrase[] =
    git === undefined
      ? []
      : git.headSha === null
        ? ['The working tree']
        : ['At commit ', { name: shortCommit(git.headSha) }];
  const compared = rehearsal === undefined ? [] : [`, compared on Postgres ${rehearsal.serverVersion}`];
  return [
    ...(commit.length === 0 ? [] : [{ phrases: [...commit, ...compared] }]),
    ...(full && lock !== undefined ? [{ phrases: ['Key of the lock: ', { name: lock.key }] }] : []),
    ...(log === undefined ? [] : [{ phrases: ['Log: ', { name: log }] }]),
  ];
}

/** Shorter waits are nobody's business. */
const WORTH_TELLING_MS = 1_000;

const BUSY_HELP = 'Let it end, then start this run again; `lock_wait` says how long a run waits.';

/** Who holds the lock, and how long it was waited for. */
export function lockLines({ lock, command, result }: Report): TargetLine[] {
  const { waitedMs = 0, holder, skipped, tool } = lock ?? {};
  const busy = result === 'busy';
  const which: Phrase[] = tool === undefined ? ['The lock'] : ['The lock of ', { name: tool }];
  const waited = waitedMs >= WORTH_TELLING_MS ? `waited ${duration(waitedMs)} for it` : undefined;
  if (holder === undefined && !busy) return waited === undefined ? [] : [{ phrases: [`This run ${waited}`] }];
  const reads = command === 'plan' || command === 'status' || command === 'verify';
  const who: Phrase[] = holder === undefined ? ['another run'] : sessionPhrases(holder, 'connection');
  return [
    {
      phrases: [
        ...which,
        busy || reads ? ' is held by ' : ' was held by ',
        ...who,
        ...(waited === undefined ? [] : [`; this run ${waited}`]),
      ],
      ...(busy && skipped !== true
        ? { mood: 'bad' as const, help: BUSY_HELP }
        : reads
          ? { mood: 'warn' as const }
          : {}),
      ...(holder === undefined ? {} : { details: sessionDetails(holder) }),
    },
  ];
}
