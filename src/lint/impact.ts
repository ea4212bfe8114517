import type { Statement } from '../project/sql.ts';
import { fieldsOf, list } from '../project/syntax-tree.ts';
import type { Impact } from '../report/model.ts';
import { ruleNamed } from './catalogue.ts';
import { definitionAt } from './definition-at.ts';
import { relationKey } from './made.ts';
import { type NewRelations, rangeVarName, relationsOf } from './relations.ts';
import type { Located } from './squawk-findings.ts';

/**
 * What running code waits for while a statement runs, as far as its text shows: which rows it reads or writes under which
 * lock. That a lock taken earlier in the same transaction is still held is for a trace to tell.
 */

/** undefined: nobody waits for longer than a moment, or it cannot be said on what. */
export function impactOf(located: Located, made: NewRelations): Impact | undefined {
  const { finding, statement } = located;
  const blocks = ruleNamed(finding.rule)?.blocks;
  if (blocks === undefined || statement === undefined || isAboutIndex(statement)) return undefined;
  const impact = foreignKeyImpact(located, statement) ?? { blocks, relations: relationsOf(statement) };
  const byKey = new Map(impact.relations.map((name) => [relationKey(name), name]));
  const relations = [...byKey.values()].filter((name) => name !== '' && !made.hasBefore(statement, name));
  return relations.length === 0 ? undefined : { blocks: impact.blocks, relations };
}

/** REINDEX INDEX does not say which table waits. */
function isAboutIndex({ kind, tree }: Statement): boolean {
  return kind === 'ReindexStmt' && tree.kind === 'REINDEX_OBJECT_INDEX';
}

/** Squawk's words on a foreign key: its own rule's, or the other's where that one is off. */
const ON_FOREIGN_KEYS: ReadonlySet<string> = new Set(['adding-foreign-key-constraint', 'constraint-missing-not-valid']);

/** undefined: the finding is not about a foreign key. Without relations: nobody waits. */
function foreignKeyImpact(located: Located, statement: Statement): Impact | undefined {
  if (statement.kind !== 'AlterTableStmt' || !ON_FOREIGN_KEYS.has(located.finding.rule)) return undefined;
  const table = rangeVarName(statement.tree.relation) ?? '';
  const definition = definitionAt(located, statement);
  if (definition?.constraint?.contype === 'CONSTR_FOREIGN')
    // SHARE ROW EXCLUSIVE on both tables while each row of the one is looked up in the other.
    return { blocks: 'writes', relations: [table, rangeVarName(definition.constraint.pktable) ?? ''] };
  if (definition?.column === undefined) return undefined;
  // In a new column that is NULL everywhere there is nothing to look up. Values of a default are looked up, while ADD
  // COLUMN holds ACCESS EXCLUSIVE.
  const filled = list(definition.column.constraints).some(
    (one) => fieldsOf(one, 'Constraint')?.contype === 'CONSTR_DEFAULT',
  );
  return { blocks: 'reads and writes', relations: filled ? [table] : [] };
}
