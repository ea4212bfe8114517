import type { RuleEntries } from './entry.ts';

/** Our own rules about rows: lost for good, or changed so many at once that writers wait. */
export const dataRules = {
  'ban-truncate': {
    source: 'lockstep',
    severity: 'block',
    title: 'A table is emptied',
    why: 'No down script brings the rows back, and TRUNCATE holds ACCESS EXCLUSIVE to the end of the transaction. With CASCADE Squawk says it (`ban-truncate-cascade`), and only that is shown.',
    help: 'If the rows are really not needed any more, say so where it stands:\n-- lockstep-ignore ban-truncate -- a cache, filled again within minutes\nTRUNCATE page_cache;',
    existingTablesOnly: true,
  },
  'ban-drop-schema': {
    source: 'lockstep',
    severity: 'block',
    title: 'A schema is dropped',
    why: 'With CASCADE all tables in it are gone with their rows, and views and foreign keys elsewhere that depend on them. `warn` without CASCADE: Postgres refuses it while anything is left in the schema.',
    help: 'Drop what is in it by name, each when no code uses it any more, and the empty schema last:\nDROP SCHEMA reporting RESTRICT;',
  },
  'lock-held-over-rows': {
    source: 'lockstep',
    severity: 'block',
    title: 'Many rows are changed or read while an earlier statement keeps everybody out',
    why: 'Locks are held to the end of the transaction. ALTER TABLE alone takes a moment; followed by a backfill or a long query in the same transaction its ACCESS EXCLUSIVE lasts as long as that, and neither reads nor writes get through. It blocks where every row of the locked table itself is changed, and warns where a condition picks them, where they are only read, and where they are those of another table.',
    help: "Split it: the change of the schema in one migration, the rows in batches afterwards, each with its own COMMIT:\nALTER TABLE orders ADD COLUMN currency text;\n-- then, in batches, outside of the migration that locks:\nUPDATE orders SET currency = 'EUR' WHERE id IN (SELECT id FROM orders WHERE currency IS NULL LIMIT 5000);",
    blocks: 'reads and writes',
    existingTablesOnly: true,
  },
  'changing-all-rows': {
    source: 'lockstep',
    severity: 'block',
    title: 'Every row of a table is changed at once',
    why: 'Each row stays locked until the transaction ends, so that every write to the table waits for minutes on a large one; the table doubles in size, replicas fall behind, and VACUUM has to follow. DELETE loses the rows for good, and blocks; UPDATE warns, since reads go on and most tables are small. A condition that is always true (1 = 1) is none. Where `lock-held-over-rows` says it of the statement, only that is shown.',
    help: 'Add WHERE, or change the rows in batches, each with its own COMMIT, outside of the migrations:\nUPDATE orders SET total_cents = total * 100 WHERE id IN (SELECT id FROM orders WHERE total_cents IS NULL LIMIT 5000);',
    blocks: 'writes',
    existingTablesOnly: true,
  },
  'unbatched-dml': {
    source: 'lockstep',
    severity: 'warn',
    title: 'Nobody knows how many rows are changed at once',
    why: "Rows that an UPDATE or DELETE has touched stay locked until the transaction ends. If they are many, writers wait, replicas fall behind, and a statement_timeout throws all of the work away. Accepted are: the value of a key (by the column's name, or a PRIMARY KEY or UNIQUE of the migrations), a list or range of such values, VALUES, and LIMIT.",
    help: "If they are few, say so; else change them in batches, each with its own COMMIT, outside of the migrations:\nUPDATE orders SET state = 'done' WHERE id IN (SELECT id FROM orders WHERE state = 'shipped' LIMIT 5000);",
    cheapWhenSmall: true,
    existingTablesOnly: true,
  },
} as const satisfies RuleEntries;
