import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import type { HistoryEntry } from '../target-model.ts';
import { duration, shortCommit } from '../words.ts';
import type { TargetLine } from './parts.ts';
import { minute } from './words.ts';

/** The newest ones are what people ask for; those that want attention are told in any case. */
const NEWEST = 15;

/** `status`: what is applied, the newest last, and what is not as it should be. */
export function historyLines({ history }: Report): TargetLine[] {
  const entries = history?.entries ?? [];
  const odd = (entry: HistoryEntry): boolean =>
    entry.status !== 'applied' || !entry.inRepository || entry.edited !== undefined;
  const shown = entries.filter((entry, index) => odd(entry) || index >= entries.length - NEWEST);
  const left = entries.length - shown.length;
  return [
    ...(left > 0 ? [{ phrases: [`${left} older ones, as they should be`] }] : []),
    ...shown.map((entry) => ({ phrases: entryPhrases(entry), ...(odd(entry) ? { mood: 'warn' as const } : {}) })),
  ];
}

const HOW: Readonly<Record<HistoryEntry['how'], string>> = {
  applied: 'applied',
  baseline: 'in the baseline',
  resolved: 'recorded by resolve',
  tool: 'applied by the tool itself',
};

function entryPhrases(entry: HistoryEntry): Phrase[] {
  const { id, status, how, inRepository, edited, appliedAt, durationMs, commit, actor } = entry;
  const { statementsDone, statements } = entry;
  const state =
    status === 'partial'
      ? `half-done: ${statementsDone ?? 0} of ${statements ?? '?'} statements`
      : status === 'failed'
        ? 'failed, by the word of its tool'
        : HOW[how];
  return [
    { name: id },
    `, ${state}`,
    ...(appliedAt === undefined ? [] : [` ${minute(appliedAt)}`]),
    ...(durationMs === undefined || how !== 'applied' ? [] : [` in ${duration(durationMs)}`]),
    ...(commit === undefined ? [] : [' from ', { name: shortCommit(commit) }]),
    ...(actor === undefined ? [] : [' by ', { name: actor }]),
    ...(edited === undefined ? [] : [edited === 'cosmetic' ? ', comments edited since' : ', EDITED since']),
    ...(inRepository ? [] : [', not in this commit']),
  ];
}
