import type { RuleEntries } from './entry.ts';

/**
 * Squawk's rules about data that is lost and code that breaks. Drops are `block`: no down script brings the rows back,
 * and the code that is running during the deploy still reads them; the price of a drop that is meant is one line with
 * its reason, which the reviewer then sees. Of columns they are `warn`: every tenth change drops one.
 */
export const squawkCompatibilityRules = {
  'adding-required-field': {
    source: 'squawk',
    severity: 'block',
    title: 'A required column is added without a default',
    why: 'NOT NULL without a DEFAULT fails at once on a table that has rows, and the running code, which does not know the column, can insert no row any more.',
    help: "Give it a default that is right for old rows, or add it nullable and require it in a later migration:\nALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';",
    existingTablesOnly: true,
  },
  'ban-drop-column': {
    source: 'squawk',
    severity: 'warn',
    title: 'A column is dropped',
    why: 'Its data is gone and cannot be had back by a rollback; code that still selects or inserts it fails at once, and so do cached plans. A warning, since dropping columns is daily work; the risk is high, whatever it is worth.',
    help: 'First release code that no longer uses the column, then drop it in a later migration and say so:\n-- lockstep-ignore ban-drop-column -- unused since release 42',
    existingTablesOnly: true,
  },
  'ban-drop-table': {
    source: 'squawk',
    severity: 'block',
    title: 'A table is dropped',
    why: 'Its rows are gone and cannot be had back by a rollback; code that still uses it fails at once.',
    help: 'First release code that no longer uses the table, then drop it in a later migration and say so:\n-- lockstep-ignore ban-drop-table -- unused since release 42',
    existingTablesOnly: true,
  },
  'ban-drop-database': {
    source: 'squawk',
    severity: 'block',
    title: 'A database is dropped',
    why: 'Everything in it is lost. No migration of an application should do that.',
    help: 'Take the statement out; drop databases by hand, with a backup at hand.',
  },
  'ban-truncate-cascade': {
    source: 'squawk',
    severity: 'block',
    title: 'TRUNCATE ... CASCADE empties tables that it does not name',
    why: 'Every table that references the truncated one is emptied as well, and the ones that reference those.',
    help: 'Name the tables that are to be emptied, and truncate them without CASCADE:\nTRUNCATE orders, order_items;',
    existingTablesOnly: true,
  },
  'renaming-column': {
    source: 'squawk',
    severity: 'block',
    title: 'A column is renamed',
    why: 'The code that is running knows the old name: every query that uses it fails from the moment of the commit until the new code is out, and after a rollback of the code.',
    help: 'Expand and contract: add a column of the new name, write both, copy the old values in batches, read the new one, drop the old one later.',
    existingTablesOnly: true,
  },
  'renaming-table': {
    source: 'squawk',
    severity: 'block',
    title: 'A table is renamed',
    why: 'The code that is running knows the old name: every query that uses it fails from the moment of the commit until the new code is out. `info` where the same transaction makes something of the old name, a view say.',
    help: 'Leave the old name behind as a view, in the same transaction, and drop the view when no code uses it any more:\nALTER TABLE users RENAME TO accounts;\nCREATE VIEW users AS SELECT * FROM accounts;',
    existingTablesOnly: true,
  },
  'ban-drop-not-null': {
    source: 'squawk',
    severity: 'warn',
    title: 'A column may hold NULL from now on',
    why: 'Code that reads the column was written for values that are always there, and there is no way back once the first NULL is in.',
    help: 'Make sure that all readers cope with NULL before the first one is written.',
    existingTablesOnly: true,
  },
  'ban-duplicate-column-assignments': {
    source: 'squawk',
    severity: 'block',
    title: 'One UPDATE sets a column twice',
    why: 'Postgres refuses it: the migration would fail.',
    help: 'Keep one of the two assignments.',
  },
  'identifier-too-long': {
    source: 'squawk',
    severity: 'warn',
    title: 'A name is longer than 63 bytes',
    why: 'Postgres cuts it off with no more than a notice: two names may become one, and code that compares names in the catalog does not find it.',
    help: 'Choose a name of 63 bytes or fewer.',
  },
} as const satisfies RuleEntries;
