import { literal } from '../../../project/quoting.ts';
import type { Statement } from '../../../project/sql.ts';
import { fieldsOf, isOn, list, option, text } from '../../../project/syntax-tree.ts';
import { type Evidence, kept, rowsOf } from './evidence.ts';
import { createIndex, dropIndex, reindex } from './indexes.ts';
import { detachPartition } from './partitions.ts';

/** The evidence of a statement that Postgres runs in no transaction; nothing can tell of one that is not known here. */
export function evidenceOf(statement: Statement): Evidence {
  return knownEvidence(statement) ?? NONE;
}

/** Whether the catalogs can tell if such a statement took effect, or it may simply run again. */
export function isTellable(statement: Statement): boolean {
  return knownEvidence(statement) !== undefined;
}

function knownEvidence(statement: Statement): Evidence | undefined {
  const { kind, tree } = statement;
  switch (kind) {
    case 'IndexStmt':
      return tree.concurrent === true ? createIndex(statement) : undefined;
    case 'DropStmt':
      return tree.concurrent === true ? dropIndex(statement) : undefined;
    case 'ReindexStmt':
      return reindex(statement, isOn(option(tree.params, 'concurrently')));
    case 'AlterTableStmt':
      return detaches(tree.cmds) ? detachPartition(statement) : undefined;
    case 'CreatedbStmt':
      return appears('database', text(tree.dbname));
    case 'DropdbStmt':
      return vanishes('database', text(tree.dbname));
    case 'CreateTableSpaceStmt':
      return appears('tablespace', text(tree.tablespacename));
    case 'DropTableSpaceStmt':
      return vanishes('tablespace', text(tree.tablespacename));
    case 'CreateSubscriptionStmt':
      return appears('subscription', text(tree.subname));
    case 'DropSubscriptionStmt':
      return vanishes('subscription', text(tree.subname));
    case 'AlterSubscriptionStmt':
      return /_(?:ADD|DROP)_PUBLICATION$/.test(String(tree.kind)) ? undefined : repeatable('the subscription');
    case 'VacuumStmt':
      return repeatable('VACUUM');
    case 'ClusterStmt':
      return repeatable('CLUSTER');
    case 'AlterSystemStmt':
      return repeatable('ALTER SYSTEM');
    case 'AlterDatabaseStmt':
      return repeatable('ALTER DATABASE');
    default:
      return undefined;
  }
}

function detaches(commands: unknown): boolean {
  return list(commands).some(
    (one) => fieldsOf(fieldsOf(one, 'AlterTableCmd')?.def, 'PartitionCmd')?.concurrent === true,
  );
}

const NOTHING = {
  concurrently: false,
  prepare: async () => [],
  repair: async () => [],
  problem: async () => undefined,
} as const;

/** To run it once more gives what running it once gives. */
function repeatable(what: string): Evidence {
  return { ...NOTHING, what, before: async () => ({}), happened: async () => false };
}

const NONE: Evidence = { ...NOTHING, what: 'it', before: async () => ({}), happened: async () => undefined };

/** Where things of a kind have their names: a condition without its value. */
const NAMES = {
  database: 'pg_catalog.pg_database WHERE datname',
  tablespace: 'pg_catalog.pg_tablespace WHERE spcname',
  // The catalog is all databases' own.
  subscription: `pg_catalog.pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND subname`,
} as const;

function appears(kind: keyof typeof NAMES, name: string | undefined): Evidence {
  return ofName(kind, name, (was, is) => !was && is);
}

function vanishes(kind: keyof typeof NAMES, name: string | undefined): Evidence {
  return ofName(kind, name, (was, is) => was && !is);
}

function ofName(
  kind: keyof typeof NAMES,
  name: string | undefined,
  judge: (was: boolean, is: boolean) => boolean,
): Evidence {
  const isThere = async (session: Parameters<Evidence['before']>[0]): Promise<boolean> => {
    const rows = await rowsOf(session, `SELECT 1 FROM ${NAMES[kind]} = ${literal(name ?? '')}`);
    return rows.length > 0;
  };
  return {
    ...NOTHING,
    what: `the ${kind} ${name}`,
    before: async (session) => ({ there: await isThere(session) }),
    happened: async (session, before) => judge(kept(before, 'there', false), await isThere(session)),
  };
}
