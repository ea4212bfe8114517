import { createHash } from 'node:crypto';
import { treeOf } from './same-statements.ts';
import type { Statement } from './sql.ts';

/** A hash of what a statement does: comments and white space do not count. */
export function statementHash(statement: Statement): string {
  return createHash('sha256').update(treeOf(statement)).digest('hex');
}
