import type { MigrationReport } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import type { Attempt, SessionReport } from '../target-model.ts';
import { count, duration } from '../words.ts';
import type { TargetLine } from './parts.ts';
import { sessionDetails, sessionPhrases } from './words.ts';

/** What became of earlier tries of a migration, and who was in the way; empty when the first one did it. */
export function attemptLines({ up }: MigrationReport): TargetLine[] {
  const attempts = up?.attempts ?? [];
  if (attempts.length === 0) return [];
  const spent = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const tries = `${count(attempts.length, 'try', 'tries')} came to nothing, ${duration(spent)}`;
  return [
    { phrases: [`${tries}: ${tallied(attempts)}`], mood: 'warn' },
    ...blockersOf(attempts).map(({ session, times }) => ({
      phrases: [
        'in the way: ',
        ...sessionPhrases(session),
        ...(attempts.length > 1 ? [`, in ${times} of ${attempts.length} tries`] : []),
      ],
      mood: 'warn' as const,
      details: sessionDetails(session),
    })),
  ];
}

/** Each try by itself. */
export function attemptDetails({ up }: MigrationReport): TargetLine[] {
  return (up?.attempts ?? []).map((attempt) => {
    const { startedAt, durationMs, statement, blockers = [] } = attempt;
    const at = statement === undefined ? '' : `, at statement ${statement + 1}`;
    return {
      phrases: [`${startedAt.slice(11, 19)} UTC, ${duration(durationMs)}: ${said(attempt)}${at}`],
      details: blockers.flatMap((session) => [
        ['in the way: ', ...sessionPhrases(session)] satisfies Phrase[],
        ...sessionDetails(session),
      ]),
    };
  });
}

function said({ message, sqlstate }: Attempt): string {
  return sqlstate === undefined ? message : `${message} (SQLSTATE ${sqlstate})`;
}

/** '3 times canceling statement due to lock timeout (SQLSTATE 55P03), deadlock detected (SQLSTATE 40P01)' */
function tallied(attempts: readonly Attempt[]): string {
  const times = new Map<string, number>();
  for (const attempt of attempts) times.set(said(attempt), (times.get(said(attempt)) ?? 0) + 1);
  return [...times].map(([text, number]) => (number === 1 ? text : `${number} times ${text}`)).join(', ');
}

/** Who was in the way, each once, as last seen; whoever was it most often comes first. */
function blockersOf(attempts: readonly Attempt[]): { session: SessionReport; times: number }[] {
  const seen = new Map<string, { session: SessionReport; times: number }>();
  for (const session of attempts.flatMap(({ blockers = [] }) => blockers)) {
    const key = JSON.stringify([session.pid, session.application]);
    seen.set(key, { session, times: (seen.get(key)?.times ?? 0) + 1 });
  }
  return [...seen.values()].sort((a, b) => b.times - a.times);
}
