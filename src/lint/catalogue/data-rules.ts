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
} as const satisfies RuleEntries;
