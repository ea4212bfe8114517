import type { RuleDescription } from './rules.ts';

/** What the rehearsal saw a statement do that no linter has said. */
export const traceRules = {
  'rewrites-under-lock': {
    severity: 'block',
    title: 'A table is rewritten while others wait',
    why: 'The rehearsal saw the statement write a table, or an index of it, into a new file while it holds a lock that stops readers or writers. On a large table that takes minutes. It is told here where lint could not see it: in a DO block, in a function, or behind an option.',
    help: 'Look for a form that rewrites nothing, or that works beside the traffic: add a column without a volatile default and fill it in batches; add a column of the new type and switch over; build an index with CONCURRENTLY. If the table is small, say so: `-- lockstep-ignore rewrites-under-lock -- 200 rows`.',
  },
  'reads-under-lock': {
    severity: 'warn',
    title: 'A table is read from beginning to end while others wait',
    why: 'The rehearsal saw the statement read a whole table while it holds a lock that stops readers or writers: to check a constraint, to build an index, or to look for rows that do not belong into a partition. On a large table that takes minutes. It is told here where lint could not see it: in a DO block, in a function, for a default partition. A warning, since reading takes seconds for millions of rows and most tables are small.',
    help: 'Have it proven beforehand, beside the traffic: add the constraint NOT VALID and validate it in a later migration; build the index with CONCURRENTLY; give the partition a CHECK that implies its bound, and the default partition one that excludes it.',
  },
  'slow-under-earlier-lock': {
    severity: 'warn',
    title: 'A long statement runs while an earlier one still holds its lock',
    why: 'Locks are held until the end of the transaction. The statement itself would let others work, but one before it in the same transaction has taken a lock that stops them, and keeps it: VALIDATE CONSTRAINT right after ADD CONSTRAINT ... NOT VALID stops the table as if NOT VALID were not there. `block` where it writes a table anew.',
    help: 'Put the long statement into a migration of its own, after the one that takes the lock.',
  },
  'writes-under-earlier-lock': {
    severity: 'warn',
    title: 'Rows are written while an earlier statement still holds its lock',
    why: 'Locks are held until the end of the transaction. The rehearsal saw a DO block or a function write to a table that is there before this deploy, while a statement before it keeps others from reading or writing. How long that takes depends on the number of rows.',
    help: 'Change the schema in one migration and the rows in the next, in batches.',
  },
  'locks-several-tables': {
    severity: 'warn',
    title: 'One transaction locks several tables against everybody',
    why: 'Each statement takes ACCESS EXCLUSIVE on another table that is there before this deploy, and keeps it until the last one is done. The deploy waits for all of them with the first ones locked, and an application that uses the same tables in another order ends in a deadlock, of which it is the victim.',
    help: 'One table to a migration. Each then waits for its own lock alone, and is tried again alone.',
  },
  'rows-truncated': {
    severity: 'block',
    title: 'A table is emptied where no linter looks',
    why: 'The rehearsal saw the statement empty a table that is there before this deploy, by TRUNCATE in a DO block, a function or a trigger. No down script brings the rows back, and everybody waits until the transaction ends. Where lint sees it (`ban-truncate`), only that is shown.',
    help: 'If the rows are really not needed any more, say so above the statement:\n-- lockstep-ignore rows-truncated -- a cache, filled again within minutes',
  },
  'index-left-invalid': {
    severity: 'block',
    title: 'An index is left invalid',
    why: 'The rehearsal found the index there and not valid: no query uses it, every write maintains it, and `IF NOT EXISTS` takes it for done.',
    help: 'Drop it (`DROP INDEX CONCURRENTLY ...`) before it is built anew; an index on ONLY a partitioned table becomes valid when each partition has one attached.',
  },
} as const satisfies Record<string, Omit<RuleDescription, 'name'>>;

export type TraceRule = keyof typeof traceRules;
