import type { RuleEntries } from './entry.ts';

/** Our own rules about indexes and partitions. */
export const indexRules = {
  'concurrent-if-not-exists': {
    source: 'lockstep',
    severity: 'info',
    title: 'An index that a failed build left behind counts as existing',
    why: 'CREATE INDEX CONCURRENTLY that was interrupted leaves an invalid index. IF NOT EXISTS finds its name, does nothing, and the migration succeeds without an index. `info`, since Lockstep clears away what its own runs leave; it cannot know of what others left.',
    help: 'Leave IF NOT EXISTS out, or drop what may be there first:\nDROP INDEX CONCURRENTLY IF EXISTS orders_user_id_idx;\nCREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);',
    existingTablesOnly: true,
  },
  'index-on-partitioned-table': {
    source: 'lockstep',
    severity: 'warn',
    title: 'An index on a partitioned table',
    why: 'CREATE INDEX builds it on all partitions in one go, under a SHARE lock on each that is held to the end: writes wait all the while. CONCURRENTLY, which helps elsewhere, Postgres refuses on a partitioned table: it blocks. `info` where such an index is dropped: that is short. Shown in place of what Squawk says of the statement.',
    help: 'Make the index on the parent alone, which takes a moment and is not valid yet; build one on each partition beside the traffic, in migrations of their own; attach them, and with the last one the whole is valid:\nCREATE INDEX events_user_id_idx ON ONLY events (user_id);\nCREATE INDEX CONCURRENTLY events_2024_user_id_idx ON events_2024 (user_id);\nALTER INDEX events_user_id_idx ATTACH PARTITION events_2024_user_id_idx;',
    blocks: 'writes',
    existingTablesOnly: true,
  },
  'attaching-partition': {
    source: 'lockstep',
    severity: 'warn',
    title: 'A partition is attached and all of its rows are read',
    why: 'Postgres reads the whole table that becomes a partition under ACCESS EXCLUSIVE, unless a valid CHECK proves that its rows are within the bounds; and the whole default partition, if there is one, for rows that belong into the new one. Not reported where the migrations gave the table a valid CHECK.',
    help: "Prove the bounds first, without a lock that anybody feels, then attach, in three migrations:\nALTER TABLE events_2024 ADD CONSTRAINT bounds CHECK (at IS NOT NULL AND at >= '2024-01-01' AND at < '2025-01-01') NOT VALID;\nALTER TABLE events_2024 VALIDATE CONSTRAINT bounds;\nALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');",
    blocks: 'reads and writes',
    existingTablesOnly: true,
  },
} as const satisfies RuleEntries;
