import { rangeVar } from '../project/relations.ts';
import type { Statement } from '../project/sql.ts';
import { fieldsOf, list, record, text } from '../project/syntax-tree.ts';
import { tableOfIndex } from './index-tables.ts';
import { relationKey, written } from './made.ts';
import type { Command, HazardScript } from './types.ts';
import { constraintOf } from './volatility.ts';

/** Which tables are partitioned, and which have a default partition, as far as the migrations tell. */

const PARTITIONS = /\bpartition\b/i;

/** The statements about partitions that have run when a command does. */
function partitionStatements({ past, statements }: HazardScript, at: Command, word: string): readonly Statement[] {
  const before = statements.filter(({ index }) => index < at.statement.index);
  return [...past.statements(PARTITIONS, word), ...before];
}

/** `table`: as it is written. */
export function isPartitioned(script: HazardScript, at: Command, table: string): boolean {
  return partitionStatements(script, at, bareName(table)).some(
    ({ kind, tree }) => kind === 'CreateStmt' && tree.partspec !== undefined && isNamed(tree.relation, table),
  );
}

/** The partitioned table that an index was made on; undefined: there is none. `index`: as it is written. */
export function partitionedTableOf(script: HazardScript, at: Command, index: string): string | undefined {
  const table = tableOfIndex(script, at.statement, index);
  return table !== undefined && isPartitioned(script, at, table) ? table : undefined;
}

/** The default partition of a table, as it is written; undefined: none is known. */
export function defaultPartitionOf(script: HazardScript, at: Command, parent: string): string | undefined {
  const found = partitionStatements(script, at, bareName(parent)).flatMap(({ kind, tree }) => {
    if (kind === 'CreateStmt') {
      const isDefault =
        record(tree.partbound)?.is_default === true &&
        isNamed(fieldsOf(list(tree.inhRelations)[0], 'RangeVar'), parent);
      return isDefault ? (rangeVar(tree.relation) ?? []) : [];
    }
    if (kind !== 'AlterTableStmt' || !isNamed(tree.relation, parent)) return [];
    return list(tree.cmds).flatMap((item) => {
      const command = fieldsOf(fieldsOf(item, 'AlterTableCmd')?.def, 'PartitionCmd');
      return record(command?.bound)?.is_default === true ? (rangeVar(command?.name) ?? []) : [];
    });
  });
  const [last] = found.slice(-1);
  return last === undefined ? undefined : written(last);
}

/** Whether a table has a valid CHECK: what proves that its rows fit a partition is one. */
export function hasValidCheck({ past, statements }: HazardScript, at: Command, table: string): boolean {
  const before = statements.filter(({ index }) => index < at.statement.index);
  const open = new Set<string>();
  let found = false;
  for (const { kind, tree } of [...past.statements(CHECKS, bareName(table)), ...before]) {
    if (!isNamed(tree.relation, table)) continue;
    const parts = kind === 'CreateStmt' ? list(tree.tableElts) : kind === 'AlterTableStmt' ? list(tree.cmds) : [];
    for (const part of parts) {
      const command = fieldsOf(part, 'AlterTableCmd');
      const constraint = fieldsOf(command?.def ?? part, 'Constraint');
      const column = fieldsOf(command?.def ?? part, 'ColumnDef');
      if (column && constraintOf(column, 'CONSTR_CHECK')) found = true;
      if (command?.subtype === 'AT_ValidateConstraint' && open.has(text(command.name) ?? '')) found = true;
      if (constraint?.contype !== 'CONSTR_CHECK') continue;
      if (constraint.skip_validation === true) open.add(text(constraint.conname) ?? '');
      else found = true;
    }
  }
  return found;
}

const CHECKS = /\bcheck\b|\bvalidate\b/i;

function isNamed(relation: unknown, table: string): boolean {
  const name = rangeVar(relation);
  return name !== undefined && relationKey(written(name)) === relationKey(table);
}

function bareName(name: string): string {
  return name.replace(/^.*\./, '');
}
