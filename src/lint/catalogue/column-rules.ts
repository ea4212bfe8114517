import type { RuleEntries } from './entry.ts';

/** Our own rules about new and changed columns, where Squawk is silent or sees less. */
export const columnRules = {
  'adding-rewriting-column': {
    source: 'lockstep',
    severity: 'block',
    title: 'A new column rewrites the table',
    why: 'A value that differs from row to row is computed for every row: serial and identity columns, stored generated ones, defaults with random(), gen_random_uuid(), clock_timestamp() or nextval() anywhere inside, and domains with a constraint. The table and all of its indexes are written anew under ACCESS EXCLUSIVE. A default that is the same for all rows (a constant, now()) is free. Where Squawk says it (`adding-field-with-default`), only that is shown.',
    help: 'Add the column without the default, set the default for new rows, and fill the old ones in batches in a later migration:\nALTER TABLE orders ADD COLUMN token uuid;\nALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();',
    blocks: 'reads and writes',
    existingTablesOnly: true,
  },
  'adding-column-with-constraint': {
    source: 'lockstep',
    severity: 'warn',
    title: 'A new column brings a constraint that all rows are checked against',
    why: 'ADD COLUMN ... CHECK reads the whole table, UNIQUE and PRIMARY KEY build an index, and ADD COLUMN holds ACCESS EXCLUSIVE meanwhile. Where Squawk says it (`disallowed-unique-constraint`, `adding-serial-primary-key-field`), only that is shown.',
    help: 'Add the column alone, and the constraint for new rows only; check the old ones in the next migration, which lets reads and writes pass:\nALTER TABLE orders ADD COLUMN total numeric;\nALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;\n-- then, in the next migration:\nALTER TABLE orders VALIDATE CONSTRAINT total_positive;',
    blocks: 'reads and writes',
    existingTablesOnly: true,
  },
  'adding-json-column': {
    source: 'lockstep',
    severity: 'warn',
    title: 'A column of type json',
    why: 'json has no equality operator: running queries with SELECT DISTINCT, GROUP BY or UNION over all columns of the table fail from the commit on.',
    help: 'Use jsonb, unless the text must be kept to the letter:\nALTER TABLE orders ADD COLUMN details jsonb;',
    existingTablesOnly: true,
  },
  'changing-time-zone': {
    source: 'lockstep',
    severity: 'warn',
    title: 'What the values of a timestamp mean depends on who runs the migration',
    why: "Without AT TIME ZONE Postgres reads each value in the session's TimeZone: right on one machine, hours off on another, and nothing fails. Unless that is UTC, the table is rewritten as well.",
    help: "Say which zone the old values were meant in:\nALTER TABLE orders ALTER COLUMN placed_at TYPE timestamptz USING placed_at AT TIME ZONE 'UTC';",
    existingTablesOnly: true,
  },
} as const satisfies RuleEntries;
