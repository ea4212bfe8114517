import type { Statement } from '../project/sql.ts';
import { fieldsOf, list } from '../project/syntax-tree.ts';
import { setsNotNull } from './not-null-proofs.ts';

/**
 * How to do what a statement wants without stopping running code, in SQL to paste. Written with the statement's own text, so
 * that nothing of it is lost; undefined where it is not of the plain form that this can be done with.
 */
export function safeWay(rule: string, statement: Statement): string | undefined {
  switch (rule) {
    case 'require-concurrent-index-creation':
      return statement.kind === 'IndexStmt'
        ? replaced(statement, /^CREATE\s+(?:UNIQUE\s+)?INDEX\b/i, (start) => `${start} CONCURRENTLY`)
        : undefined;
    case 'require-concurrent-index-deletion':
      return isPlainDrop(statement)
        ? replaced(statement, /^DROP\s+INDEX\b/i, (start) => `${start} CONCURRENTLY`)
        : undefined;
    case 'adding-foreign-key-constraint':
    case 'constraint-missing-not-valid':
      return notValidFirst(statement);
    case 'adding-not-nullable-field':
      return provenFirst(statement);
    default:
      return undefined;
  }
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[a-z_][\w$]*)`;
const THEN = '-- then, in the next migration:';

/** The statement with its beginning changed. A comment between its first words: undefined. */
function replaced({ sql }: Statement, beginning: RegExp, change: (beginning: string) => string): string | undefined {
  const [start] = beginning.exec(sql) ?? [];
  return start === undefined ? undefined : `${change(start)}${followed(sql.slice(start.length), '')};`;
}

/** On a line of its own after a comment, of which it would be a part. */
function followed(sql: string, more: string): string {
  const ended = sql.trimEnd();
  return `${ended}${/--[^\n]*$/.test(ended) ? '\n' : more && ' '}${more}`;
}

/** CONCURRENTLY takes one index, and no CASCADE. */
function isPlainDrop({ kind, tree }: Statement): boolean {
  return kind === 'DropStmt' && list(tree.objects).length === 1 && tree.behavior !== 'DROP_CASCADE';
}

const ADDS = new RegExp(
  String.raw`^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(${NAME}(?:\.${NAME})?)\s+ADD\s+CONSTRAINT\s+(${NAME})\s`,
  'i',
);

/** A named CHECK or foreign key, alone in its ALTER TABLE: for new rows first, then the old ones while writes go on. */
function notValidFirst({ kind, tree, sql }: Statement): string | undefined {
  const [only, ...more] = kind === 'AlterTableStmt' ? list(tree.cmds) : [];
  const constraint = fieldsOf(fieldsOf(only, 'AlterTableCmd')?.def, 'Constraint');
  const [, table, name] = ADDS.exec(sql) ?? [];
  const suits = constraint?.contype === 'CONSTR_FOREIGN' || constraint?.contype === 'CONSTR_CHECK';
  if (!suits || more.length > 0 || table === undefined || name === undefined) return undefined;
  return `${followed(sql, 'NOT VALID')};\n${THEN}\nALTER TABLE ${table} VALIDATE CONSTRAINT ${name};`;
}

/** Names that need no quotes; with others the generic example will do. */
const SIMPLE = /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/;

/** SET NOT NULL, alone in its ALTER TABLE, finds a proof and reads nothing. */
function provenFirst(statement: Statement): string | undefined {
  const [only, ...more] = setsNotNull(statement);
  if (only === undefined || more.length > 0 || list(statement.tree.cmds).length > 1) return undefined;
  const { table, column } = only;
  if (!SIMPLE.test(table) || !SIMPLE.test(column)) return undefined;
  const proof = `${table.replace(/^.*\./, '')}_${column}_present`;
  return [
    `ALTER TABLE ${table} ADD CONSTRAINT ${proof} CHECK (${column} IS NOT NULL) NOT VALID;`,
    THEN,
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${proof};`,
    '-- and in the one after it:',
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL, DROP CONSTRAINT ${proof};`,
  ].join('\n');
}
