import { rangeVar } from '../project/relations.ts';
import type { Node, Statement } from '../project/sql.ts';
import { fieldsOf, list, names, record, text } from '../project/syntax-tree.ts';
import { relationKey, typeKey, written } from './made.ts';
import type { Command, HazardScript } from './types.ts';

/** Types as column definitions name them. */

/** 'int4', 'timestamptz', 'sales.state': without pg_catalog, which the parser adds to the names of the SQL standard. */
export function typeNameOf(column: Node | undefined): string {
  const parts = names(record(column?.typeName)?.names);
  return (parts[0] === 'pg_catalog' ? parts.slice(1) : parts).join('.').replace(/^public\./, '');
}

export function isArray(column: Node): boolean {
  return list(record(column.typeName)?.arrayBounds).length > 0;
}

const DEFINES = /\b(?:create|alter)\b/i;

/** The type of a column, as far as earlier migrations and the statements before tell; undefined: they do not. */
export function columnType(
  { past, statements }: HazardScript,
  at: Command,
  table: string,
  column: string,
): string | undefined {
  const key = relationKey(table);
  const before = statements.filter(({ index }) => index < at.statement.index);
  let type: string | undefined;
  for (const statement of [...past.statements(DEFINES, table.replace(/^.*\./, '')), ...before])
    type = typeIn(statement, key, column) ?? type;
  return type;
}

function typeIn({ kind, tree }: Statement, table: string, column: string): string | undefined {
  const name = rangeVar(tree.relation);
  if (name === undefined || relationKey(written(name)) !== table) return undefined;
  if (kind === 'CreateStmt') {
    const found = list(tree.tableElts).map((item) => fieldsOf(item, 'ColumnDef'));
    return ofDefinition(found.find((one) => one?.colname === column));
  }
  if (kind !== 'AlterTableStmt') return undefined;
  const changes = list(tree.cmds).flatMap((item) => {
    const command = fieldsOf(item, 'AlterTableCmd');
    const definition = fieldsOf(command?.def, 'ColumnDef');
    const named = command?.subtype === 'AT_AlterColumnType' ? text(command.name) : text(definition?.colname);
    return named === column && definition !== undefined ? [definition] : [];
  });
  return ofDefinition(changes.at(-1));
}

function ofDefinition(column: Node | undefined): string | undefined {
  return column === undefined ? undefined : typeNameOf(column);
}

const DOMAINS = /\bdomain\b/i;

/** Whether a type is a domain with a constraint, by what the migrations say of it. */
export function isConstrainedDomain({ past, statements }: HazardScript, at: Command, column: Node): boolean {
  const parts = names(record(column.typeName)?.names);
  const name = parts.at(-1);
  if (name === undefined || parts[0] === 'pg_catalog') return false;
  const before = statements.filter(({ index }) => index < at.statement.index);
  return [...past.statements(DOMAINS, name), ...before].some(({ kind, tree }) => {
    if (kind === 'CreateDomainStmt')
      return typeKey(names(tree.domainname)) === typeKey(parts) && list(tree.constraints).some(isConstraint);
    return kind === 'AlterDomainStmt' && tree.subtype === 'C' && typeKey(names(tree.typeName)) === typeKey(parts);
  });
}

/** Of the constraints of a domain: CHECK and NOT NULL; its DEFAULT and COLLATE are none. */
function isConstraint(item: unknown): boolean {
  return ['CONSTR_CHECK', 'CONSTR_NOTNULL'].includes(text(fieldsOf(item, 'Constraint')?.contype) ?? '');
}
