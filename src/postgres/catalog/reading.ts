import type { ClientBase, CustomTypesConfig } from 'pg';
import type { TextResult } from './assemble.ts';

/**
 * Runs catalog queries in one round trip, read-only, in a transaction (or a savepoint of the one that is open), after
 * which the session is as it was. Rejects with pg's error.
 */
export async function readCatalog(client: ClientBase, queries: readonly string[]): Promise<readonly TextResult[]> {
  const [open, close, undo] =
    client.getTransactionStatus() === 'T'
      ? ['savepoint lockstep_snapshot', CLOSE_SAVEPOINT, CLOSE_SAVEPOINT]
      : [BEGIN, 'commit', 'rollback'];
  try {
    return await readAll(client, [open, ...PLAIN_SETTINGS, ...queries, close].join(';\n'));
  } catch (error) {
    await client.query(undo).catch(() => {});
    throw error;
  }
}

/**
 * The same one by one, all in one transaction: a query that fails takes no other with it. Each answer is a result or the
 * error.
 */
export async function readCatalogApart(
  client: ClientBase,
  queries: readonly string[],
): Promise<readonly (TextResult | Error)[]> {
  const own = client.getTransactionStatus() !== 'T';
  if (own) await client.query(BEGIN);
  try {
    const answers: (TextResult | Error)[] = [];
    for (const query of queries) {
      const answer = await readCatalog(client, [query]).then(
        (results) => results.find(({ fields }) => fields.length > 0),
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      answers.push(answer ?? new Error('no answer'));
    }
    return answers;
  } finally {
    if (own) await client.query('rollback').catch(() => {});
  }
}

const BEGIN = 'begin isolation level repeatable read read only';
const CLOSE_SAVEPOINT = 'rollback to savepoint lockstep_snapshot; release savepoint lockstep_snapshot';

/**
 * With nothing but pg_catalog on the search path every other name is written with its schema. The rest are settings that
 * change how constants in defaults and definitions are written, or that make short queries slow.
 */
const PLAIN_SETTINGS = [
  'set local search_path = pg_catalog, pg_temp',
  'set local quote_all_identifiers = off',
  "set local datestyle = 'ISO, YMD'",
  "set local intervalstyle = 'postgres'",
  "set local timezone = 'UTC'",
  'set local extra_float_digits = 3',
  "set local bytea_output = 'hex'",
  'set local standard_conforming_strings = on',
  'set local jit = off',
];

const AS_TEXT = { getTypeParser: () => (value: string) => value } as unknown as CustomTypesConfig;

async function readAll(client: ClientBase, text: string): Promise<readonly TextResult[]> {
  const answer: unknown = await client.query({ text, rowMode: 'array', types: AS_TEXT });
  return answer as readonly TextResult[];
}
