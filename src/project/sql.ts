import { messageOf } from '../errors.ts';
import { afterCodePoints, LineIndex, type Place } from './place.ts';

/**
 * SQL as Postgres' own parser (version 18's grammar) reads it: statements with their places and syntax trees.
 * Never split by ';': dollar quotes, DO blocks and BEGIN ATOMIC bodies hold some.
 */

/** A node of the syntax tree: one key, the node's type, and its fields. */
export type Node = Readonly<Record<string, unknown>>;

export interface Statement {
  /** 0-based position in the script. */
  readonly index: number;
  /** Without the terminating ';'. */
  readonly sql: string;
  /** The syntax tree's type: 'AlterTableStmt'. */
  readonly kind: string;
  /** The syntax tree's fields. */
  readonly tree: Node;
  /** Offsets in the script's text (UTF-16 units); `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
}

export interface SyntaxProblem extends Place {
  readonly message: string;
}

export type Parsed =
  | { readonly statements: readonly Statement[]; readonly problem?: undefined }
  | { readonly statements?: undefined; readonly problem: SyntaxProblem };

let parser: typeof import('libpg-query') | undefined;

/**
 * Loads the parser (WebAssembly, about 90 ms). Must have resolved before `parseSql` is called. The package alone starts to
 * load it when it is imported: who parses nothing does not.
 */
export async function loadParser(): Promise<void> {
  const loaded = await import('libpg-query');
  await loaded.loadModule();
  parser = loaded;
}

/** Throws before `loadParser` has resolved. */
export function loadedParser(): typeof import('libpg-query') {
  if (parser === undefined) throw new Error('the parser is not loaded');
  return parser;
}

interface RawStatement {
  readonly stmt?: Node;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

/** Splits and parses a script's text. White space and comments alone give no statements. */
export function parseSql(text: string): Parsed {
  if (text.trim() === '') return { statements: [] };
  // Outside of the `try`: a parser that nobody has loaded is a bug of ours, and says nothing about the text.
  const { parseSync } = loadedParser();
  let raw: readonly RawStatement[];
  try {
    raw = (parseSync(text).stmts ?? []) as readonly RawStatement[];
  } catch (error) {
    return { problem: syntaxProblem(text, error) };
  }
  return { statements: place(text, raw) };
}

function syntaxProblem(text: string, error: unknown): SyntaxProblem {
  if (parser?.hasSqlDetails(error) && error.sqlDetails) {
    // The parser counts code points from 0, JavaScript UTF-16 units; -1 stands for an unknown place.
    const offset = afterCodePoints(text, 0, error.sqlDetails.cursorPosition);
    return { message: error.sqlDetails.message, ...new LineIndex(text).place(offset) };
  }
  // Anything else is the parser's own limit: nesting that is too deep for its stack, memory that cannot be had.
  return { message: `the parser gave up on this file: ${messageOf(error)}`, line: 1, column: 1 };
}

function place(text: string, raw: readonly RawStatement[]): Statement[] {
  const lines = new LineIndex(text);
  const bytes = Buffer.from(text, 'utf8');
  const ascii = bytes.length === text.length;
  let byteAt = 0;
  let unitAt = 0;
  // The parser's locations are byte offsets; they ascend, so one walk over the text turns them all into units.
  const toUnits = (byte: number): number => {
    if (ascii) return byte;
    unitAt += bytes.toString('utf8', byteAt, byte).length;
    byteAt = byte;
    return unitAt;
  };
  return raw.flatMap(({ stmt, stmt_location = 0, stmt_len = 0 }, index) => {
    const [kind, tree] = Object.entries(stmt ?? {})[0] ?? [];
    if (kind === undefined) return [];
    const start = toUnits(stmt_location);
    const to = stmt_len > 0 ? toUnits(stmt_location + stmt_len) : text.length;
    const sql = text.slice(start, to).trimEnd();
    const end = start + sql.length;
    const { line, column } = lines.place(start);
    return [
      {
        index,
        sql,
        kind,
        tree: tree as Node,
        start,
        end,
        line,
        column,
        endLine: lines.place(Math.max(start, end - 1)).line,
      },
    ];
  });
}

const parsed = new WeakMap<object, Parsed>();

/** `parseSql` of a script, parsed once. */
export function parseScript(script: { readonly text: string }): Parsed {
  const known = parsed.get(script);
  if (known) return known;
  const fresh = parseSql(script.text);
  parsed.set(script, fresh);
  return fresh;
}

/** For a script whose text has been parsed on the way to it. */
export function rememberParsed(script: { readonly text: string }, known: Parsed): void {
  parsed.set(script, known);
}
