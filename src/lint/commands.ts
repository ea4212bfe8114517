import { type Node, parseSql, type Statement } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, option, record, scalar } from '../project/syntax-tree.ts';
import { type BodyCommand, plpgsqlCommands } from './plpgsql.ts';
import { ESCAPED_NAME, type Routines } from './routines.ts';
import type { Command } from './types.ts';

/**
 * Everything that runs when a script does: its statements, the bodies of its DO blocks, and the bodies of functions and
 * procedures that it calls, if the migrations make them. What is put together at run time stays unseen.
 */

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
  return commands.map(({ kind, tree, line, over, looped }) => ({
    kind,
    tree,
    over,
    looped,
    line: Math.min(statement.line + (at < 0 ? 0 : before + line - 1), statement.endLine),
    inside: 'the DO block',
    statement,
  }));
}

/** Bodies without any of these words are not parsed: most are long and harmless. */
const MATTERS =
  /\b(?:commit|rollback|discard|set|reset|set_config|pg_settings|call|execute|role|database|tablespace|system|grant|revoke|create|alter|drop|insert|update|delete|merge|truncate|lock|refresh|reindex|cluster)\b|unlock/i;

function mayMatter(body: string, routines: Routines): boolean {
  return MATTERS.test(body) || ESCAPED_NAME.test(body) || routines.mentionedIn(body);
}

/** Statements that only write down what is called later. All others may call what they name as they run. */
const WRITTEN_DOWN: ReadonlySet<string> = new Set([
  'AlterPolicyStmt',
  'CreateFunctionStmt',
  'CreatePolicyStmt',
  'CreateTrigStmt',
  'RuleStmt',
  'ViewStmt',
]);

function calledCommands(command: Command, routines: Routines, seen: Set<string>): Command[] {
  if (WRITTEN_DOWN.has(command.kind)) return [];
  if (command.inside === undefined && !routines.mentionedIn(command.statement.sql)) return [];
  return functionCalls(command).flatMap(({ name }) => {
    const definitions = seen.has(name) ? [] : routines.named(name);
    seen.add(name);
    const inside = definitions.flatMap(routineCommands).map(({ kind, tree, over, looped }) => ({
      kind,
      tree,
      over,
      looped,
      line: command.line,
      inside: `${name}()`,
      statement: command.statement,
    }));
    return [...inside, ...inside.flatMap((nested) => calledCommands(nested, routines, seen))];
  });
}

function routineCommands(routine: Statement): readonly BodyCommand[] {
  const options = routine.kind === 'AlterFunctionStmt' ? routine.tree.actions : routine.tree.options;
  return [...ownSettings(options), ...bodyCommands(routine)];
}

/** CREATE FUNCTION ... SET lock_timeout = 0: it holds as long as the call runs. */
function ownSettings(options: unknown): BodyCommand[] {
  return list(options).flatMap((item) => {
    const element = fieldsOf(item, 'DefElem');
    const tree = element?.defname === 'set' ? fieldsOf(element.arg, 'VariableSetStmt') : undefined;
    return tree ? [{ kind: 'VariableSetStmt', tree, line: 1 }] : [];
  });
}

function bodyCommands(routine: Statement): readonly BodyCommand[] {
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

interface FunctionCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The functions and procedures that a command calls, by their unqualified names. */
function functionCalls(command: Pick<Command, 'kind' | 'tree'>): FunctionCall[] {
  const calls: FunctionCall[] = [];
  const add = (fields: Node | undefined): void => {
    const name = names(fields?.funcname).at(-1);
    if (name !== undefined) calls.push({ name, args: list(fields?.args) });
  };
  if (command.kind === 'CallStmt') add(record(command.tree.funccall));
  for (const [kind, fields] of descendants(command.tree)) if (kind === 'FuncCall') add(fields);
  return calls;
}

/** The calls of functions by their names, looked for only where the text can mention one of them. */
export function callsOf(command: Command, name: RegExp): FunctionCall[] {
  return mayCall(command, SENSITIVE) ? functionCalls(command).filter((call) => name.test(call.name)) : [];
}

/** What `callsOf` is asked for. */
const SENSITIVE = /set_config|unlock/i;

/** Whether a command runs what it names and its text may name it: large scripts are mostly rows of constants. */
export function mayCall({ kind, inside, statement }: Command, mention: RegExp): boolean {
  if (WRITTEN_DOWN.has(kind)) return false;
  return inside !== undefined || mention.test(statement.sql) || ESCAPED_NAME.test(statement.sql);
}
