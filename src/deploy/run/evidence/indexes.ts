import type { Session } from '../../../postgres/session.ts';
import { literal } from '../../../project/quoting.ts';
import { treeOf } from '../../../project/same-statements.ts';
import { parseSql, type Statement } from '../../../project/sql.ts';
import { fieldsOf, list, names, record, text } from '../../../project/syntax-tree.ts';
import { IS_BEING_BUILT } from '../../survey/invalid-indexes.ts';
import { type Evidence, kept, rowsOf } from './evidence.ts';
import { quotedName, relationName } from './names.ts';

/** CREATE, DROP and REINDEX ... CONCURRENTLY: what they leave behind when they fail, and how it is put right. */

interface IndexRow {
  readonly oid: string;
  /** Ready for SQL: schema.name. */
  readonly name: string;
  readonly bare: string;
  readonly valid: boolean;
}

const COLUMNS = `i.indexrelid::text AS oid, i.indisvalid AND i.indisready AND i.indislive AS valid, c.relname AS bare,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name`;
const FROM = `FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`;

function indexesOf(session: Session, table: string): Promise<readonly IndexRow[]> {
  return rowsOf(session, `SELECT ${COLUMNS} ${FROM} WHERE i.indrelid = pg_catalog.to_regclass(${literal(table)})`);
}

/** Drops an index that no query can use; one that is gone meanwhile is fine. */
async function dropInvalid(session: Session, { name }: IndexRow): Promise<string> {
  await session.run(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  return `The invalid index ${name}, which an attempt that failed had left, was dropped.`;
}

export function createIndex(statement: Statement): Evidence {
  const { tree } = statement;
  const table = relationName(record(tree.relation));
  const wanted = text(tree.idxname);
  const isWanted = ({ bare }: IndexRow): boolean => bare === wanted;
  /** Ours: the one of that name; without a name, what was not there before. */
  const made = (rows: readonly IndexRow[], before: unknown): readonly IndexRow[] => {
    const known = kept<readonly string[]>(before, 'indexes', []);
    return wanted === undefined ? rows.filter(({ oid }) => !known.includes(oid)) : rows.filter(isWanted);
  };
  return {
    what: wanted === undefined ? `the new index on ${table}` : `the index ${wanted}`,
    concurrently: true,
    // IF NOT EXISTS would take an invalid one for what is wanted, and without it the name would be taken.
    prepare: async (session) => {
      const rows = wanted === undefined ? [] : await indexesOf(session, table);
      const told: string[] = [];
      for (const row of rows.filter((one) => isWanted(one) && !one.valid)) {
        if (!(await isBeingBuilt(session, row.oid))) told.push(await dropInvalid(session, row));
      }
      return told;
    },
    before: async (session) => ({ indexes: (await indexesOf(session, table)).map(({ oid }) => oid) }),
    happened: async (session, before) => {
      const rows = made(await indexesOf(session, table), before);
      const [row] = rows;
      // Somebody else may have made one meanwhile.
      if (wanted === undefined && row !== undefined && (rows.length > 1 || !(await isAsIn(statement, session, row))))
        return undefined;
      // One of that name that was there before is not what this statement made.
      const known = tree.if_not_exists === true ? [] : kept<readonly string[]>(before, 'indexes', []);
      return rows.some(({ valid, oid }) => valid && !known.includes(oid));
    },
    problem: async (session, before) => {
      const rows = made(await indexesOf(session, table), before);
      if (wanted !== undefined && rows.length === 0 && tree.if_not_exists === true)
        return `there is no index ${wanted} on ${table}: something else has that name`;
      const bad = rows.find(({ valid }) => !valid);
      return bad && `the index ${bad.name} is INVALID`;
    },
    repair: async (session, before) => {
      const told: string[] = [];
      for (const row of made(await indexesOf(session, table), before)) {
        if (!row.valid && !(await isBeingBuilt(session, row.oid))) told.push(await dropInvalid(session, row));
      }
      return told;
    },
  };
}

/** Whether an index is what the statement describes. An expression that Postgres writes in another way counts as no. */
async function isAsIn(statement: Statement, session: Session, { oid }: IndexRow): Promise<boolean> {
  const [row] = await rowsOf<{ text: string | null }>(session, `SELECT pg_catalog.pg_get_indexdef(${oid}) AS text`);
  const [made] = parseSql(row?.text ?? '').statements ?? [];
  return made !== undefined && shapeOf(made) === shapeOf(statement);
}

function shapeOf({ tree, ...statement }: Statement): string {
  const { accessMethod, indexParams, indexIncludingParams, whereClause, unique, nulls_not_distinct, options } = tree;
  const shape = { accessMethod, indexParams, indexIncludingParams, whereClause, unique, nulls_not_distinct, options };
  return treeOf({ ...statement, tree: shape });
}

async function isBeingBuilt(session: Session, oid: string): Promise<boolean> {
  const rows = await rowsOf(
    session,
    `SELECT 1 FROM pg_catalog.pg_index i WHERE i.indexrelid = ${oid} AND ${IS_BEING_BUILT}`,
  );
  return rows.length > 0;
}

export function dropIndex({ tree }: Statement): Evidence {
  const parts = names(fieldsOf(list(tree.objects)[0], 'List')?.items);
  const index = quotedName(parts);
  const oidNow = async (session: Session): Promise<string | null> => {
    const [row] = await rowsOf<{ oid: string | null }>(
      session,
      `SELECT pg_catalog.to_regclass(${literal(index)})::oid::text AS oid`,
    );
    return row?.oid ?? null;
  };
  return {
    what: `the index ${parts.join('.')}`,
    concurrently: true,
    prepare: async () => [],
    before: async (session) => ({ oid: (await oidNow(session)) ?? '' }),
    happened: async (session, before) => {
      const now = await oidNow(session);
      return now === null || now !== kept(before, 'oid', now);
    },
    // Its first transaction has made it useless, and the last one did not come.
    problem: async (session) => {
      const [bad] = await invalidNamed(session, index);
      return bad && `the index ${bad.name} is INVALID`;
    },
    repair: async () => [],
  };
}

/** A failed one leaves `_ccnew` (the new index) or `_ccold` (the one that it replaced) behind. */
export function reindex({ tree }: Statement, concurrently: boolean): Evidence {
  const single = tree.kind === 'REINDEX_OBJECT_INDEX' ? relationName(record(tree.relation)) : undefined;
  // The one table that it is about; undefined: a schema's or a database's.
  const relation = record(tree.relation);
  const of = relation === undefined ? undefined : relationName(relation);
  const leftovers = async (session: Session, before: unknown, busy = false): Promise<readonly IndexRow[]> => {
    const known = kept<readonly string[]>(before, 'invalid', []);
    const rows = await invalidOnes(session, of, busy);
    return rows.filter(({ oid, name }) => !known.includes(oid) && /_cc(?:new|old)\d*"?$/.test(name));
  };
  return {
    what: single === undefined ? 'the rebuilt indexes' : `the index ${single}`,
    concurrently,
    prepare: async () => [],
    before: async (session) => ({ invalid: (await invalidOnes(session, of)).map(({ oid }) => oid) }),
    // To build it once more does no harm, and nothing shows that it has been done.
    happened: async () => false,
    problem: async (session, before) => {
      const own = single === undefined ? [] : await invalidNamed(session, single);
      const [bad] = [...own, ...(await leftovers(session, before))];
      return bad && `the index ${bad.name} is INVALID`;
    },
    repair: async (session, before) => {
      const told: string[] = [];
      for (const row of await leftovers(session, before)) told.push(await dropInvalid(session, row));
      return told;
    },
    isInDoubt: async (session, before) => (await leftovers(session, before, true)).length > 0,
  };
}

function invalidNamed(session: Session, name: string): Promise<readonly IndexRow[]> {
  return rowsOf(
    session,
    `SELECT ${COLUMNS} ${FROM} WHERE i.indexrelid = pg_catalog.to_regclass(${literal(name)}) AND NOT i.indisvalid`,
  );
}

/**
 * Invalid indexes of a table (or of the table of an index) and of its partitions, or of the whole database; `busy`: also those
 * that somebody may be at work on. A partitioned index is no leftover: it is invalid until each partition has its part.
 */
function invalidOnes(session: Session, of: string | undefined, busy = false): Promise<readonly IndexRow[]> {
  const only =
    of === undefined
      ? ''
      : `AND i.indrelid IN (WITH RECURSIVE part AS (
            SELECT t.oid FROM pg_catalog.pg_class t LEFT JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
            WHERE pg_catalog.to_regclass(${literal(of)}) IN (t.oid, x.indexrelid)
            UNION SELECT h.inhrelid FROM part JOIN pg_catalog.pg_inherits h ON h.inhparent = part.oid)
          SELECT oid FROM part
          UNION SELECT t.reltoastrelid FROM pg_catalog.pg_class t JOIN part USING (oid))`;
  return rowsOf(
    session,
    `SELECT ${COLUMNS} ${FROM} WHERE c.relkind = 'i' AND NOT (i.indisvalid AND i.indisready AND i.indislive) ${only} ${busy ? '' : `AND NOT ${IS_BEING_BUILT}`}`,
  );
}
