import { joinNames } from '../../postgres/catalog/catalog.ts';
import type { Session } from '../../postgres/session.ts';
import { readSeedCatalog, type SeedTable } from './catalog.ts';
import { makeFunctions, tryGroups, valuesOf } from './functions.ts';
import { insertAll, insertVariants } from './insert.ts';
import { removeOrphans } from './orphans.ts';
import { probe, relationOf } from './probe.ts';
import { genericRows, type TableRows } from './rows.ts';

/**
 * Generic rows for the tables of a schema, so that what depends on rows shows in the rehearsal: in each table one with
 * NULL wherever it may stand, and two that are equal but for keys.
 */

export interface Seeding {
  /** Every table by its OID, the same in every clone: whether it has generic rows, rows of somebody else's, or none. */
  readonly tables: ReadonlyMap<string, 'generic' | 'kept' | 'empty'>;
  /** Tables that have generic rows now: 'public.orders'. */
  readonly filled: readonly string[];
  readonly notFilled: readonly { readonly table: string; readonly reason: string }[];
  /** Tables that had rows already; they are left as they are. */
  readonly kept: readonly string[];
}

export interface SeedOptions {
  /** Relations that are left alone: 'public.schema_migrations'. */
  readonly ignore: ReadonlySet<string>;
  /** OIDs of tables that may be filled; undefined: all. */
  readonly only?: Pick<ReadonlySet<string>, 'has'> | undefined;
}

/**
 * Fills the empty tables of the session's database, in about four round trips however many they are. The session ends
 * with it: triggers are off in it from then on. Its search path must be pg_catalog's alone, and its role able to set
 * session_replication_role. Rejects with pg's error where the session itself cannot do that.
 */
export async function seed(session: Session, { ignore, only }: SeedOptions): Promise<Seeding> {
  const catalog = await readSeedCatalog(session);
  await makeFunctions(session, catalog.searchPath);
  const probed = await probe(session, catalog);
  const ours = catalog.tables.filter((table) => !ignore.has(nameOf(table)));
  const empty = ours.filter(({ id }) => !probed.present.has(id) && (only?.has(id) ?? true));
  const rows = genericRows(catalog, probed, empty);
  const { whole, problems } = await fill(session, rows);
  const filled = new Set(empty.flatMap(({ id }) => (problems.has(id) ? [] : [id])));
  const shaky = new Set(catalog.tables.flatMap(({ id }) => (whole.has(id) ? [] : [id])));
  const tables = new Map(catalog.tables.map((table) => [table.id, table]));
  const lost = await removeOrphans(session, tables, catalog.foreignKeys, shaky, filled);
  for (const table of await emptied(
    session,
    empty.filter(({ id }) => lost.has(id)),
  )) {
    problems.set(table, 'its rows would refer to rows of another table that could not be filled');
  }
  return {
    tables: new Map(
      ours.map(({ id }) => [
        id,
        probed.present.has(id) ? 'kept' : filled.has(id) && !problems.has(id) ? 'generic' : 'empty',
      ]),
    ),
    filled: empty.filter(({ id }) => !problems.has(id)).map(nameOf),
    notFilled: empty.flatMap((table) => {
      const reason = problems.get(table.id);
      return reason === undefined ? [] : [{ table: nameOf(table), reason }];
    }),
    kept: ours.filter(({ id }) => probed.present.has(id)).map(nameOf),
  };
}

function nameOf({ schema, name }: SeedTable): string {
  return joinNames([schema, name]);
}

interface Filled {
  /** Tables that have all rows that others may refer to. */
  readonly whole: ReadonlySet<string>;
  /** Why a table has none. */
  readonly problems: Map<string, string>;
}

/** First all rows of each table at once; where that fails, row by row in ever plainer forms. */
async function fill(session: Session, tables: readonly TableRows[]): Promise<Filled> {
  const problems = new Map<string, string>();
  const whole = new Set<string>();
  for (const one of tables) if ('problem' in one) problems.set(one.table.id, one.problem);
  const ready = tables.flatMap((one) => ('rows' in one ? [one] : []));
  const first = await tryGroups(
    session,
    ready.map(({ table, rows }) => [insertAll(table, rows)]),
  );
  const again = ready.filter(({ table, rows }, index) => {
    const { rows: inserted = 0 } = first[index] ?? {};
    if (inserted === ALL && rows.length === ALL) whole.add(table.id);
    return inserted === 0;
  });
  const pieces = again.flatMap(({ table, rows }) => rows.map((row) => ({ table, row })));
  const second = await tryGroups(
    session,
    pieces.map(({ table, row }) => insertVariants(table, row)),
  );
  for (const { table } of again) {
    const own = second.filter((_, index) => pieces[index]?.table === table);
    if (own.some(({ rows }) => rows > 0)) continue;
    problems.set(table.id, own.find(({ problem }) => problem !== null)?.problem ?? unmet(table));
  }
  return { whole, problems };
}

const ALL = 3;

function unmet({ checks, partitions }: SeedTable): string {
  const names = checks.filter(({ columns }) => columns.length > 1).map(({ name }) => name);
  const all = [...names, ...(partitions === null ? [] : ['the bounds of its partitions'])];
  return `no values were found that meet ${all.join(' and ')}`;
}

async function emptied(session: Session, tables: readonly SeedTable[]): Promise<readonly string[]> {
  const found = await valuesOf(
    session,
    tables.map((table) => `SELECT 'yes' FROM ${relationOf(table)} LIMIT 1`),
  );
  return tables.filter((_, index) => found[index] !== 'yes').map(({ id }) => id);
}
