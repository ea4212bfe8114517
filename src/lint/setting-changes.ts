import type { Node } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, nodeEntry, record, scalar, text } from '../project/syntax-tree.ts';
import { callsOf, mayCall } from './commands.ts';
import type { Command } from './types.ts';

/** A setting that a command changes: by SET, RESET, set_config() or UPDATE pg_settings. */
export interface SettingChange {
  /** In lower case; 'all' for RESET ALL; undefined: an UPDATE of pg_settings that does not name it. */
  readonly name: string | undefined;
  /** undefined: back to the default, or what is not known before it runs (`computed`). */
  readonly value: string | undefined;
  readonly computed: boolean;
}

export function settingChanges(command: Command): SettingChange[] {
  const { kind, tree } = command;
  if (kind === 'VariableSetStmt') {
    const name = tree.kind === 'VAR_RESET_ALL' ? 'all' : (text(tree.name) ?? '');
    const value = tree.kind === 'VAR_SET_VALUE' ? scalar(list(tree.args)[0]) : undefined;
    return [{ name: name.toLowerCase(), value, computed: tree.kind === 'VAR_SET_CURRENT' }];
  }
  return [...callsOf(command, /^set_config$/).flatMap(({ args }) => configured(args)), ...updated(command)];
}

function configured(args: readonly unknown[]): SettingChange[] {
  const name = scalar(args[0]);
  const value = scalar(args[1]);
  return name === undefined ? [] : [{ name: name.toLowerCase(), value, computed: value === undefined }];
}

/** pg_settings has a rule that makes an UPDATE of it a SET. */
function updated(command: Command): SettingChange[] {
  if (!mayCall(command, /pg_settings/i)) return [];
  const nodes = [[command.kind, command.tree] as const, ...descendants(command.tree)];
  return nodes.flatMap(([kind, fields]) => {
    if (kind !== 'UpdateStmt' || record(fields.relation)?.relname !== 'pg_settings') return [];
    const target = list(fields.targetList).map((item) => fieldsOf(item, 'ResTarget'));
    const value = scalar(target.find((one) => one?.name === 'setting')?.val);
    const change = { value, computed: value === undefined };
    return (namesIn(fields.whereClause) ?? [undefined]).map((name) => ({ name, ...change }));
  });
}

/** The names that `name = 'x'` or `name IN ('x', 'y')` allows; undefined: the condition says something else. */
function namesIn(condition: unknown): string[] | undefined {
  const [kind, fields] = nodeEntry(condition) ?? [];
  if (kind === 'BoolExpr' && fields?.boolop === 'AND_EXPR') {
    return list(fields.args)
      .map(namesIn)
      .find((found) => found !== undefined);
  }
  if (kind !== 'A_Expr' || fields === undefined || !isEquality(fields) || !isName(fields.lexpr)) return undefined;
  const right = fieldsOf(fields.rexpr, 'List')?.items ?? [fields.rexpr];
  const values = list(right).map(scalar);
  return values.every((value) => value !== undefined) ? values.map((value) => value.toLowerCase()) : undefined;
}

function isEquality({ kind, name }: Node): boolean {
  return (kind === 'AEXPR_OP' || kind === 'AEXPR_IN') && names(name).at(-1) === '=';
}

function isName(expression: unknown): boolean {
  return names(fieldsOf(expression, 'ColumnRef')?.fields).at(-1) === 'name';
}
