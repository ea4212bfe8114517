import { version } from '../../version.ts';
import { parseScript } from '../sql.ts';
import type { Migration } from '../types.ts';
import type { RecordFacts } from './bookkeeping.ts';

/** For what stands in the transaction of its migration: how old that is. */
export const TRANSACTION_AGE =
  '(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()) * 1000)::bigint';

/** What a layout gets to know of a migration that is recorded; what is left out holds for one that is simply applied. */
export function recordFacts(
  migration: Migration,
  { role, previous, ...rest }: Pick<RecordFacts, 'role' | 'previous'> & Partial<RecordFacts>,
): RecordFacts {
  return {
    how: 'applied',
    milliseconds: TRANSACTION_AGE,
    begun: false,
    ...rest,
    role,
    previous,
    version,
    // Most tools do not ask, and parsing takes its time.
    get statements() {
      return parseScript(migration.up).statements?.length ?? 0;
    },
  };
}
