import { basename, dirname, join } from 'node:path/posix';
import { versionedName } from '../../project/layouts/names.ts';
import { plainFile } from '../../project/layouts/new-file.ts';
import type { Statement } from '../../project/sql.ts';
import { cannotRunInTransaction, controlsTransaction, isSetting, ownTransaction } from '../../project/transaction.ts';
import type { Finding } from '../../report/model.ts';
import { finding, placeOf } from '../finding.ts';
import type { ReadScript, RuleContext } from '../types.ts';

/** Statements that cannot run in a transaction, where they will meet one; and files that go without one for nothing. */
export function mixedTransaction(script: ReadScript, context: RuleContext): Finding[] {
  const work = script.statements.filter((statement) => !isSetting(statement) && statement.kind !== 'TransactionStmt');
  // DISCARD ALL is `session-tampering`'s, wherever it stands.
  const alone = work.filter((statement) => cannotRunInTransaction(statement) && statement.kind !== 'DiscardStmt');
  const [first] = alone;
  if (first === undefined) return needless(script, work);
  const message = problem(script, work, alone);
  if (message === undefined) return [];
  return [
    finding('mixed-transaction', {
      ...placeOf(script.script.path, first),
      message,
      severity: script.execution === 'autocommit' ? 'warn' : undefined,
      suggestion:
        script.half === 'up' && work.length > 1 && !isProgram(script) ? split(script, work, context) : undefined,
    }),
  ];
}

/** Written in another language than SQL: what was captured of it is no file. */
function isProgram({ script, migration }: ReadScript): boolean {
  return (script.program ?? migration.up.program) !== undefined;
}

function problem(script: ReadScript, work: readonly Statement[], alone: readonly Statement[]): string | undefined {
  const named = `${firstWords(alone[0])} in line ${alone[0]?.line ?? 1}`;
  if (ownTransaction(script.statements)) return `${named} cannot run inside the BEGIN ... COMMIT of this file.`;
  if (script.execution === 'implicit') {
    // A lone statement has no transaction round it; settings beside it make one.
    return script.statements.length > 1
      ? `${named} cannot run beside other statements: this tool sends the whole file as one query, which is one transaction (SQLSTATE 25001).`
      : undefined;
  }
  if (alone.length === work.length) return undefined;
  return script.execution === 'autocommit'
    ? `${named} cannot run in a transaction, and the other statements of this file go without one because of it: when one fails, those before it stay.`
    : `${named} cannot run in the transaction that the other statements of this file need.`;
}

/** The statement's first words, up to the name of what it is about: 'CREATE INDEX CONCURRENTLY'. */
function firstWords(statement: Statement | undefined): string {
  const words = /^(?:[A-Z]+\s+){0,2}[A-Z]+/i.exec(statement?.sql ?? '')?.[0] ?? 'A statement';
  return words.replace(/\s+/g, ' ').toUpperCase();
}

const LONGEST_SUGGESTION = 4000;

/** The files to make of this one, each with its name and its text. */
function split(
  { execution, statements, script, migration }: ReadScript,
  work: readonly Statement[],
  { layout, newestVersion, now }: RuleContext,
): string {
  const parts = partsOf(
    statements.filter((statement) => !controlsTransaction(statement)),
    execution === 'implicit' || layout.aloneIsOneQuery === true,
  );
  const long = work.reduce((length, { sql }) => length + sql.length, 0) > LONGEST_SUGGESTION;
  const hasDown = migration.down?.path === script.path;
  let version = newestVersion;
  return parts
    .map((part, index) => {
      let path = script.path;
      if (index > 0) {
        path = layout.nextName(version, numbered(script.path, index + 1), now);
        version = versionedName(basename(path))?.version ?? version;
      }
      const texts = part.statements.map((one) =>
        long ? `-- lines ${one.line} to ${one.endLine} of ${basename(script.path)}` : `${one.sql};`,
      );
      const file = { path, statements: texts, alone: part.alone, hasDown };
      return `-- ${path}\n${(layout.fileOf ?? plainFile)(file)}`;
    })
    .join('\n\n');
}

function numbered(path: string, part: number): string {
  const [name = '', ...extensions] = basename(path).split('.');
  return join(dirname(path), [`${name}_part_${part}`, ...extensions].join('.'));
}

interface Part {
  /** They refuse a transaction. */
  readonly alone: boolean;
  readonly statements: readonly Statement[];
}

/** Neighbours of one kind stay together, settings with what follows them; a tool that sends files whole needs more. */
function partsOf(statements: readonly Statement[], oneQuery: boolean): readonly Part[] {
  const parts: { alone: boolean; statements: Statement[] }[] = [];
  let settings: Statement[] = [];
  for (const statement of statements) {
    if (isSetting(statement)) {
      settings.push(statement);
      continue;
    }
    const alone = cannotRunInTransaction(statement);
    const last = parts.at(-1);
    const joins = last?.alone === alone && !(alone && oneQuery);
    const kept = alone && oneQuery ? [] : settings;
    if (last && joins) last.statements.push(...kept, statement);
    else parts.push({ alone, statements: [...kept, statement] });
    settings = [];
  }
  return parts;
}

/** Work in batches has good reasons to go without a transaction; changes of the schema have none. */
const DATA: ReadonlySet<string> = new Set([
  'CallStmt',
  'CopyStmt',
  'DeleteStmt',
  'DoStmt',
  'InsertStmt',
  'MergeStmt',
  'SelectStmt',
  'UpdateStmt',
]);

function needless({ half, script: { path }, execution }: ReadScript, work: readonly Statement[]): Finding[] {
  const changesSchema = work.some(({ kind }) => !DATA.has(kind));
  if (half === 'down' || execution !== 'autocommit' || work.length < 2 || !changesSchema) return [];
  const message = 'This file is marked to run without a transaction, but every statement in it could run in one.';
  return [finding('needless-no-transaction', { path, message })];
}
