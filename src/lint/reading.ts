import { blank, endOfLine, excerpt, LineIndex } from '../project/place.ts';
import { parseScript, parseSql, type Statement, type SyntaxProblem } from '../project/sql.ts';
import type { Unreadable } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import { finding, placeOf } from './finding.ts';
import type { ExaminedScript } from './types.ts';

/** Whether a script can be read at all, and what to tell its author if not. */

interface Reading {
  /** undefined: it cannot be read or does not parse. */
  readonly statements: readonly Statement[] | undefined;
  readonly findings: readonly Finding[];
}

/** `loadParser` must have resolved. */
export function readScript({ script, half }: ExaminedScript): Reading {
  const { path, text, unreadable } = script;
  if (unreadable) return { statements: undefined, findings: [unreadableFile(path, unreadable)] };
  const { statements } = parseScript(script);
  if (statements === undefined) return { statements: undefined, findings: explain(path, text, half) };
  const copies = statements.filter(copiesFromStdin);
  return { statements, findings: copies.map((statement) => copyFinding(path, statement)) };
}

function unreadableFile(path: string, { reason, line, column }: Unreadable): Finding {
  const what = {
    'nul-byte': 'holds a NUL byte',
    'not-utf8': 'is not UTF-8',
    'utf-16': 'is UTF-16, which Postgres cannot read',
  }[reason];
  return finding('file-unreadable', { path, line, column, message: `The file ${what}.` });
}

/** A file with hundreds of psql commands is explained by the first few. */
const MOST_EXPLANATIONS = 20;

/**
 * Why a script does not parse. What belongs to psql is blanked out and named, and the rest parsed again, so that a
 * `\set` on the first line does not hide a real error below.
 */
function explain(path: string, text: string, half: 'up' | 'down'): Finding[] {
  const findings: Finding[] = [];
  let rest = text;
  while (findings.length < MOST_EXPLANATIONS) {
    const { problem } = parseSql(rest);
    if (problem === undefined) break;
    const at = new LineIndex(rest).startOf(problem.line) + problem.column - 1;
    const copy = copyBefore(rest, at);
    if (copy) {
      findings.push(copyFinding(path, copy.statement));
      rest = blank(rest, copy.statement.start, copy.dataEnd);
    } else if (rest[at] === '\\') {
      const end = endOfLine(rest, at);
      findings.push(metaCommand(path, rest.slice(at, end).trim(), problem));
      rest = blank(rest, at, end);
      // \g, \gset and \gexec send what stands before them, as ';' does.
      if (text.startsWith('\\g', at)) rest = `${rest.slice(0, at)};${rest.slice(at + 1)}`;
    } else {
      findings.push(syntaxError(path, text, half, problem, rest.slice(at, at + 2)));
      break;
    }
  }
  return findings;
}

const COPY_FROM_STDIN = /\bcopy\b[^;]{0,5000}?\bfrom\s+stdin\b[^;]{0,500};/gi;

/** The COPY ... FROM stdin whose data an offset lies in. Its statement must parse, so that no comment is taken for one. */
function copyBefore(text: string, at: number): { statement: Statement; dataEnd: number } | undefined {
  const last = [...text.slice(0, at).matchAll(COPY_FROM_STDIN)].at(-1);
  if (last === undefined) return undefined;
  const end = last.index + last[0].length;
  const terminator = /^\\\.[ \t\r]*$/m;
  const found = terminator.exec(text.slice(end));
  const dataEnd = found ? end + found.index + found[0].length : text.length;
  if (at > dataEnd) return undefined;
  const statement = parseSql(text.slice(0, end)).statements?.at(-1);
  return statement && copiesFromStdin(statement) ? { statement, dataEnd } : undefined;
}

function copiesFromStdin({ kind, tree }: Statement): boolean {
  return kind === 'CopyStmt' && tree.is_from === true && tree.filename === undefined && tree.is_program !== true;
}

function copyFinding(path: string, statement: Statement): Finding {
  return finding('copy-from-stdin', {
    ...placeOf(path, statement),
    message: 'COPY ... FROM stdin needs somebody who sends the rows; a migration has only its text.',
  });
}

const INSTEAD: readonly (readonly [command: RegExp, instead: string])[] = [
  [
    /^\\copy\b/,
    'Write INSERT INTO ... VALUES for a few rows, and load many with a seed command beside the migrations.',
  ],
  [/^\\(i|ir|include|include_relative)\b/, 'Put the SQL of the included file here, or make it a migration of its own.'],
  [/^\\(c|connect)\b/, 'A migration runs in the one database that it is deployed to: take the line out.'],
  [/^\\(set|unset|gset)\b/, 'Write the value itself, or give it under `rehearsal.placeholders` in lockstep.yml.'],
  [/^\\(if|elif|else|endif)\b/, 'Write the condition as SQL: DO $$ BEGIN IF ... THEN ... END IF; END $$;'],
  [/^\\gexec\b/, 'Run the generated statements in a DO block, with EXECUTE format(...).'],
  [/^\\(un)?restrict\b/, 'pg_dump writes this line for psql: take it out.'],
  [/^\\(echo|qecho|warn|timing|pset|x|encoding|!)/, 'It does nothing to the database: take the line out.'],
];

function metaCommand(path: string, command: string, { line, column }: SyntaxProblem): Finding {
  const word = command.split(/\s/, 1)[0] ?? command;
  return finding('psql-meta-command', {
    path,
    line,
    column,
    message: `${word} is a command of psql; the server that a migration is sent to does not know it.`,
    help: INSTEAD.find(([pattern]) => pattern.test(command))?.[1],
  });
}

function syntaxError(path: string, text: string, half: 'up' | 'down', problem: SyntaxProblem, found: string): Finding {
  const { line, column, message } = problem;
  const placeholder = /^(:|\$\{|\{\{|<|%)/.test(found);
  return finding('syntax-error', {
    path,
    line,
    column,
    message: `The ${half} script does not parse: ${message}.`,
    excerpt: excerpt(text, { line, column }),
    help: placeholder
      ? 'If this is a placeholder of your migration tool, give its value in lockstep.yml:\nrehearsal:\n  placeholders:\n    NAME: value'
      : undefined,
  });
}
