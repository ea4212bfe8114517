import type { MigrationReport } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import { count, duration } from '../words.ts';
import { sessionPhrases } from './words.ts';

/** What became of earlier tries of a migration, and who was in the way; empty when the first one did it. */
export function attemptPhrases({ up }: MigrationReport): (readonly Phrase[])[] {
  const attempts = up?.attempts ?? [];
  const last = attempts.at(-1);
  if (last === undefined) return [];
  const spent = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const state = last.sqlstate === undefined ? '' : ` (SQLSTATE ${last.sqlstate})`;
  const blockers = attempts.findLast(({ blockers: some = [] }) => some.length > 0)?.blockers ?? [];
  return [
    [
      `${count(attempts.length, 'try', 'tries')} before came to nothing, ${duration(spent)}; the last: ${last.message}${state}`,
    ],
    ...blockers.map((session): Phrase[] => [
      'in the way: ',
      ...sessionPhrases(session),
      ...(session.query === undefined ? [] : [', ', { name: session.query }]),
    ]),
  ];
}
