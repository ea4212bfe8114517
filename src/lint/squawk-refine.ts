import { parseSql } from '../project/sql.ts';
import { fieldsOf, list } from '../project/syntax-tree.ts';
import type { Finding } from '../report/model.ts';
import { ruleNamed } from './catalogue.ts';
import { definitionAt } from './definition-at.ts';
import { impactOf } from './impact.ts';
import { tablesOf } from './index-tables.ts';
import { type NotNullProofs, setsNotNull } from './not-null-proofs.ts';
import { leavesOldName } from './old-names.ts';
import { safeWay } from './safe-way.ts';
import type { Located } from './squawk-findings.ts';
import { helpOnPartitioned, isOnParentAlone } from './squawk-partitions.ts';
import type { HazardScript } from './types.ts';
import { constraintOf, defaultOf, volatilityOf } from './volatility.ts';

/**
 * Takes out what Squawk says in vain or twice, as far as the syntax tree shows it. What needs a database to tell is
 * left to the rehearsal.
 */
export function refine(script: HazardScript, located: readonly Located[], proofs: NotNullProofs): Finding[] {
  const { made } = script;
  const kept = located.filter((one) => {
    const { statement } = one;
    if (statement && ruleNamed(one.finding.rule)?.existingTablesOnly && made.holdsAllOf(statement)) return false;
    switch (one.finding.rule) {
      case 'constraint-missing-not-valid':
        return !cannotBeNotValid(one, script.script.text) && !saidByAnother(one, located);
      case 'require-concurrent-index-creation':
        return !isOnlyParent(one);
      case 'adding-field-with-default':
        return !isSteady(one, script);
      case 'adding-foreign-key-constraint':
        return !isOfEmptyColumn(one);
      case 'disallowed-unique-constraint':
      case 'adding-serial-primary-key-field':
        return !isOnParentAlone(one.statement, script);
      case 'adding-not-nullable-field':
        return !isProven(one, script.script.text, proofs);
      default:
        return true;
    }
  });
  return kept.map((one) => {
    const impact = impactOf(one, made);
    const correction = corrected(one, script);
    const suggestion = correction ? undefined : one.statement && safeWay(one.finding.rule, one.statement);
    const relations = one.statement === undefined ? [] : tablesOf(script, one.statement);
    return {
      ...one.finding,
      ...correction,
      ...(relations.length === 0 ? {} : { relations }),
      ...(impact === undefined ? {} : { impact }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  });
}

/**
 * Squawk takes every function but now() for volatile. Of a default that is the same for all rows Postgres makes a note in
 * the catalog; an identity column is `adding-rewriting-column`'s, whose advice fits it.
 */
function isSteady(one: Located, script: HazardScript): boolean {
  const { statement } = one;
  const column = statement && definitionAt(one, statement)?.column;
  const command = script.commands.find((each) => each.statement === statement && each.inside === undefined);
  if (column === undefined || command === undefined || constraintOf(column, 'CONSTR_GENERATED')) return false;
  if (constraintOf(column, 'CONSTR_IDENTITY')) return true;
  const value = defaultOf(column);
  return value !== undefined && volatilityOf(value, script, command) === 'steady';
}

/** A foreign key that comes with a new column without a default: the column is NULL everywhere, and nothing is looked up. */
function isOfEmptyColumn(one: Located): boolean {
  const column = one.statement && definitionAt(one, one.statement)?.column;
  return column !== undefined && defaultOf(column) === undefined;
}

const NEVER_NOT_VALID: ReadonlySet<unknown> = new Set(['CONSTR_PRIMARY', 'CONSTR_UNIQUE', 'CONSTR_EXCLUSION']);

/** NOT VALID does not exist for PRIMARY KEY, UNIQUE and EXCLUDE: the advice could not be followed. */
function cannotBeNotValid({ start, end }: Located, script: string): boolean {
  // The range is one command of an ALTER TABLE: 'ADD CONSTRAINT x UNIQUE (a)'.
  const [statement] = parseSql(`ALTER TABLE t ${script.slice(start, end)}`).statements ?? [];
  const command = fieldsOf(list(statement?.tree.cmds)[0], 'AlterTableCmd');
  return NEVER_NOT_VALID.has(fieldsOf(command?.def, 'Constraint')?.contype);
}

/** A foreign key is reported by a rule of its own as well, and so are UNIQUE and PRIMARY KEY. */
function saidByAnother({ start, end, finding }: Located, all: readonly Located[]): boolean {
  const same = ['adding-foreign-key-constraint', 'disallowed-unique-constraint', 'adding-serial-primary-key-field'];
  return all.some(
    (other) =>
      other.finding !== finding && same.includes(other.finding.rule) && other.start >= start && other.end <= end,
  );
}

/** CREATE INDEX ... ON ONLY parent makes an empty parent index at once, and CONCURRENTLY is illegal there. */
function isOnlyParent({ statement }: Located): boolean {
  const relation = statement?.kind === 'IndexStmt' ? statement.tree.relation : undefined;
  return typeof relation === 'object' && relation !== null && !('inh' in relation);
}

/** What fits the statement, where the rule in general does not. */
function corrected({ finding, statement }: Located, script: HazardScript): Partial<Finding> | undefined {
  const command = script.commands.find((each) => each.statement === statement);
  if (finding.rule === 'renaming-table' && command && leavesOldName(script, command)) {
    const message =
      'A table is renamed, and its old name is made again in the same transaction: code that knows it goes on.';
    return {
      severity: 'info',
      message,
      help: 'Make sure that what code does with the old name works: INSERT, UPDATE and DELETE need a simple view.',
    };
  }
  const help = helpOnPartitioned(finding.rule, statement, script);
  return help === undefined ? undefined : { help };
}

/** The column before the range of the finding, which is 'SET NOT NULL' alone. */
const COLUMN_BEFORE = /\balter\s+(?:column\s+)?(?:"((?:[^"]|"")+)"|([\w$]+))\s*$/i;

/** SET NOT NULL reads nothing where an earlier migration brought a CHECK that proves it. */
function isProven({ statement, start }: Located, script: string, proofs: NotNullProofs): boolean {
  if (statement === undefined) return false;
  const [, quoted, plain] = COLUMN_BEFORE.exec(script.slice(statement.start, start)) ?? [];
  const column = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase();
  return setsNotNull(statement).some((one) => one.column === column && proofs.has(one.table, one.column));
}
