import type { RuleEntries } from './entry.ts';

/** Our own rules about who may see and do what. */
export const securityRules = {
  'rows-hidden': {
    source: 'lockstep',
    severity: 'warn',
    title: 'Rows of a table in use are hidden',
    why: 'With row-level security and no policy nobody but the owner of the table and superusers sees a row; FORCE holds for the owner too; a policy that is dropped or changed, and a restrictive one that comes, may let less through than before. No query fails: it finds nothing. Not reported where the migrations hold a policy for the table.',
    help: "Make the policies first, in the same transaction:\nCREATE POLICY own_orders ON orders USING (user_id = current_setting('app.user_id')::bigint);\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
    existingTablesOnly: true,
  },
  'rows-exposed': {
    source: 'lockstep',
    severity: 'warn',
    title: 'Row-level security is switched off',
    why: 'Every role that may read the table reads all of its rows from the commit on, whatever its policies say. On a database that browsers reach (Supabase, PostgREST) that is everybody.',
    help: 'Leave it on and change the policies; for a job that needs all rows, give its role the right:\nALTER ROLE nightly_job BYPASSRLS;',
    existingTablesOnly: true,
  },
  'require-rls': {
    source: 'lockstep',
    severity: 'off',
    title: 'A table is made without row-level security',
    why: 'Off, since most projects check rights in the application; on a database that browsers reach (Supabase, PostgREST) a table without it is open to every role with the right to read it. Not asked of partitions and temporary tables.',
    help: 'Switch it on in the same file, with the policies that let rows through:\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;',
  },
  'security-definer-path': {
    source: 'lockstep',
    severity: 'warn',
    title: "A SECURITY DEFINER function trusts its caller's search_path",
    why: 'It runs with the rights of its owner. Whoever may make objects in a schema that comes first in the search_path of the session, pg_temp too, can have it call functions and read tables of theirs.',
    help: 'Give it a search_path of its own, and write the schemas in its body:\nALTER FUNCTION purge_user(bigint) SET search_path = pg_catalog, pg_temp;',
  },
  'grant-to-all': {
    source: 'lockstep',
    severity: 'warn',
    title: 'Everybody gets rights',
    why: 'PUBLIC is every role, those of the future too; anon and authenticated are every visitor of a database behind Supabase. Of these two only ALL is reported, and of PUBLIC not what everybody has anyway: EXECUTE on functions, USAGE of types, languages and schemas. One finding for a file.',
    help: 'Name the role and the rights that it needs:\nGRANT SELECT, INSERT ON orders TO shop;',
  },
} as const satisfies RuleEntries;
