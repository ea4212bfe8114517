import { type Node, parseSql, type Statement } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, option, record, scalar, text } from '../project/syntax-tree.ts';
import { type BodyCommand, plpgsqlCommands } from './plpgsql.ts';
import type { Command } from './types.ts';

/**
 * Everything that runs when a script does: its statements, the bodies of its DO blocks, and the bodies of functions and
 * procedures that it calls, if this change set makes them. What is put together at run time stays unseen.
 */

/** Functions and procedures that the change set makes, by their unqualified names. */
export type Routines = ReadonlyMap<string, Statement>;

export function routinesIn(scripts: readonly { readonly statements: readonly Statement[] }[]): Routines {
  const routines = new Map<string, Statement>();
  for (const { statements } of scripts) {
    for (const statement of statements) {
      const name = statement.kind === 'CreateFunctionStmt' ? names(statement.tree.funcname).at(-1) : undefined;
      if (name !== undefined) routines.set(name, statement);
    }
  }
  return routines;
}

export function commandsOf(statements: readonly Statement[], routines: Routines): Command[] {
  return statements.flatMap((statement) => {
    const itself: Command = { ...statement, inside: undefined, statement };
    const body = statement.kind === 'DoStmt' ? doCommands(statement, routines) : [];
    const called = [itself, ...body].flatMap((command) => calledCommands(command, routines, new Set()));
    return [itself, ...body, ...called];
  });
}

function doCommands(statement: Statement, routines: Routines): Command[] {
  const body = scalar(option(statement.tree.args, 'as')) ?? '';
  const language = scalar(option(statement.tree.args, 'language')) ?? 'plpgsql';
  if (language !== 'plpgsql' || !mayMatter(body, routines)) return [];
  return placed(plpgsqlCommands(statement.sql, body), statement, body);
}

function placed(commands: readonly BodyCommand[], statement: Statement, body: string): Command[] {
  // Escapes in a quoted body make it differ from the text; then the statement's first line has to do.
  const at = statement.sql.indexOf(body);
  const before = at < 0 ? 0 : statement.sql.slice(0, at).split('\n').length - 1;
  return commands.map(({ kind, tree, line }) => ({
    kind,
    tree,
    line: Math.min(statement.line + (at < 0 ? 0 : before + line - 1), statement.endLine),
    inside: 'the DO block',
    statement,
  }));
}

/** Bodies without any of these words are not parsed: most are long and harmless. */
const MATTERS =
  /\b(?:commit|rollback|discard|set|reset|set_config|call|role|database|tablespace|system|grant|revoke)\b|unlock/i;

function mayMatter(body: string, routines: Routines): boolean {
  return MATTERS.test(body) || mentions(body, routines);
}

function mentions(sql: string, routines: Routines): boolean {
  for (const name of routines.keys()) if (sql.includes(name)) return true;
  return false;
}

/** Statements that call functions as they run; others only write down what is called later. */
const CALLERS: ReadonlySet<string> = new Set([
  'CallStmt',
  'CopyStmt',
  'CreateTableAsStmt',
  'DeleteStmt',
  'ExplainStmt',
  'InsertStmt',
  'MergeStmt',
  'SelectStmt',
  'UpdateStmt',
]);

function calledCommands(command: Command, routines: Routines, seen: Set<string>): Command[] {
  if (!CALLERS.has(command.kind)) return [];
  if (command.inside === undefined && !mentions(command.statement.sql, routines)) return [];
  return functionCalls(command).flatMap(({ name }) => {
    const routine = routines.get(name);
    if (routine === undefined || seen.has(name)) return [];
    seen.add(name);
    const inside = routineCommands(routine).map(({ kind, tree }) => ({
      kind,
      tree,
      line: command.line,
      inside: `${name}()`,
      statement: command.statement,
    }));
    return [...inside, ...inside.flatMap((nested) => calledCommands(nested, routines, seen))];
  });
}

function routineCommands(routine: Statement): readonly BodyCommand[] {
  const { options, sql_body: sqlBody } = routine.tree;
  const body = names(fieldsOf(option(options, 'as'), 'List')?.items)[0];
  if (body === undefined) {
    return [...descendants(sqlBody)]
      .filter(([kind]) => kind.endsWith('Stmt'))
      .map(([kind, tree]) => ({ kind, tree, line: 1 }));
  }
  const language = (scalar(option(options, 'language')) ?? 'sql').toLowerCase();
  if (language === 'plpgsql') return plpgsqlCommands(routine.sql, body);
  if (language !== 'sql') return [];
  return (parseSql(body).statements ?? []).map(({ kind, tree }) => ({ kind, tree, line: 1 }));
}

export interface FunctionCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The functions and procedures that a command calls, by their unqualified names. */
export function functionCalls(command: Pick<Command, 'kind' | 'tree'>): FunctionCall[] {
  const calls: FunctionCall[] = [];
  const add = (fields: Node | undefined): void => {
    const name = names(fields?.funcname).at(-1);
    if (name !== undefined) calls.push({ name, args: list(fields?.args) });
  };
  if (command.kind === 'CallStmt') add(record(command.tree.funccall));
  for (const [kind, fields] of descendants(command.tree)) if (kind === 'FuncCall') add(fields);
  return calls;
}

/** `functionCalls`, looked for only where the text mentions one of them: large scripts are mostly rows of constants. */
export function callsOf(command: Command, mention: RegExp): FunctionCall[] {
  const silent = command.inside === undefined && !mention.test(command.statement.sql);
  return silent || !CALLERS.has(command.kind) ? [] : functionCalls(command).filter(({ name }) => mention.test(name));
}

/** A setting that a command changes, by SET, RESET or set_config(). */
export interface SettingChange {
  readonly name: string;
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
  return callsOf(command, /\bset_config\b/i).flatMap(({ args }) => {
    const setting = scalar(args[0]);
    if (setting === undefined) return [];
    const value = scalar(args[1]);
    return [{ name: setting.toLowerCase(), value, computed: value === undefined }];
  });
}
