/**
 * Pieces of SQL that the catalog queries share.
 *
 * Every query selects `kind`, `schema`, `relation` (what it is a part of), `name`, `args` (what else tells it from its
 * namesakes) and `identity`; each further column is a fact, named by the column, and NULL says that there is none.
 */

/** The first columns of a query. `identity` is an SQL expression that names the object within its cluster. */
export function head(
  kind: string,
  schema: string,
  relation: string,
  name: string,
  identity: string,
  args = 'null',
): string {
  return `${kind} as kind, ${schema} as schema, ${relation} as relation, ${name} as name, ${args} as args, ${identity} as identity`;
}

/** Schemas that are not the system's. `alias` is a pg_namespace. */
export function ofUser(alias = 'n'): string {
  return `${alias}.nspname !~ '^pg_' and ${alias}.nspname <> 'information_schema'`;
}

/** Objects that no extension brought. */
export function noMember(catalog: string, oid: string): string {
  return `not exists (select from pg_depend member
    where member.classid = '${catalog}'::regclass and member.objid = ${oid} and member.deptype = 'e')`;
}

export function owner(oid: string): string {
  return `pg_get_userbyid(${oid}) as owner`;
}

export function comment(catalog: string, oid: string, part = '0'): string {
  return `(select d.description from pg_description d
    where d.objoid = ${oid} and d.classoid = '${catalog}'::regclass and d.objsubid = ${part})`;
}

const ITEMS = (
  acl: string,
): string => `select privilege_type || case when is_grantable then ' with grant option' else '' end as privilege,
    case grantee when 0 then 'PUBLIC' else pg_get_userbyid(grantee) end as grantee from aclexplode(${acl})`;

/**
 * An ACL as sorted lines, told by its difference from what Postgres grants by default: after GRANT and REVOKE an ACL is
 * explicit, and means the same as none. Who granted is left out. `letter` is acldefault's.
 */
export function grants(acl: string, letter: string, ownerOid: string): string {
  return grantsAgainst(acl, `acldefault('${letter}', ${ownerOid})`);
}

/** The same against another default, an SQL expression. */
export function grantsAgainst(acl: string, standard: string): string {
  return `case when ${acl} is not null then (select string_agg(line, chr(10) order by line collate "C") from (
    select 'grant ' || privilege || ' to ' || grantee as line from (${ITEMS(acl)} except ${ITEMS(standard)}) given
    union all
    select 'revoke ' || privilege || ' from ' || grantee from (${ITEMS(standard)} except ${ITEMS(acl)}) taken
  ) lines) end`;
}

/** 'schema.name' of a pg_class row as the other catalog texts write it, with quotes where SQL needs them. */
export function relationName(oid: string): string {
  return `(select quote_ident(rn.nspname) || '.' || quote_ident(rc.relname)
    from pg_class rc join pg_namespace rn on rn.oid = rc.relnamespace where rc.oid = ${oid})`;
}

/** `true` as a word, `false` as no fact. */
export function flag(condition: string, word: string, name = word): string {
  return `case when ${condition} then '${word}' end as "${name}"`;
}

export function lines(array: string, name: string): string {
  return `array_to_string(${array}, chr(10)) as "${name}"`;
}
