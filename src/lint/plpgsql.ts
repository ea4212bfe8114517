import { loadedParser, type Node, parseSql } from '../project/sql.ts';
import { fieldsOf, list, nodeEntry, record, scalar, text } from '../project/syntax-tree.ts';

/** What runs inside PL/pgSQL: statements, COMMIT and ROLLBACK, expressions (as SELECT), and EXECUTE of a constant. */

export interface BodyCommand {
  readonly kind: string;
  readonly tree: Node;
  /** 1-based, in the body. */
  readonly line: number;
  /** The query of the FOR loop that it stands in, as a node: it runs once for each row. */
  readonly over?: unknown;
  /** It stands in a loop of any kind. */
  readonly looped?: boolean;
}

/**
 * The commands of a DO or CREATE FUNCTION statement in PL/pgSQL. Where the parser, which knows no tables, cannot read
 * the body, COMMIT and ROLLBACK are still found, by their tokens.
 */
export function plpgsqlCommands(statement: string, body: string): readonly BodyCommand[] {
  const { parsePlPgSQLSync } = loadedParser();
  let parsed: unknown;
  try {
    parsed = parsePlPgSQLSync(statement);
  } catch {
    return transactionTokens(body);
  }
  const found: BodyCommand[] = [];
  collect(parsed, 1, found, {});
  return found;
}

const STATEMENT = 'PLpgSQL_stmt_';

function collect(value: unknown, line: number, found: BodyCommand[], loop: Loop): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, line, found, loop);
    return;
  }
  for (const [key, fields] of Object.entries(value as Node)) {
    const own = record(fields);
    const at = key.startsWith(STATEMENT) && typeof own?.lineno === 'number' ? own.lineno : line;
    if (own && key === 'PLpgSQL_expr') found.push(...expressionCommands(own, at).map((one) => ({ ...one, ...loop })));
    else if (key === `${STATEMENT}commit` || key === `${STATEMENT}rollback`)
      found.push({ ...ending(key.slice(STATEMENT.length), at), ...loop });
    else {
      if (own && key === `${STATEMENT}dynexecute`) found.push(...executedCommands(own, at));
      // Of two loops, one in the other, either may be long: the outer one alone is looked at.
      collect(fields, at, found, within(loop, key, own));
    }
  }
}

type Loop = Pick<BodyCommand, 'over' | 'looped'>;

const LOOPS: ReadonlySet<string> = new Set(['loop', 'while', 'fori', 'fors', 'forc', 'foreach_a', 'dynfors']);

function within(outer: Loop, key: string, fields: Node | undefined): Loop {
  if (!key.startsWith(STATEMENT) || !LOOPS.has(key.slice(STATEMENT.length))) return outer;
  return { over: outer.over ?? loopQuery(key, fields), looped: true };
}

/** FOR row IN SELECT ... LOOP */
function loopQuery(key: string, fields: Node | undefined): unknown {
  const query = key === `${STATEMENT}fors` ? text(record(record(fields?.query)?.PLpgSQL_expr)?.query) : undefined;
  const [select] = query === undefined ? [] : parsedCommands(query, 1);
  return select && { [select.kind]: select.tree };
}

function ending(word: string, line: number): BodyCommand {
  return { kind: 'TransactionStmt', tree: { kind: `TRANS_STMT_${word.toUpperCase()}` }, line };
}

/** The parser's modes: 0 is a statement, 2 an expression, 3 and more an assignment (`x := expression`). */
function expressionCommands(expression: Node, line: number): readonly BodyCommand[] {
  const query = text(expression.query) ?? '';
  const mode = typeof expression.parseMode === 'number' ? expression.parseMode : 0;
  if (mode === 0) return parsedCommands(query, line);
  return parsedCommands(`SELECT ${mode === 2 ? query : query.replace(/^[^=]*=/, '')}`, line);
}

/** EXECUTE 'SET lock_timeout = 0': what a constant says is known; what is put together at run time is not. */
function executedCommands(execute: Node, line: number): readonly BodyCommand[] {
  const query = text(record(record(execute.query)?.PLpgSQL_expr)?.query);
  const select = query === undefined ? undefined : parseSql(`SELECT ${query}`).statements?.[0];
  const target = fieldsOf(list(select?.tree.targetList)[0], 'ResTarget');
  const constant = nodeEntry(target?.val)?.[0] === 'A_Const' ? scalar(target?.val) : undefined;
  return constant === undefined ? [] : parsedCommands(constant, line);
}

function parsedCommands(sql: string, line: number): readonly BodyCommand[] {
  return (parseSql(sql).statements ?? []).map(({ kind, tree }) => ({ kind, tree, line }));
}

/** Words after which a PL/pgSQL statement begins. */
const STATEMENT_OPENERS: ReadonlySet<string> = new Set([';', 'begin', 'then', 'else', 'loop']);

function transactionTokens(body: string): readonly BodyCommand[] {
  let tokens: readonly { readonly start: number; readonly text: string; readonly tokenName: string }[];
  const { scanSync } = loadedParser();
  try {
    tokens = scanSync(body).tokens.filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT');
  } catch {
    return [];
  }
  const bytes = Buffer.from(body);
  return tokens.flatMap(({ text: word, start }, index) => {
    const command = word.toLowerCase();
    const opens = STATEMENT_OPENERS.has(tokens[index - 1]?.text.toLowerCase() ?? ';');
    if (!opens || (command !== 'commit' && command !== 'rollback')) return [];
    return [ending(command, bytes.subarray(0, start).toString().split('\n').length)];
  });
}
