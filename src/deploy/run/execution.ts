import { parseScript } from '../../project/sql.ts';
import { cannotRunInTransaction, effectiveExecution } from '../../project/transaction.ts';
import type { Migration } from '../../project/types.ts';

/**
 * Whether a migration runs statement by statement, without a transaction round it. What a tool sends as one query is a
 * transaction by itself, unless it is one statement that refuses any.
 */
export function runsInSteps(migration: Migration): boolean {
  const execution = effectiveExecution(migration);
  if (execution !== 'implicit') return execution === 'autocommit';
  const statements = parseScript(migration.up).statements ?? [];
  return statements.length === 1 && statements.some(cannotRunInTransaction);
}
