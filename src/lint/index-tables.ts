import { rangeVar } from '../project/relations.ts';
import type { Statement } from '../project/sql.ts';
import { text } from '../project/syntax-tree.ts';
import { written } from './made.ts';
import { relationsOf } from './relations.ts';
import type { HazardScript } from './types.ts';

const INDEXES = /\bindex\b/i;

/**
 * The table that an index was made on, as it is written there, by the migrations before and the statements before one.
 * undefined: they do not tell. `index`: as it is written.
 */
export function tableOfIndex({ past, statements }: HazardScript, at: Statement, index: string): string | undefined {
  const bare = index.replace(/^.*\./, '');
  const before = statements.filter((one) => one.index < at.index);
  const made = [...past.statements(INDEXES, bare), ...before].findLast(
    ({ kind, tree }) => kind === 'IndexStmt' && text(tree.idxname) === bare,
  );
  const name = rangeVar(made?.tree.relation);
  return name && written(name);
}

/** The tables that a statement is about; of one about an index its table, where the migrations tell. */
export function tablesOf(script: HazardScript, statement: Statement): string[] {
  const { kind, tree } = statement;
  const names = relationsOf(statement);
  const isIndex =
    (kind === 'DropStmt' && tree.removeType === 'OBJECT_INDEX') ||
    (kind === 'ReindexStmt' && tree.kind === 'REINDEX_OBJECT_INDEX') ||
    (kind === 'AlterTableStmt' && tree.objtype === 'OBJECT_INDEX');
  if (!isIndex) return names;
  const tables = names.map((name) => tableOfIndex(script, statement, name));
  return tables.every((table) => table !== undefined) ? tables : [];
}
