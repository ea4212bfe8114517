import { PLATFORM_SCHEMAS } from '../../postgres/platform-schemas.ts';
import type { Session } from '../../postgres/session.ts';
import { literal } from '../../project/quoting.ts';
import { LEDGER_MARK } from '../ledger/ledger.ts';

/**
 * What a database holds that somebody has made, in words: '12 tables (public.orders, ...)'. undefined: nothing. What
 * extensions and platforms brought does not count, nor do ledgers of Lockstep. `ignore`: schemas of ours, and 'schema.name' of a history table.
 */
export async function databaseContents(session: Session, ignore: readonly string[]): Promise<string | undefined> {
  const schemas = [...PLATFORM_SCHEMAS, 'information_schema'].map(literal).join(', ');
  const ignored = ignore.map(literal).join(', ') || "''";
  const [result] = await session.run(`
    SELECT n.nspname || '.' || c.relname AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN (${schemas})
      AND pg_catalog.obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM ${literal(LEDGER_MARK)}
      AND n.nspname NOT IN (${ignored}) AND n.nspname || '.' || c.relname NOT IN (${ignored})
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1`);
  const names = ((result?.rows ?? []) as readonly { name: string }[]).map(({ name }) => name);
  const [first] = names;
  if (first === undefined) return undefined;
  if (names.length === 1) return `the table ${first}`;
  return `${names.length} tables (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''})`;
}
