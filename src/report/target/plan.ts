import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import { count } from '../words.ts';
import type { TargetLine } from './parts.ts';
import { bytes, number, sessionPhrases } from './words.ts';

/** What a plan holds. A run that has applied it tells of the migrations instead. */
export function pendingLines({ command, result, plan }: Report): TargetLine[] {
  if (plan === undefined || (command === 'apply' && result !== 'refused' && result !== 'busy')) return [];
  return plan.pending.map(({ id, statements, transaction }) => ({
    phrases: [
      { name: id },
      `, ${count(statements, 'statement')}`,
      ...(transaction === 'none' ? [', without a transaction'] : []),
    ],
  }));
}

export function tableLines({ plan }: Report): TargetLine[] {
  return [...(plan?.tables ?? [])]
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ name, rows, bytes: size }) => ({
      phrases: [{ name }, `: ${bytes(size)}, about ${number(rows)} ${rows === 1 ? 'row' : 'rows'}`],
    }));
}

export function blockerLines({ plan }: Report): TargetLine[] {
  const { visible, sessions } = plan?.blockers ?? { visible: true, sessions: [] };
  const seen = sessions.map((session): TargetLine => {
    const { query, relations = [] } = session;
    const details: (readonly Phrase[])[] = [
      ...(relations.length === 0
        ? []
        : [['it has locked ', ...relations.flatMap((name, at) => [at > 0 ? ', ' : '', { name }])]]),
      ...(query === undefined ? [] : [['it runs ', { name: query }]]),
    ];
    return { phrases: sessionPhrases(session), mood: 'warn', details };
  });
  if (visible) return seen;
  const hidden: TargetLine = {
    phrases: ["What other roles' transactions do is not visible to this role."],
    help: 'GRANT pg_read_all_stats to the role that reads, to see how old they are and what they run.',
  };
  return [...seen, hidden];
}

export function invalidIndexLines({ plan }: Report): TargetLine[] {
  return (plan?.invalidIndexes ?? []).map((name) => ({
    phrases: [{ name }, ' is INVALID: no query uses it, every write pays for it'],
    mood: 'warn',
  }));
}
