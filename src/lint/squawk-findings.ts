import { comments } from '../project/comments.ts';
import { blank, LineIndex } from '../project/place.ts';
import { parseScript, type Statement } from '../project/sql.ts';
import {
  controlsTransaction,
  effectiveExecution,
  mayLeaveTransaction,
  ownTransaction,
} from '../project/transaction.ts';
import type { Finding } from '../report/model.ts';
import { ruleAddress } from '../repository.ts';
import { ruleNamed, squawkAddress } from './catalogue.ts';
import { finding, severityOf } from './finding.ts';
import type { SquawkFile, Violation } from './squawk.ts';
import { parseSuppression } from './suppress.ts';
import type { ExaminedScript, ReadScript } from './types.ts';

/** A script as Squawk is to see it, and what it says about it as findings. */

export function squawkCopy({ script, migration }: Pick<ExaminedScript, 'script' | 'migration'>): SquawkFile {
  const { text } = script;
  let copy = text;
  // Suppressed findings are shown, so Squawk must not swallow them.
  for (const comment of text.includes('squawk-ignore') ? comments(text) : []) {
    if (parseSuppression(comment)) copy = blank(copy, comment.start, comment.end);
  }
  if (migration.execution === 'transaction' && !mayLeaveTransaction(text)) return { text: copy, inTransaction: true };
  const statements = parseScript(script).statements ?? [];
  const own = ownTransaction(statements);
  // The runner takes the file's own BEGIN ... COMMIT over; `inTransaction` says it to Squawk.
  for (const { start, end } of own ? statements.filter(controlsTransaction) : [])
    copy = blank(copy, start, afterSemicolon(copy, end));
  const execution = effectiveExecution({ ...migration, up: script });
  const single = execution === 'implicit' && statements.length < 2;
  return { text: copy, inTransaction: execution !== 'autocommit' && !single };
}

function afterSemicolon(text: string, end: number): number {
  const semicolon = /\s*;/y;
  semicolon.lastIndex = end;
  return semicolon.test(text) ? semicolon.lastIndex : end;
}

/** A violation with the range that it is about, as offsets in the script's text. */
export interface Located {
  readonly finding: Finding;
  readonly start: number;
  readonly end: number;
  readonly statement: Statement | undefined;
}

/** undefined: Squawk could not parse what Postgres' own parser accepts. */
export function locate(
  { script: { path, text }, statements }: ReadScript,
  violations: readonly Violation[],
): Located[] | undefined {
  if (violations.some(({ rule_name: rule }) => rule === 'syntax-error')) return undefined;
  const lines = new LineIndex(text);
  const offset = (line: number, bytes: number): number => {
    const start = lines.startOf(line + 1);
    // Squawk's lines end at line feeds alone.
    const end = line + 1 < lines.lines ? lines.startOf(line + 2) : text.length;
    return start + unitsOf(text.slice(start, end), bytes);
  };
  return violations.map((violation) => {
    const start = offset(violation.line, violation.column);
    const end = Math.max(start, offset(violation.line_end, violation.column_end));
    const statement = statementAt(statements, start, end);
    return { finding: asFinding(violation, path, lines, start, statement), start, end, statement };
  });
}

/** UTF-16 units of the first bytes of a line. */
function unitsOf(line: string, bytes: number): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins with them.
  if (/^[\x00-\x7f]*$/.test(line)) return Math.min(bytes, line.length);
  return Buffer.from(line).toString('utf8', 0, bytes).length;
}

function statementAt(statements: readonly Statement[], start: number, end: number): Statement | undefined {
  let low = 0;
  let high = statements.length;
  // The first statement that does not end before the range begins; a ';' still belongs to the one before it.
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((statements[middle]?.end ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  const candidate = statements[low];
  return candidate && candidate.start <= Math.max(start, end - 1) ? candidate : undefined;
}

function asFinding(
  violation: Violation,
  path: string,
  lines: LineIndex,
  start: number,
  statement: Statement | undefined,
): Finding {
  const rule = violation.rule_name;
  const entry = ruleNamed(rule);
  const { line, column } = lines.place(start);
  return {
    rule,
    source: 'squawk',
    severity: severityOf(entry?.severity),
    path,
    line,
    endLine: Math.max(line, violation.line_end + 1),
    column,
    ...(statement ? { statement: statement.index } : {}),
    ...(entry === undefined ? {} : { title: entry.title }),
    message: violation.message,
    help: entry?.help ?? violation.help ?? '',
    // A rule of a Squawk that we do not know has no page of ours.
    docsUrl: entry === undefined ? squawkAddress(rule) : ruleAddress(rule),
    evidence: 'unproven',
  };
}

/** For a file that Squawk gave up on; `violations` holds the place where. undefined: it broke down over it. */
export function gaveUp(path: string, violations: readonly Violation[] | undefined): Finding {
  const at = violations?.find(({ rule_name: rule }) => rule === 'syntax-error');
  const how =
    violations === undefined
      ? 'breaks down over this file'
      : `does not understand this file (${at?.message ?? 'syntax error'})`;
  return finding('squawk-gave-up', {
    path,
    line: (at?.line ?? 0) + 1,
    message: `Squawk ${how}, though Postgres' parser reads it: its rules have not looked at it.`,
  });
}
