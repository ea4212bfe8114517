import type { RuleDescription } from './rules.ts';

/**
 * What a migration does to code that runs while it is deployed: the old code, until the new one has replaced it, and
 * connections that were open before. Measured with a real client: test/integration/judgement/running-code.test.ts.
 */
export const runningCodeRules = {
  'breaks-running-code': {
    severity: 'block',
    title: 'Code that is running names something that is no longer there',
    why: "Between the migration and the deploy of the code the old code runs on the new schema, and after a rollback of the code it does so again. The rehearsal compared the two schemas: a name that the base branch's code may use has gone or means something else, and what uses it fails for good: SQLSTATE 42703 (a column), 42P01 (a table, view or sequence), 42883 (a function), 42704 (a type), 22P02 (a value of an enum), 42P10 (`ON CONFLICT` without its unique index), 42501 (a right). Renames of tables, columns, schemas and enum values block, since what is renamed is in use; views, functions, sequences and types that go warn, because often nothing but the database itself used them. In a migration marked `phase=contract` it is one step milder: its author says that no code uses the name any more. Where one of Squawk's rules tells the same (`ban-drop-column`, `ban-drop-table`, `renaming-column`, `renaming-table`), that one is shown, with what the rehearsal found.",
    help: 'Expand and contract: bring the new thing beside the old one, release code that uses it, and take the old one away in a later migration that says so:\n-- lockstep: phase=contract\nDROP VIEW open_orders;',
  },
  'breaks-cached-plans': {
    severity: 'warn',
    title: 'Prepared statements fail until their connection is made anew',
    why: "Postgres refuses to run a prepared statement whose result has changed: SQLSTATE 0A000, `cached plan must not change result type`, on every execution until the connection is closed or runs `DEALLOCATE ALL`, and inside a transaction that is the end of the transaction. A change of a column's type, length or collation does it to statements that name the column in their result, even where it rewrites nothing and takes a millisecond; what any change of a table's columns does to `SELECT *` is told by `breaks-select-star`. Many drivers prepare behind the scenes (JDBC, pgx, asyncpg, Rails, Prisma); node-postgres does it for queries with a name.",
    help: 'Restart or recycle the connections right after the migration, or make sure that the driver prepares anew after 0A000. For a change of type, a new column beside the old one avoids it:\nALTER TABLE users ADD COLUMN email_text text;',
  },
  'breaks-select-star': {
    severity: 'info',
    title: 'Prepared SELECT * fails until its connection is made anew',
    why: '`SELECT *` returns other columns than when it was prepared: SQLSTATE 0A000, `cached plan must not change result type`, on every execution until the connection is closed or runs `DEALLOCATE ALL`. Statements that name their columns are not concerned, and adding columns is daily work: a note, once for each migration. Switch it off where no code prepares `SELECT *`.',
    help: 'Nothing, where code names its columns or its driver prepares anew after 0A000. Else recycle the connections after the migration.',
  },
  'slows-queries': {
    severity: 'warn',
    title: 'An index goes that queries may use',
    why: 'CONCURRENTLY keeps the drop from stopping anybody; queries that used the index read the whole table from then on, which on a large one is an outage as well. Told where no other valid index of the table begins with the same columns. Not of unique ones, whose loss `breaks-running-code` tells, nor of indexes that were never valid.',
    help: "Ask production whether anything uses it (the count starts anew with its statistics, and a replica counts by itself):\nSELECT idx_scan, last_idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'orders_user_id_idx'; -- last_idx_scan: from 16 on",
  },
  'narrows-writes': {
    severity: 'warn',
    title: 'Writes of the running code may be refused',
    why: 'The old code goes on writing as it always did, and the new schema accepts less: a column that must be given now (23502), a value that is too long or out of range (22001, 22003), a new CHECK, unique or foreign key (23514, 23505, 23503), a value for a column that computes its own (428C9). A new required column without default blocks, because every INSERT of the old code leaves it out; what only some writes violate warns, and so does a new constraint (a foreign key that is checked at once is a note: lint warns of it). One step milder in `phase=contract`.',
    help: "Release code that writes what the new rule wants first, and bring the rule in a later migration. A column that the old code does not know needs a default:\nALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';",
  },
} as const satisfies Readonly<Record<string, Omit<RuleDescription, 'name'>>>;

export type RunningCodeRule = keyof typeof runningCodeRules;
