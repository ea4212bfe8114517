import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import type { HistoryEntry, HistoryReport } from '../target-model.ts';
import { duration, moment, shortCommit } from '../words.ts';
import type { TargetLine } from './parts.ts';

/** The newest ones are what people ask for; those that want attention are told in any case. */
const NEWEST = 15;

/** Not as it should be: what a deploy would stumble over. */
export function isOdd({ status, inRepository, edited }: HistoryEntry): boolean {
  return status !== 'applied' || !inRepository || edited === 'meaning' || edited === 'unknown';
}

/** `status`: what is applied, the newest last, and what is not as it should be. */
export function historyLines({ history }: Report, full: boolean): TargetLine[] {
  const entries = history?.entries ?? [];
  const isShown = (entry: HistoryEntry, index: number): boolean =>
    full || isOdd(entry) || index >= entries.length - NEWEST;
  const shown = entries.filter(isShown);
  const left = entries.length - shown.length;
  return [
    ...lastRunLines(history?.lastRun, full),
    ...(left > 0 ? [{ phrases: [`${left} older ones, as they should be`] }] : []),
    ...shown.map((entry) => ({
      head: entry.id,
      phrases: entryPhrases(entry, full),
      ...(isOdd(entry) ? { mood: 'warn' as const } : {}),
    })),
  ];
}

/** Results of a run after which nothing is left to tell. */
const ENDED_WELL: readonly string[] = ['applied', 'noop'];

function lastRunLines(run: HistoryReport['lastRun'], full: boolean): TargetLine[] {
  if (run === undefined) return [];
  const well = ENDED_WELL.includes(run.result);
  if (well && !full) return [];
  const { result, startedAt, commit, error } = run;
  return [
    {
      phrases: [
        result === 'running' ? 'A run is at work, or died: begun ' : `The last run ended as ${result}: begun `,
        moment(startedAt),
        ...(commit === undefined ? [] : [', from ', { name: full ? commit : shortCommit(commit) }]),
      ],
      ...(well ? {} : { mood: 'warn' as const }),
      ...(error === undefined ? {} : { details: [[{ name: error }]] }),
    },
  ];
}

const HOW: Readonly<Record<HistoryEntry['how'], string>> = {
  applied: 'applied',
  baseline: 'in the baseline',
  resolved: 'recorded by resolve',
  tool: 'applied, not by Lockstep',
};

const EDITED = {
  cosmetic: 'its comments were edited since',
  meaning: 'EDITED since',
  unknown: 'EDITED since, by the checksum of the tool',
} as const;

function entryPhrases(entry: HistoryEntry, full: boolean): Phrase[] {
  const { how, inRepository, edited, appliedAt, durationMs, commit, pullRequest, actor, runUrl } = entry;
  return [
    stateOf(entry),
    ...(appliedAt === undefined ? [] : [` ${moment(appliedAt)}`]),
    ...(durationMs === undefined || how !== 'applied' ? [] : [` in ${duration(durationMs)}`]),
    ...(commit === undefined ? [] : [', from ', { name: full ? commit : shortCommit(commit) }]),
    ...(pullRequest === undefined ? [] : [', ', { name: `#${pullRequest}` }]),
    ...(actor === undefined ? [] : [', by ', { name: actor }]),
    ...(edited === undefined ? [] : [`, ${EDITED[edited]}`]),
    ...(inRepository ? [] : [', NOT in this commit']),
    ...(full && runUrl !== undefined ? [', ', { name: runUrl }] : []),
  ];
}

function stateOf({ status, how, statementsDone, statements }: HistoryEntry): string {
  if (status === 'failed') return 'FAILED, by the word of its tool';
  return status === 'partial' ? `HALF-DONE: ${statementsDone ?? 0} of ${statements ?? '?'} statements` : HOW[how];
}
