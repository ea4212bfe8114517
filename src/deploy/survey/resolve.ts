import type { LockMode } from '../../postgres/lock-modes.ts';
import type { Session } from '../../postgres/session.ts';
import { expanded, type ForeignKey } from './expand.ts';
import { schemasOfPath } from './search-path.ts';
import type { PlacedTouch, Touch } from './touches.ts';

/** Names in migrations -> relations that are on the server, and what else is locked with them. */

export interface TouchedRelation {
  readonly oid: string;
  /** schema.name */
  readonly name: string;
  /** pg_class.relkind */
  readonly kind: string;
  /** Whether it is touched by itself, and not only as a part of a partitioned or inherited table. */
  readonly itself: boolean;
  readonly modes: ReadonlySet<LockMode>;
}

/** A touch, and the table (view, sequence) that it is about. */
export interface ResolvedTouch extends Touch {
  readonly oid: string;
}

/**
 * By oid. The catalogs are read, and no function that resolves names is asked: those fail on a schema that the role may
 * not use, and a reader need not be the role that applies.
 */
export async function touchedRelations(
  session: Session,
  touches: readonly PlacedTouch[],
): Promise<ReadonlyMap<string, TouchedRelation>> {
  if (touches.length === 0) return new Map();
  const resolved = await resolve(session, touches);
  const modes = expanded(resolved, await foreignKeysOf(session), await parentsOf(session));
  return described(session, modes);
}

interface Candidate {
  readonly schema: string;
  readonly name: string;
  readonly oid: string;
}

async function resolve(session: Session, touches: readonly PlacedTouch[]): Promise<ResolvedTouch[]> {
  const own = await schemasOfPath(session);
  const places = touches.map(({ of, path }) => {
    if (of.schema !== undefined) return [of.schema];
    return path === undefined ? own.schemas : path.map((schema) => (schema === '$user' ? own.user : schema));
  });
  const wanted = touches.flatMap(({ of }, index) =>
    of.name === undefined ? [] : (places[index] ?? []).map((schema) => [schema, of.name] as const),
  );
  const whole = touches.flatMap(({ of }) => (of.name === undefined ? [of.schema] : []));
  // An index stands for its table.
  const { rows } = await session.client.query<Candidate & { whole: boolean }>(
    `SELECT n.nspname AS schema, c.relname AS name, coalesce(i.indrelid, c.oid)::text AS oid,
        c.relkind IN ('r', 'p', 'm', 'v', 'f') AS whole
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
      WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S', 'i', 'I') AND (n.nspname = ANY ($3::text[])
        OR (n.nspname, c.relname) IN (SELECT w.s::name, w.r::name FROM unnest($1::text[], $2::text[]) AS w (s, r)))`,
    [wanted.map(([schema]) => schema), wanted.map(([, name]) => name), whole],
  );
  const key = (schema: string, name: string): string => JSON.stringify([schema, name]);
  const byName = new Map(rows.map(({ schema, name, oid }) => [key(schema, name), oid]));
  return touches.flatMap((touch, index) => {
    const { of } = touch;
    if (of.name === undefined)
      return rows.filter((row) => row.whole && row.schema === of.schema).map(({ oid }) => ({ ...touch, oid }));
    const oid = (places[index] ?? [])
      .map((schema) => byName.get(key(schema, of.name)))
      .find((one) => one !== undefined);
    return oid === undefined ? [] : [{ ...touch, oid }];
  });
}

async function foreignKeysOf(session: Session): Promise<readonly ForeignKey[]> {
  const { rows } = await session.client.query<ForeignKey>(`
    SELECT k.conname AS name, k.conrelid::text AS "from", k.confrelid::text AS "to",
      ARRAY (SELECT a.attname::text FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) AS columns
    FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0`);
  return rows;
}

/** Partitions and tables that inherit -> the tables above them. */
async function parentsOf(session: Session): Promise<readonly (readonly [child: string, parent: string])[]> {
  const { rows } = await session.client.query<{ child: string; parent: string }>(
    'SELECT i.inhrelid::text AS child, i.inhparent::text AS parent FROM pg_catalog.pg_inherits i',
  );
  return rows.map(({ child, parent }) => [child, parent]);
}

async function described(
  session: Session,
  touched: ReadonlyMap<string, Pick<TouchedRelation, 'itself' | 'modes'>>,
): Promise<ReadonlyMap<string, TouchedRelation>> {
  const { rows } = await session.client.query<{ oid: string; name: string; kind: string }>(
    `SELECT c.oid::text AS oid, n.nspname || '.' || c.relname AS name, c.relkind::text AS kind
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1::oid[])`,
    [[...touched.keys()]],
  );
  return new Map(
    rows.flatMap((row) => {
      const about = touched.get(row.oid);
      return about === undefined ? [] : [[row.oid, { ...row, ...about }]];
    }),
  );
}
