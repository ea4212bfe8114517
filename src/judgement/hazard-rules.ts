import type { RuleDescription } from './rules.ts';

/** Hazards in the schema that a change set leaves behind, of objects that it makes or changes; never of what was there before. */
export const hazardRules = {
  'values-cut-off': {
    severity: 'warn',
    title: 'A change of type cuts values down in silence',
    why: "Postgres' own conversion rounds or cuts what the new type cannot hold, without an error: the fraction of a number, the time of a timestamp. What is cut off cannot be had back, and the old code's writes are cut from now on as well.",
    help: 'If it is meant, say so in a comment. Else keep the old values beside the new ones until nobody misses them:\nALTER TABLE orders ADD COLUMN total_cents bigint;',
  },
  'foreign-key-without-index': {
    severity: 'warn',
    title: 'No index covers a foreign key',
    why: "Postgres makes an index on the referenced side only. Each DELETE of a referenced row, and each UPDATE of its key, reads the whole referencing table, and holds what it has locked that long. It warns where the key is added to a table that exists already and deletes are handed on (ON DELETE CASCADE, SET NULL, SET DEFAULT), since they slow down from the deploy on; on a new table, and where a referenced row can be deleted only when nothing refers to it, it is a note. An index covers the key when its first columns are the key's, in any order, for all rows: a partial index does not count, unless it leaves out nothing but NULLs.",
    help: 'In a migration of its own:\nCREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);',
  },
  'redundant-index': {
    severity: 'info',
    title: 'An index does nothing that another one does not do',
    why: 'Every write pays for every index. One whose columns are the first columns of another index on the same rows answers no query that the other one cannot answer; a unique one is needed for its uniqueness and counts only beside an equal one.',
    help: 'Keep the wider one:\nDROP INDEX CONCURRENTLY orders_user_id_idx;',
  },
  'table-without-primary-key': {
    severity: 'info',
    title: 'A new table has no primary key',
    why: 'Rows cannot be told apart, tools that copy or batch by key cannot work on it, and logical replication has nothing to identify a row by: as soon as a publication covers the table, each UPDATE and DELETE on it fails (55000). It warns where a publication does already, and blocks where a publication comes to cover a table that was there without one. `REPLICA IDENTITY FULL` or `USING INDEX` is an answer to it as well.',
    help: 'Give it one; of a table that joins two others, the pair is the key:\nALTER TABLE events ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;\nALTER TABLE user_roles ADD PRIMARY KEY (user_id, role_id);',
  },
  'primary-key-dropped': {
    severity: 'warn',
    title: 'A table loses its primary key or replica identity',
    why: 'Nothing keeps rows apart any more, and logical replication cannot identify them: where a publication covers the table, each UPDATE and DELETE on it fails from now on (55000), and that blocks. Change streams (Debezium, Fivetran) depend on it as well.',
    help: 'Exchange the key in one step, with an index that was built before:\nALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_uuid_idx;',
  },
  'row-security-without-policy': {
    severity: 'warn',
    title: 'Row-level security is on, and no policy lets anybody in',
    why: 'Without a policy nobody but the owner (and roles with BYPASSRLS) sees or changes a row, and there is no error: queries find nothing. That may be meant, for tables that only the owner uses. Judged at the end of the change set.',
    help: "Bring a policy in the same migration:\nCREATE POLICY own_rows ON notes USING (owner_id = current_setting('app.user_id')::bigint);",
  },
  'policy-not-in-force': {
    severity: 'warn',
    title: 'A policy stands on a table whose row-level security is off',
    why: 'Policies do nothing until row-level security is enabled: every role with rights on the table sees every row.',
    help: 'Enable it; the owner is exempt unless it is forced:\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;\nALTER TABLE notes FORCE ROW LEVEL SECURITY;',
  },
  'security-definer-search-path': {
    severity: 'warn',
    title: 'A SECURITY DEFINER function looks names up on the path of its caller',
    why: "It runs with its owner's rights. Whoever may create objects in a schema of their own search path can put a table or function there that this one takes for the real one. Bodies of the form BEGIN ATOMIC are exempt: their names were looked up when the function was made.",
    help: 'Fix the path, the temporary schema last:\nALTER FUNCTION public.is_admin() SET search_path = pg_catalog, public, pg_temp;',
  },
  'granted-to-public': {
    severity: 'warn',
    title: 'A right is granted to PUBLIC',
    why: 'PUBLIC is every role that can connect, those of the future included.',
    help: 'Grant it to the roles that need it:\nGRANT SELECT ON countries TO app;',
  },
  'narrower-reference': {
    severity: 'warn',
    title: 'A column is wider than what feeds it or refers to it',
    why: "A bigint key with an integer sequence still ends at 2147483647 (`nextval` fails, 2200H): ALTER COLUMN TYPE does not touch the sequence of a serial column. And a foreign key of a narrower type cannot hold the key's larger values: inserts fail on the day the key grows beyond them (22003).",
    help: 'Widen the other side as well; for a sequence that is instant:\nALTER SEQUENCE orders_id_seq AS bigint;',
  },
  'constraint-not-validated': {
    severity: 'info',
    title: 'A constraint is not validated at the end of the change set',
    why: 'NOT VALID holds for new rows only: old ones may violate it, and the planner does not rely on it. Leaving it for a later deploy is right where the old rows have to be mended first; it is easily forgotten.',
    help: 'Validate it in a later migration, which lets reads and writes pass:\nALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;',
  },
  'index-invalid': {
    severity: 'warn',
    title: 'An index is left invalid',
    why: 'No query uses it, and every write pays for it. CREATE INDEX CONCURRENTLY that failed leaves one, and so does an index ON ONLY a partitioned table until an index of every partition is attached.',
    help: 'Build it again, or attach what is missing:\nREINDEX INDEX CONCURRENTLY orders_user_id_idx;\nALTER INDEX events_at_idx ATTACH PARTITION events_2024_at_idx;',
  },
} as const satisfies Readonly<Record<string, Omit<RuleDescription, 'name'>>>;

export type HazardRule = keyof typeof hazardRules;
