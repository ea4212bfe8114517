import type { Statement } from '../../project/sql.ts';
import { controlsTransaction, isSavepoint, ownTransaction } from '../../project/transaction.ts';
import type { Finding } from '../../report/model.ts';
import { finding, placeOf } from '../finding.ts';
import type { Command, ReadScript } from '../types.ts';

/** Statements that open or end transactions, in the script itself and in what it runs. */
export function transactionControl(script: ReadScript): Finding[] {
  const own = ownTransaction(script.statements);
  return [...(own ? [] : inTheOpen(script)), ...misplacedSavepoints(script), ...insideBodies(script)];
}

/** One finding for all of them: a script with several transactions is one mistake, not eight. */
function inTheOpen({ script: { path }, statements }: ReadScript): Finding[] {
  const controls = statements.filter(controlsTransaction);
  const [first] = controls;
  if (first === undefined) return [];
  return [finding('transaction-control', { ...placeOf(path, first), message: describe(controls, statements) })];
}

function describe(controls: readonly Statement[], statements: readonly Statement[]): string {
  const [first, second] = controls;
  const shown = controls.slice(0, 6).map((statement) => `${wordOf(statement)} in line ${statement.line}`);
  const list = `${shown.join(', ')}${controls.length > shown.length ? ', …' : ''}`;
  if (controls.length === 2 && first && second && wordOf(first) === 'BEGIN' && wordOf(second) === 'COMMIT') {
    const outside = statements.find((statement) => statement.index < first.index || statement.index > second.index);
    return `The script's own transaction (${list}) does not stand round the whole of it: line ${outside?.line ?? 1} is outside.`;
  }
  return `The script opens or ends transactions itself: ${list}.`;
}

const WORDS: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'BEGIN',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
  TRANS_STMT_SAVEPOINT: 'SAVEPOINT',
  TRANS_STMT_RELEASE: 'RELEASE',
  TRANS_STMT_ROLLBACK_TO: 'ROLLBACK TO',
  TRANS_STMT_PREPARE: 'PREPARE TRANSACTION',
  TRANS_STMT_COMMIT_PREPARED: 'COMMIT PREPARED',
  TRANS_STMT_ROLLBACK_PREPARED: 'ROLLBACK PREPARED',
};

function wordOf({ tree }: Pick<Command, 'tree'>): string {
  return `${WORDS[String(tree.kind)] ?? 'transaction control'}${tree.chain === true ? ' AND CHAIN' : ''}`;
}

/** Savepoints are the script's own business, in a transaction and in balance. */
function misplacedSavepoints({ script: { path }, statements, execution }: ReadScript): Finding[] {
  const open: unknown[] = [];
  const findings: Finding[] = [];
  for (const statement of statements) {
    if (!isSavepoint(statement)) continue;
    const { kind, savepoint_name: name } = statement.tree;
    const message =
      execution === 'transaction'
        ? balance(open, String(kind), name)
        : `${wordOf(statement)} needs a transaction, and this script runs without one of its own.`;
    if (message) findings.push(finding('transaction-control', { ...placeOf(path, statement), message }));
  }
  return findings;
}

function balance(open: unknown[], kind: string, name: unknown): string | undefined {
  if (kind === 'TRANS_STMT_SAVEPOINT') {
    open.push(name);
    return undefined;
  }
  const at = open.lastIndexOf(name);
  if (at < 0) return `There is no savepoint ${String(name)} here.`;
  open.length = kind === 'TRANS_STMT_RELEASE' ? at : at + 1;
  return undefined;
}

const IN_ITS_TRANSACTION =
  'ends the transaction that the migration runs in; Postgres refuses that, or half of the migration stays behind.';
const BY_ITSELF = 'keeps a part of the work: when the run is interrupted, nothing can tell how far it has come.';

const HELP = {
  inside:
    'Take it out. Work in batches that commit one by one needs a file of its own, marked `-- lockstep: no-transaction`.',
  alone:
    'Write it so that it can run again from the start and does only what is left (WHERE ... IS NULL): after an interruption the deploy stops and asks, and `resolve --as retry` runs it once more.',
} as const;

function insideBodies({ script: { path }, commands, execution }: ReadScript): Finding[] {
  return commands
    .filter((command) => command.inside !== undefined && command.kind === 'TransactionStmt')
    .map((command) =>
      finding('transaction-control', {
        ...placeOf(path, command.statement),
        line: command.line,
        column: undefined,
        message: `${wordOf(command)} in ${command.inside} ${execution === 'autocommit' ? BY_ITSELF : IN_ITS_TRANSACTION}`,
        ...(execution === 'autocommit' ? { severity: 'warn' } : {}),
        help: HELP[execution === 'autocommit' ? 'alone' : 'inside'],
      }),
    );
}
