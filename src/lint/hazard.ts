import { rangeVar } from '../project/relations.ts';
import type { Node } from '../project/sql.ts';
import { fieldsOf, list, text } from '../project/syntax-tree.ts';
import type { Finding } from '../report/model.ts';
import type { OwnRule } from './catalogue.ts';
import { finding, type Observation, placeOf } from './finding.ts';
import { written } from './made.ts';
import type { Command, HazardScript } from './types.ts';

/** What the rules about running systems share. */

/** Looks at a new up script. Pure; `loadParser` must have resolved. */
export type HazardRule = (script: HazardScript) => Finding[];

type Seen = Pick<Observation, 'message' | 'help' | 'suggestion' | 'severity' | 'relations' | 'waiting' | 'evidence'>;

/** A finding about a command, at the statement that runs it. `message` ends with a full stop. */
export function hazard(rule: OwnRule, { script }: HazardScript, command: Command, seen: Seen): Finding {
  const inside = command.inside !== undefined;
  return finding(rule, {
    ...placeOf(script.path, command.statement),
    // What a name, a type or a value means, the text alone does not prove.
    evidence: 'unproven',
    ...seen,
    line: command.line,
    ...(inside ? { column: undefined } : {}),
    message: inside ? `${seen.message.replace(/\.$/, '')} (in ${command.inside}).` : seen.message,
  });
}

/** The relation of a RangeVar, as it is written, unless the change set has made it. */
export function existing({ made }: HazardScript, command: Command, relation: unknown): string | undefined {
  const name = rangeVar(relation);
  if (name === undefined || isTemporary(name.schema)) return undefined;
  return made.hasBefore(command, written(name)) ? undefined : written(name);
}

function isTemporary(schema: string | undefined): boolean {
  return schema === 'pg_temp';
}

/** One of the things that an ALTER TABLE does. */
export interface Alteration {
  /** 'AT_AddColumn' */
  readonly subtype: string;
  readonly fields: Node;
  /** The column that it adds or changes, the constraint that it adds. */
  readonly column: Node | undefined;
  readonly constraint: Node | undefined;
}

/** What an ALTER TABLE does, in order; none for other statements, and for indexes, views and sequences. */
export function alterations({ kind, tree }: Pick<Command, 'kind' | 'tree'>): Alteration[] {
  if (kind !== 'AlterTableStmt' || tree.objtype !== 'OBJECT_TABLE') return [];
  return list(tree.cmds).flatMap((item) => {
    const fields = fieldsOf(item, 'AlterTableCmd');
    if (fields === undefined) return [];
    const column = fieldsOf(fields.def, 'ColumnDef');
    const constraint = fieldsOf(fields.def, 'Constraint');
    return [{ subtype: text(fields.subtype) ?? '', fields, column, constraint }];
  });
}

/** The alterations of tables that were there before the change set, each with its table as it is written. */
export function existingAlterations(
  script: HazardScript,
): readonly { readonly command: Command; readonly table: string; readonly alteration: Alteration }[] {
  return script.commands.flatMap((command) => {
    const all = alterations(command);
    const table = all.length === 0 ? undefined : existing(script, command, command.tree.relation);
    return table === undefined ? [] : all.map((alteration) => ({ command, table, alteration }));
  });
}
