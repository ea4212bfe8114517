import { fieldsOf, names, record, text } from '../../project/syntax-tree.ts';
import type { Finding, Severity } from '../../report/model.ts';
import type { OwnRule } from '../catalogue.ts';
import { existing, hazard } from '../hazard.ts';
import { leavesOldName, leavesOldType } from '../old-names.ts';
import type { Command, HazardScript } from '../types.ts';

/** Names that running code may know, and that it no longer finds after the commit. Tables and columns are Squawk's. */
export function renaming(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    switch (command.kind) {
      case 'AlterEnumStmt':
        return renamedValue(script, command);
      case 'RenameStmt':
        return renamed(script, command);
      case 'AlterObjectSchemaStmt':
        return moved(script, command);
      default:
        return [];
    }
  });
}

function renamedValue(script: HazardScript, command: Command): Finding[] {
  const { oldVal, newVal, typeName } = command.tree;
  const type = names(typeName);
  if (text(oldVal) === undefined || script.made.hasTypeBefore(command, type)) return [];
  const message = `'${text(oldVal)}' of ${type.join('.')} becomes '${text(newVal) ?? ''}': code that writes or compares the old value fails at once (SQLSTATE 22P02).`;
  return [hazard('renaming-enum-value', script, command, { message })];
}

const VIEWS: ReadonlySet<unknown> = new Set(['OBJECT_VIEW', 'OBJECT_MATVIEW']);

function renamed(script: HazardScript, command: Command): Finding[] {
  const { tree } = command;
  const to = text(tree.newname) ?? '';
  const old = text(tree.subname) ?? '';
  if (tree.renameType === 'OBJECT_SCHEMA') {
    if (script.made.hasSchemaBefore(command, old)) return [];
    const message = `The schema ${old} becomes ${to}: everything in it has another name from the commit on.`;
    return [hazard('renaming-schema', script, command, { message })];
  }
  if (tree.renameType === 'OBJECT_TYPE' || tree.renameType === 'OBJECT_DOMAIN') {
    const type = names(fieldsOf(tree.object, 'List')?.items);
    if (script.made.hasTypeBefore(command, type) || leavesOldType(script, command)) return [];
    const message = `The type ${type.join('.')} becomes ${to}: code that casts to it or declares it by the old name fails.`;
    return [hazard('renaming-type', script, command, { message })];
  }
  const name = existing(script, command, tree.relation);
  if (name === undefined) return [];
  const say = (rule: OwnRule, message: string, severity?: Severity): Finding[] => [
    hazard(rule, script, command, { message, severity, relations: [name] }),
  ];
  if (VIEWS.has(tree.renameType)) {
    return leavesOldName(script, command)
      ? say(
          'renaming-view',
          `${name} becomes ${to}, and the old name is made again: code that knows it finds something.`,
          'info',
        )
      : say('renaming-view', `${name} becomes ${to}: queries that know the old name fail from the commit on.`);
  }
  if (tree.renameType === 'OBJECT_COLUMN' && VIEWS.has(tree.relationType))
    return say(
      'renaming-view',
      `The column ${old} of ${name} becomes ${to}: queries that know the old name fail from the commit on.`,
    );
  if (tree.renameType === 'OBJECT_SEQUENCE')
    return say(
      'renaming-sequence',
      `The sequence ${name} becomes ${to}: nextval('${name}') in code fails; defaults of columns go on.`,
    );
  if (tree.renameType === 'OBJECT_INDEX') return say('renaming-index', `The index ${name} becomes ${to}.`);
  if (tree.renameType === 'OBJECT_TABCONSTRAINT')
    return say('renaming-index', `The constraint ${old} of ${name} becomes ${to}.`);
  return [];
}

const WHAT: Readonly<Record<string, string>> = {
  OBJECT_FUNCTION: 'The function',
  OBJECT_MATVIEW: 'The materialized view',
  OBJECT_PROCEDURE: 'The procedure',
  OBJECT_SEQUENCE: 'The sequence',
  OBJECT_TABLE: 'The table',
  OBJECT_TYPE: 'The type',
  OBJECT_VIEW: 'The view',
};

function moved(script: HazardScript, command: Command): Finding[] {
  const { tree } = command;
  const what = WHAT[text(tree.objectType) ?? ''];
  if (what === undefined) return [];
  const relation = existing(script, command, tree.relation);
  const parts = names(fieldsOf(tree.object, 'List')?.items ?? record(fieldsOf(tree.object, 'ObjectWithArgs'))?.objname);
  if (tree.relation !== undefined && relation === undefined) return [];
  if (tree.objectType === 'OBJECT_TYPE' && script.made.hasTypeBefore(command, parts)) return [];
  if (isMadeRoutine(script, command, parts)) return [];
  const name = relation ?? parts.join('.');
  const message = `${what} ${name} moves to the schema ${text(tree.newschema) ?? ''}: code finds it only if that is in its search_path, and names it with the old schema in vain.`;
  const kept = relation !== undefined && leavesOldName(script, command);
  return [
    hazard('moving-to-schema', script, command, {
      message,
      severity: kept ? 'info' : undefined,
      relations: relation === undefined ? [] : [relation],
    }),
  ];
}

function isMadeRoutine({ statements }: HazardScript, at: Command, parts: readonly string[]): boolean {
  return statements.some(
    ({ kind, tree, index }) =>
      kind === 'CreateFunctionStmt' && index < at.statement.index && names(tree.funcname).at(-1) === parts.at(-1),
  );
}
