import type { Session } from '../postgres/session.ts';

/**
 * The rehearsal's role. The base history and the project's setup run as it while it is superuser (they have been
 * reviewed, and often need extensions, owners and roles); then it loses that right and keeps what it owns: the change
 * set's SQL comes from a pull request and is untrusted (`COPY ... FROM PROGRAM`).
 */
export const REHEARSAL_ROLE = 'lockstep_rehearsal';

/** Whom many histories give their objects to: dumps and generated migrations name the role that their server came with. */
export const USUAL_OWNER = 'postgres';

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Creates the role as a superuser, so that base history and setup may do what they need. */
export async function createRehearsalRole(admin: Session, role: string, password: string): Promise<void> {
  await admin.run(`CREATE ROLE ${quote(role)} LOGIN SUPERUSER PASSWORD ${admin.client.escapeLiteral(password)}`);
}

/** While history and setup run it may do all that it could where they were written; `demote` ends that. */
export async function createUsualOwner(admin: Session): Promise<void> {
  const known = await roleNames(admin);
  if (!known.has(USUAL_OWNER)) await admin.run(`CREATE ROLE ${USUAL_OWNER} SUPERUSER`);
}

/** Creates roles that are missing; each without the right to log in. */
export async function createRoles(admin: Session, names: readonly string[]): Promise<void> {
  const known = await roleNames(admin);
  for (const name of new Set(names)) if (!known.has(name)) await admin.run(`CREATE ROLE ${quote(name)}`);
}

/** Every role that is there, with its right to be superuser. */
export async function roleNames(admin: Session): Promise<ReadonlyMap<string, boolean>> {
  const [result] = await admin.run("SELECT rolname, rolsuper FROM pg_roles WHERE rolname !~ '^pg_'");
  return new Map(
    (result?.rows ?? []).map((row: { rolname: string; rolsuper: boolean }) => [row.rolname, row.rolsuper]),
  );
}

/**
 * Takes the superuser right away. The role stays owner of all that it made, except what only a superuser may own (event
 * triggers, foreign-data wrappers) and the functions of extensions (an owner may call what an extension revoked from
 * everybody, `dblink_connect_u` for one): they go to the server's own superuser. It becomes a member of the ordinary
 * roles that history and setup made, so that it may still change what belongs to them.
 */
export async function demote(admin: Session, role: string, before: ReadonlyMap<string, boolean>): Promise<void> {
  if (before.has(USUAL_OWNER)) await takeOver(admin, USUAL_OWNER, role);
  else if ((await roleNames(admin)).has(USUAL_OWNER)) await demoteUsualOwner(admin, role);
  const made = [...(await roleNames(admin))]
    .filter(([name, superuser]) => !superuser && !before.has(name) && name !== role)
    .map(([name]) => admin.client.escapeLiteral(name));
  await admin.run(`
    DO $demote$
    DECLARE
      owner oid := (SELECT oid FROM pg_roles WHERE rolname = ${admin.client.escapeLiteral(role)});
      item record;
    BEGIN
      FOR item IN
        SELECT format('EVENT TRIGGER %I', evtname) AS object FROM pg_event_trigger WHERE evtowner = owner
        UNION ALL
        SELECT format('FOREIGN DATA WRAPPER %I', fdwname) FROM pg_foreign_data_wrapper WHERE fdwowner = owner
        UNION ALL
        SELECT format('%s %s', CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END, p.oid::regprocedure)
        FROM pg_proc p
        JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        WHERE proowner = owner
      LOOP
        EXECUTE format('ALTER %s OWNER TO CURRENT_USER', item.object);
      END LOOP;
      FOR item IN SELECT name FROM unnest(ARRAY[${made.join(', ')}]::text[]) AS name LOOP
        BEGIN
          EXECUTE format('GRANT %I TO %I', item.name, ${admin.client.escapeLiteral(role)});
        EXCEPTION WHEN invalid_grant_operation THEN
          NULL; -- the history made our role a member's member already
        END;
      END LOOP;
    END
    $demote$;
    ALTER ROLE ${quote(role)} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`);
}

/** Who is given a table must have the right to make one in its schema, which the superuser had without a grant. */
async function demoteUsualOwner(admin: Session, role: string): Promise<void> {
  await admin.run(`
    ALTER ROLE ${USUAL_OWNER} NOSUPERUSER;
    DO $usual$
    DECLARE
      item record;
    BEGIN
      FOR item IN
        SELECT nspname FROM pg_namespace
        WHERE pg_get_userbyid(nspowner) IN ('pg_database_owner', ${admin.client.escapeLiteral(role)})
      LOOP
        EXECUTE format('GRANT ALL ON SCHEMA %I TO ${USUAL_OWNER}', item.nspname);
      END LOOP;
    END
    $usual$`);
}

/**
 * Gives what `from` owns in this database to `to`: one by one, because REASSIGN OWNED refuses the bootstrap role. Owned
 * sequences go with their tables, and what belongs to an extension stays.
 */
async function takeOver(admin: Session, from: string, to: string): Promise<void> {
  await admin.run(`
    DO $take$
    DECLARE
      giver oid := (SELECT oid FROM pg_roles WHERE rolname = ${admin.client.escapeLiteral(from)});
      item record;
    BEGIN
      FOR item IN
        SELECT 'pg_namespace'::regclass AS catalog, n.oid, format('SCHEMA %I', nspname) AS object
        FROM pg_namespace n WHERE nspowner = giver
        UNION ALL
        SELECT 'pg_class'::regclass, c.oid, format('%s %s', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
          WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, c.oid::regclass)
        FROM pg_class c WHERE relowner = giver AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND NOT EXISTS (
          SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid
            AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i') AND c.relkind = 'S')
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid,
          format('%s %s', CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END, p.oid::regprocedure)
        FROM pg_proc p WHERE proowner = giver
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, format('TYPE %s', t.oid::regtype)
        FROM pg_type t WHERE typowner = giver AND typtype IN ('e', 'd', 'r')
      LOOP
        CONTINUE WHEN item.oid < 16384 OR EXISTS (
          SELECT FROM pg_depend e WHERE e.classid = item.catalog AND e.objid = item.oid AND e.deptype = 'e');
        EXECUTE format('ALTER %s OWNER TO %I', item.object, ${admin.client.escapeLiteral(to)});
      END LOOP;
    END
    $take$`);
}
