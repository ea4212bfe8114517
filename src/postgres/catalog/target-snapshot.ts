import { type ClientBase, DatabaseError } from 'pg';
import { assemble, type TextResult } from './assemble.ts';
import type { Catalog, ObjectKind } from './catalog.ts';
import { catalogQueries } from './queries/all.ts';
import { readCatalog, readCatalogApart } from './reading.ts';

/** Kinds that a role was not let read, and what the server said. */
export interface Unread {
  readonly kinds: readonly ObjectKind[];
  readonly message: string;
}

export interface TargetSnapshot {
  /** Its identities are compared with nobody's. */
  readonly catalog: Catalog;
  readonly unread: readonly Unread[];
}

const NO_RIGHT = '42501';

/**
 * Reads a target's schema as far as the role may: any role may read nearly all of Postgres' catalogs, but a careful or a
 * hosted server can keep some to itself. Asks for nothing that is not wanted, and never for who the cluster is. Read-only,
 * as `snapshot`. Rejects with pg's error when a kind of `needed` cannot be read.
 */
export async function targetSnapshot(
  client: ClientBase,
  major: number,
  isWanted: (kind: ObjectKind) => boolean,
  needed: ReadonlySet<ObjectKind>,
): Promise<TargetSnapshot> {
  const queries = catalogQueries(major).filter(({ kinds }) => kinds.some(isWanted));
  const texts = queries.map(({ sql }) => sql);
  const catalogOf = (results: readonly TextResult[]): Catalog => assemble(results, '', ({ kind }) => isWanted(kind));
  try {
    return { catalog: catalogOf(await readCatalog(client, texts)), unread: [] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const results: TextResult[] = [];
  const unread: Unread[] = [];
  for (const [at, answer] of (await readCatalogApart(client, texts)).entries()) {
    const kinds = queries[at]?.kinds.filter(isWanted) ?? [];
    if (!(answer instanceof Error)) results.push(answer);
    else if (!isRefusal(answer) || kinds.some((kind) => needed.has(kind))) throw answer;
    else unread.push({ kinds, message: answer.message });
  }
  return { catalog: catalogOf(results), unread };
}

function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === NO_RIGHT;
}
