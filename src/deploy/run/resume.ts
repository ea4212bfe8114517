import { parseScript, type Statement } from '../../project/sql.ts';
import { statementHash } from '../../project/statement-hash.ts';
import { fieldsOf, list, names, record } from '../../project/syntax-tree.ts';
import { effectiveExecution } from '../../project/transaction.ts';
import type { UnfinishedMigration } from '../history/state.ts';
import type { Step } from '../ledger/read.ts';
import { isTellable } from './evidence/kinds.ts';

/** Whether, and where, a migration that stopped half-way goes on. Pure; `loadParser` must have resolved. */

/** Why it cannot go on by itself; undefined: it can. */
export function resumeProblem({ migration, steps, opened, says }: UnfinishedMigration): string | undefined {
  if (migration === undefined) return 'it is not in the repository any more';
  if (steps.length === 0) {
    if (opened) return undefined;
    const said = says === undefined ? ', and does not say how far it came' : `: ${saying(says)}`;
    return `the tool's history calls it failed${said}`;
  }
  const { statements } = parseScript(migration.up);
  if (statements === undefined) return 'it does not parse any more';
  if (effectiveExecution(migration) === 'transaction')
    return 'statements of it are done, and it now runs in a transaction';
  return steps.map((step) => stepProblem(step, statements)).find((problem) => problem !== undefined);
}

/** The tool's words are shown as they are, but for their length. */
function saying(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function stepProblem({ statement: index, hash, state }: Step, statements: readonly Statement[]): string | undefined {
  const statement = statements.find((one) => one.index === index);
  const number = index + 1;
  if (statement === undefined || statementHash(statement) !== hash) {
    return state === 'done'
      ? `statement ${number}, which is done, has been changed since`
      : `statement ${number}, where it stopped, has been changed since`;
  }
  if (state === 'done' && makesTemporary(statement))
    return `statement ${number} made a temporary table, which is gone, and later ones may need it`;
  if (state === 'started' && !isTellable(statement)) return `nothing can tell whether statement ${number} took effect`;
  return undefined;
}

/** What a session loses: temporary tables, views and sequences. */
function makesTemporary({ kind, tree }: Statement): boolean {
  const relation =
    record(tree.relation) ?? record(tree.view) ?? record(tree.sequence) ?? record(record(tree.into)?.rel);
  if (relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp') return true;
  if (kind !== 'SelectStmt') return false;
  const into = record(record(tree.intoClause)?.rel);
  return into?.relpersistence === 't' || into?.schemaname === 'pg_temp';
}

const SESSION: ReadonlySet<string> = new Set([
  'VariableSetStmt',
  'PrepareStmt',
  'DeallocateStmt',
  'ListenStmt',
  'UnlistenStmt',
  'LoadStmt',
  'DiscardStmt',
]);

/** Whether a statement's effect belongs to the session, so that a new session needs it again. */
export function isOfSession({ kind, tree }: Statement): boolean {
  return kind === 'DeclareCursorStmt' || SESSION.has(kind) || (kind === 'SelectStmt' && onlySetsConfig(tree));
}

/** `SELECT set_config(...)` that does nothing else, which would be done twice. */
function onlySetsConfig(tree: Statement['tree']): boolean {
  const calls = list(tree.targetList).map((target) => fieldsOf(record(fieldsOf(target, 'ResTarget')?.val), 'FuncCall'));
  const isSetting = calls.every((call) => names(call?.funcname).at(-1) === 'set_config');
  return calls.length > 0 && isSetting && CLAUSES.every((clause) => tree[clause] === undefined);
}

const CLAUSES = ['withClause', 'intoClause', 'fromClause', 'whereClause', 'havingClause'] as const;
