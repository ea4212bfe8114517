import type { Finding } from '../../report/model.ts';
import { exclusivelyLocked } from '../exclusive-locks.ts';
import { hazard } from '../hazard.ts';
import { longReads } from '../long-reads.ts';
import { relationKey } from '../made.ts';
import { goesThroughExisting, rowChanges } from '../row-changes.ts';
import type { Command, HazardScript } from '../types.ts';

/** DDL and a change of many rows, or a long query, in one transaction: the lock of the one is held for all of the other. */
export function lockHeldOverRows(script: HazardScript): Finding[] {
  if (script.execution === 'autocommit') return [];
  const work = script.commands.map((command): Work & { readonly command: Command } => ({
    command,
    line: command.line,
    locks: exclusivelyLocked(command).filter((name) => !script.made.hasBefore(command, name)),
    changes: [
      ...rowChanges(command, script)
        .filter((change) => goesThroughExisting(script, command, change))
        .map(({ words, table, through, rows }) => ({ words, tables: [table, ...through], all: rows === 'all' })),
      ...longReads(command, script).map((read) => ({ ...read, all: false })),
    ],
  }));
  return heldOverRows(work).map(({ held, during, change, same }) => {
    const table = held.relation;
    const where = `the lock of line ${held.line} keeps readers and writers of ${table} out`;
    const message = `${change.words} ${during.command.inside === undefined ? '' : 'here '}runs while ${where}: they wait until it is done and the transaction ends.`;
    return hazard('lock-held-over-rows', script, during.command, {
      message,
      relations: [table, ...change.tables],
      waiting: [table],
      severity: same && change.all ? undefined : 'warn',
    });
  });
}

/** What a command of a transaction does, from its text or from a trace. */
export interface Work {
  readonly line: number;
  /** Relations that were there before and that it holds ACCESS EXCLUSIVE on from here. */
  readonly locks: readonly string[];
  /** Changes of many rows, and long queries. `tables`: those that are read or changed. */
  readonly changes: readonly { readonly words: string; readonly tables: readonly string[]; readonly all: boolean }[];
}

interface Held<W extends Work> {
  readonly held: { readonly relation: string; readonly line: number };
  readonly during: W;
  readonly change: Work['changes'][number];
  /** The rows are those of the locked table itself. */
  readonly same: boolean;
}

/**
 * Each change of many rows that runs under an exclusive lock of an earlier command, with the lock that matters most: one on
 * the same table before another. `work`: the commands of one transaction, in order.
 */
export function heldOverRows<W extends Work>(work: readonly W[]): Held<W>[] {
  const locks = new Map<string, number>();
  return work.flatMap((during) => {
    const [change] = during.changes;
    const found: Held<W>[] = [];
    if (change !== undefined && locks.size > 0) {
      const tables = new Set(during.changes.flatMap((one) => one.tables).map(relationKey));
      const all = [...locks].map(([relation, line]) => ({ relation, line, same: tables.has(relationKey(relation)) }));
      const worst = all.find(({ same }) => same) ?? all[0];
      if (worst) found.push({ held: worst, during, change, same: worst.same });
    }
    for (const relation of during.locks) if (!locks.has(relation)) locks.set(relation, during.line);
    return found;
  });
}
