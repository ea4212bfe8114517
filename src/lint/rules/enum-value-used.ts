import { names, text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { hazard } from '../hazard.ts';
import { literalsOf } from '../literals.ts';
import { plainBodyOf } from '../routine-body.ts';
import type { Command, HazardScript } from '../types.ts';

/** A value that is added to an enum and used in the same transaction: Postgres refuses it (SQLSTATE 55P04). */
export function enumValueUsed(script: HazardScript): Finding[] {
  if (script.execution === 'autocommit') return [];
  const added: AddedValue[] = [];
  return script.commands.flatMap((command) => {
    const value = addedValue(script, command);
    if (value) {
      added.push(value);
      return [];
    }
    const used = added.length === 0 || !USES.has(command.kind) ? undefined : usedValue(command, added, script);
    if (used === undefined) return [];
    // One finding for each value tells enough.
    added.splice(added.indexOf(used), 1);
    const message = `'${used.value}' was added to ${used.type} in line ${used.line}, and cannot be used before that transaction has ended (SQLSTATE 55P04).`;
    return [hazard('enum-value-used', script, command, { message })];
  });
}

interface AddedValue {
  readonly value: string;
  /** As it is written. */
  readonly type: string;
  readonly line: number;
}

/** From Postgres 17 on a type that the same transaction has made may be used at once (tried on 15 to 18). */
const KNOWS_ITS_OWN = 17;

function addedValue(script: HazardScript, command: Command): AddedValue | undefined {
  const { kind, tree, line } = command;
  const value = text(tree.newVal);
  if (kind !== 'AlterEnumStmt' || value === undefined || tree.oldVal !== undefined) return undefined;
  const parts = names(tree.typeName);
  const own = script.postgresMajor >= KNOWS_ITS_OWN && script.made.madeHere(command, parts);
  return own ? undefined : { value, type: parts.join('.'), line };
}

/** Statements whose literals become values of a column or a parameter as they are read. */
const USES: ReadonlySet<string> = new Set([
  'AlterDomainStmt',
  'AlterTableStmt',
  'CreateFunctionStmt',
  'CreatePolicyStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'CreateTrigStmt',
  'DeleteStmt',
  'IndexStmt',
  'InsertStmt',
  'MergeStmt',
  'SelectStmt',
  'UpdateStmt',
  'ViewStmt',
]);

function usedValue(command: Command, added: readonly AddedValue[], script: HazardScript): AddedValue | undefined {
  const within = command.kind === 'CreateFunctionStmt' ? plainBodyOf(command.tree) : command.tree;
  return added.find(({ type, value }) => literalsOf(type, within, command, script).has(value));
}
