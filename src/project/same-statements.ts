import { type Parsed, parseScript, parseSql, type Statement } from './sql.ts';
import type { Script } from './types.ts';

/**
 * Whether two scripts say the same to Postgres: equal syntax trees, places apart. Comments, white space, upper and lower
 * case and line endings do not count; a function's body is a string and counts. Scripts that do not parse are compared
 * as text.
 */
export function sameStatements(a: Script, b: Script): boolean {
  if (a.program !== b.program) return false;
  if (a.text === b.text) return JSON.stringify(a.unreadable) === JSON.stringify(b.unreadable);
  if (a.unreadable || b.unreadable) return false;
  const left = statementsOf(a);
  const right = statementsOf(b);
  if (!left || !right) return false;
  return left.length === right.length && left.every((one, index) => treeOf(one) === treeOf(right[index]));
}

/** What a script does, as a text to compare; undefined when it does not parse or does nothing. */
export function meaningOf(script: Script): string | undefined {
  const statements = script.unreadable ? undefined : statementsOf(script);
  return statements && statements.length > 0 ? statements.map(treeOf).join('\n') : undefined;
}

function statementsOf(script: Script): readonly Statement[] | undefined {
  // Line endings reach into string literals, where a checkout may have changed them.
  const parsed: Parsed = script.text.includes('\r')
    ? parseSql(script.text.replaceAll('\r\n', '\n'))
    : parseScript(script);
  return parsed.statements;
}

/** Every field of the parser that is a place and not a meaning. */
const PLACES = /(?:^|_)location$|^(?:rexpr_)?list_(?:start|end)$|^stmt_len$/;

export function treeOf(statement: Statement | undefined): string {
  return JSON.stringify([statement?.kind, statement?.tree], (key, value: unknown) =>
    // A tablespace's location is a text, and no place.
    typeof value === 'number' && PLACES.test(key) ? undefined : value,
  );
}
