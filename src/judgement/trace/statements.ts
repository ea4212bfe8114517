import { waiting, writtenMode } from '../../postgres/lock-modes.ts';
import type { StatementReport } from '../../report/model.ts';
import type { HeldLock, StatementFacts } from './facts.ts';

/** The statements of a report with what the rehearsal saw each of them do. */
export function withFacts(statements: readonly StatementReport[], facts: readonly StatementFacts[]): StatementReport[] {
  return statements.map((statement) => {
    const one = facts.find((each) => each.statement === statement.index);
    if (one === undefined || one.seen === 'not') return statement;
    const { locks, rewrites, scans, writes, creates, drops, objects, invalid, cpuMs } = one;
    const names = (relations: readonly { readonly name: string }[]): string[] => relations.map(({ name }) => name);
    return {
      ...statement,
      ...(cpuMs === undefined ? {} : { cpuMs: Math.round(cpuMs * 100) / 100 }),
      locks: locks.filter(isWorthTelling(one)).map(({ relation, mode }) => ({
        relation: relation.name,
        mode: writtenMode(mode),
        blocks: [...waiting(mode)],
      })),
      ...listed('rewrites', names(rewrites)),
      ...listed('scans', names(scans)),
      ...listed('writes', names(writes)),
      ...listed('creates', [...names(creates), ...objects.made]),
      ...listed('drops', [...names(drops), ...objects.dropped]),
      ...listed('invalid', names(invalid)),
    };
  });
}

function listed<K extends string>(key: K, names: readonly string[]): { readonly [P in K]?: string[] } {
  return names.length === 0 ? {} : ({ [key]: [...names] } as { [P in K]: string[] });
}

/** What it takes itself, and nothing of a mere query; of an index only what stops more than the lock on its table. */
export function isWorthTelling({ locks }: StatementFacts): (lock: HeldLock) => boolean {
  const stopped = new Map(locks.map(({ relation, mode }) => [relation.name, waiting(mode).length]));
  return ({ relation, mode, taken }) => {
    if (!taken || mode === 'AccessShareLock') return false;
    if (relation.kind !== 'index') return true;
    return !stopped.has(relation.table ?? '') || waiting(mode).length > (stopped.get(relation.table ?? '') ?? 0);
  };
}
