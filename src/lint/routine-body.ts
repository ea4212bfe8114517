import { type Node, parseSql } from '../project/sql.ts';
import { fieldsOf, names, option, scalar } from '../project/syntax-tree.ts';

/** The statements of a function in plain SQL, which Postgres reads as it makes the function. undefined: another language. */
export function plainBodyOf({ options, sql_body: atomic }: Node): unknown {
  if (atomic !== undefined) return atomic;
  if ((scalar(option(options, 'language')) ?? '').toLowerCase() !== 'sql') return undefined;
  const body = names(fieldsOf(option(options, 'as'), 'List')?.items)[0] ?? '';
  return parseSql(body).statements?.map(({ kind, tree }) => ({ [kind]: tree }));
}
