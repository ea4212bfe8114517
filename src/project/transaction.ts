import { parseScript, type Statement } from './sql.ts';
import { fieldsOf, isOn, list, option } from './syntax-tree.ts';
import type { Execution, Script } from './types.ts';

/** What statements do to the transaction they stand in, by their syntax trees alone. */

/** BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION and their relatives: what opens or ends a transaction. */
export function controlsTransaction(statement: Pick<Statement, 'kind' | 'tree'>): boolean {
  return statement.kind === 'TransactionStmt' && !isSavepoint(statement);
}

const SAVEPOINTS: ReadonlySet<unknown> = new Set([
  'TRANS_STMT_SAVEPOINT',
  'TRANS_STMT_RELEASE',
  'TRANS_STMT_ROLLBACK_TO',
]);

/** SAVEPOINT, RELEASE and ROLLBACK TO: they need a transaction and stay inside it. */
export function isSavepoint(statement: Pick<Statement, 'kind' | 'tree'>): boolean {
  return statement.kind === 'TransactionStmt' && SAVEPOINTS.has(statement.tree.kind);
}

/**
 * Whether exactly one BEGIN ... COMMIT stands round the whole script (START TRANSACTION and END are the same). The
 * runner takes such a transaction over, so that its fence and the history's row are inside.
 */
export function ownTransaction(statements: readonly Statement[]): boolean {
  const first = statements[0];
  const last = statements.at(-1);
  if (first === undefined || last === undefined || !begins(first) || !commits(last)) return false;
  return !statements.slice(1, -1).some(controlsTransaction);
}

function begins(statement: Statement): boolean {
  const { kind, tree } = statement;
  return kind === 'TransactionStmt' && (tree.kind === 'TRANS_STMT_BEGIN' || tree.kind === 'TRANS_STMT_START');
}

function commits(statement: Statement): boolean {
  // COMMIT AND CHAIN opens the next transaction and leaves it open.
  return statement.kind === 'TransactionStmt' && statement.tree.kind === 'TRANS_STMT_COMMIT' && !statement.tree.chain;
}

const NEVER_IN_TRANSACTION: ReadonlySet<string> = new Set([
  'AlterSystemStmt',
  'CreatedbStmt',
  'DropdbStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  // Only with a replication slot, which is the rule; without one the statement runs either way.
  'DropSubscriptionStmt',
]);

/**
 * Whether Postgres refuses the statement inside a transaction block (SQLSTATE 25001), as far as the text shows it: that
 * a table is partitioned, for one, it does not. By the calls of PreventInTransactionBlock in Postgres 18's sources.
 */
export function cannotRunInTransaction(statement: Pick<Statement, 'kind' | 'tree'>): boolean {
  const { kind, tree } = statement;
  if (NEVER_IN_TRANSACTION.has(kind)) return true;
  switch (kind) {
    case 'IndexStmt':
    case 'DropStmt':
      return tree.concurrent === true;
    case 'VacuumStmt':
      return tree.is_vacuumcmd === true;
    case 'ClusterStmt':
      return tree.relation === undefined;
    case 'ReindexStmt':
      return isOn(option(tree.params, 'concurrently')) || REINDEX_MANY.has(String(tree.kind));
    case 'AlterTableStmt':
      return detachesConcurrently(tree.cmds);
    case 'AlterDatabaseStmt':
      return option(tree.options, 'tablespace') !== undefined;
    case 'CreateSubscriptionStmt':
      return makesSlot(tree.options);
    case 'AlterSubscriptionStmt':
      return altersSubscriptionAlone(String(tree.kind), tree.options);
    case 'DiscardStmt':
      return tree.target === 'DISCARD_ALL';
    default:
      return false;
  }
}

const REINDEX_MANY: ReadonlySet<string> = new Set([
  'REINDEX_OBJECT_SCHEMA',
  'REINDEX_OBJECT_SYSTEM',
  'REINDEX_OBJECT_DATABASE',
]);

function detachesConcurrently(commands: unknown): boolean {
  return list(commands).some((command) => {
    const fields = fieldsOf(command, 'AlterTableCmd');
    return fieldsOf(fields?.def, 'PartitionCmd')?.concurrent === true;
  });
}

/** CREATE SUBSCRIPTION makes a slot on the publisher, unless it is told not to or not to connect at all. */
function makesSlot(options: unknown): boolean {
  const createSlot = option(options, 'create_slot');
  if (createSlot !== undefined) return isOn(createSlot);
  const connect = option(options, 'connect');
  return connect === undefined || isOn(connect);
}

function altersSubscriptionAlone(kind: string, options: unknown): boolean {
  if (kind === 'ALTER_SUBSCRIPTION_REFRESH') return true;
  if (/^ALTER_SUBSCRIPTION_(SET|ADD|DROP)_PUBLICATION$/.test(kind)) {
    const refresh = option(options, 'refresh');
    return refresh === undefined || isOn(refresh);
  }
  const reachesPublisher = ['failover', 'two_phase'].some((name) => option(options, name) !== undefined);
  return kind === 'ALTER_SUBSCRIPTION_OPTIONS' && reachesPublisher;
}

const CLUSTER_WIDE: ReadonlySet<string> = new Set([
  'AlterDatabaseRefreshCollStmt',
  'AlterDatabaseSetStmt',
  'AlterDatabaseStmt',
  'AlterRoleSetStmt',
  'AlterRoleStmt',
  'AlterSystemStmt',
  'AlterTableSpaceOptionsStmt',
  'CreateRoleStmt',
  'CreateTableSpaceStmt',
  'CreatedbStmt',
  'DropRoleStmt',
  'DropTableSpaceStmt',
  'DropdbStmt',
  'GrantRoleStmt',
]);

const CLUSTER_OBJECTS: ReadonlySet<unknown> = new Set(['OBJECT_DATABASE', 'OBJECT_ROLE', 'OBJECT_TABLESPACE']);

/** Whether the statement's effects leave the database it runs in: roles, databases, tablespaces. */
export function isClusterWide(statement: Pick<Statement, 'kind' | 'tree'>): boolean {
  const { kind, tree } = statement;
  if (CLUSTER_WIDE.has(kind)) return true;
  if (kind === 'RenameStmt') return CLUSTER_OBJECTS.has(tree.renameType);
  if (kind === 'AlterOwnerStmt') return CLUSTER_OBJECTS.has(tree.objectType);
  if (kind === 'GrantStmt') return CLUSTER_OBJECTS.has(tree.objtype) || tree.objtype === 'OBJECT_PARAMETER_ACL';
  if (kind === 'CommentStmt' || kind === 'SecLabelStmt') return CLUSTER_OBJECTS.has(tree.objtype);
  return false;
}

/** SET, RESET and SHOW: they stand beside other statements without being what a file is about. */
export function isSetting(statement: Pick<Statement, 'kind'>): boolean {
  return statement.kind === 'VariableSetStmt' || statement.kind === 'VariableShowStmt';
}

/**
 * How an up script really meets the server. A file with its own BEGIN ... COMMIT is a transaction; one whose statements
 * (settings aside) all refuse one has none, without a directive that says so. A tool that sends the file as one query
 * knows no such inference. A script that does not parse keeps what was declared.
 */
export function effectiveExecution(migration: {
  readonly up: Script;
  readonly execution: Execution;
  readonly alwaysWrapped?: true;
  readonly sendsApart?: true;
}): Execution {
  const statements = parseScript(migration.up).statements;
  if (statements === undefined) return migration.execution;
  if (ownTransaction(statements)) return 'transaction';
  if (migration.execution !== 'transaction' || migration.alwaysWrapped) return migration.execution;
  if (migration.sendsApart && statements.some(cannotRunInTransaction)) return 'autocommit';
  const work = statements.filter((statement) => !isSetting(statement));
  return work.length > 0 && work.every(cannotRunInTransaction) ? 'autocommit' : 'transaction';
}

/**
 * Words without which a script neither controls transactions nor holds what refuses one: parsing the others costs up to
 * 1 ms each. Transaction control stands at the beginning of a statement, and mostly of a line.
 */
const MAY_LEAVE_TRANSACTION =
  /(?:^|;)\s*(?:begin|start\s+transaction|commit|rollback|savepoint|prepare\s+transaction|abort|end)\b|\b(?:concurrently|vacuum|reindex|cluster|alter\s+system|discard|database|tablespace|subscription)\b/im;

/** Bodies of functions and DO blocks, most of which hold BEGIN and END. */
const DOLLAR_QUOTED = /\$(\w*)\$[\s\S]*?\$\1\$/g;

/** Whether a script must be parsed to know if it is a plain transaction. A quick look: false may be wrong in rare cases. */
export function mayLeaveTransaction(text: string): boolean {
  return MAY_LEAVE_TRANSACTION.test(text.replace(DOLLAR_QUOTED, '$$'));
}
