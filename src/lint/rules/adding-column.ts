import type { Node } from '../../project/sql.ts';
import { text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existingAlterations, hazard } from '../hazard.ts';
import { isArray, isConstrainedDomain, typeNameOf } from '../type-names.ts';
import type { Command, HazardScript } from '../types.ts';
import { constraintOf, defaultOf, volatilityOf } from '../volatility.ts';

/** ADD COLUMN on a table that has rows: what makes more of it than a note in the catalog. */

interface Added {
  readonly script: HazardScript;
  readonly command: Command;
  readonly table: string;
  readonly column: Node;
  readonly name: string;
}

function addedColumns(script: HazardScript): Added[] {
  return existingAlterations(script).flatMap(({ command, table, alteration: { subtype, column } }) =>
    subtype === 'AT_AddColumn' && column !== undefined
      ? [{ script, command, table, column, name: text(column.colname) ?? '' }]
      : [],
  );
}

/** A column whose value is computed for each row: the table is rewritten. */
export function addingRewritingColumn(script: HazardScript): Finding[] {
  return addedColumns(script).flatMap((added) => {
    const [why, help] = rewrites(added) ?? [];
    if (why === undefined) return [];
    const message = `The new column ${added.name} rewrites ${added.table}: ${why}.`;
    return [hazard('adding-rewriting-column', script, added.command, { message, help, relations: [added.table] })];
  });
}

const SERIAL = /^(?:small|big)?serial[248]?$/;

function rewrites({ script, command, table, column, name }: Added): readonly [why: string, help?: string] | undefined {
  const type = typeNameOf(column);
  if (SERIAL.test(type)) return [`${type} gives each row a number`, numbered(table, name)];
  if (constraintOf(column, 'CONSTR_IDENTITY'))
    return ['an identity column gives each row a number', numbered(table, name)];
  const generated = constraintOf(column, 'CONSTR_GENERATED');
  if (generated !== undefined && generated.generated_kind !== 'v')
    return ['the value of a stored generated column is computed for each row'];
  const value = defaultOf(column);
  if (value !== undefined && volatilityOf(value, script, command) === 'volatile')
    return ['its default gives another value for each row'];
  if (isConstrainedDomain(script, command, column))
    return [
      `${type} is a domain with a constraint, which is checked for each row`,
      `Use the type that is under the domain, and a CHECK of the table, NOT VALID first.`,
    ];
  return undefined;
}

function numbered(table: string, name: string): string {
  return `Add a plain column, number new rows by a sequence, fill the old ones in batches, and require it in a later migration:\nALTER TABLE ${table} ADD COLUMN ${name} bigint;\nCREATE SEQUENCE ${name}_seq OWNED BY ${table}.${name};\nALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT nextval('${name}_seq');`;
}

const CHECKED: readonly (readonly [type: string, words: string, what: string])[] = [
  ['CONSTR_PRIMARY', 'PRIMARY KEY', 'its index is built'],
  ['CONSTR_UNIQUE', 'UNIQUE', 'its index is built'],
  ['CONSTR_CHECK', 'CHECK', 'every row is checked'],
];

/** Constraints that stand beside the new column: their index is built, or all rows are read, under its lock. */
export function addingColumnWithConstraint(script: HazardScript): Finding[] {
  return addedColumns(script).flatMap(({ command, table, column, name }) => {
    const found = CHECKED.filter(([type]) => constraintOf(column, type) !== undefined);
    const [first] = found;
    if (first === undefined) return [];
    const [type, , what] = first;
    const message = `The new column ${name} of ${table} brings ${found.map(([, words]) => words).join(' and ')}: ${what} while reads and writes wait.`;
    const help = type === 'CONSTR_CHECK' ? undefined : INDEX_HELP;
    return [hazard('adding-column-with-constraint', script, command, { message, help, relations: [table] })];
  });
}

const INDEX_HELP =
  'Add the column alone, fill it, then build the index beside the traffic and attach it, each in a migration of its own:\nALTER TABLE orders ADD COLUMN token uuid;\nCREATE UNIQUE INDEX CONCURRENTLY orders_token_key ON orders (token);\nALTER TABLE orders ADD CONSTRAINT orders_token_key UNIQUE USING INDEX orders_token_key;';

export function addingJsonColumn(script: HazardScript): Finding[] {
  return addedColumns(script).flatMap(({ command, table, column, name }) => {
    if (typeNameOf(column) !== 'json' || isArray(column)) return [];
    const message = `json has no equality: from now on SELECT DISTINCT and GROUP BY over all columns of ${table} fail, and UNION too (SQLSTATE 42883), for the column ${name}.`;
    return [hazard('adding-json-column', script, command, { message, relations: [table] })];
  });
}
