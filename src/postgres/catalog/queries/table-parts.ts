import { comment, flag, grants, head, lines, noMember, ofUser, relationName } from './fragments.ts';

/** What tables are made of: columns, constraints, indexes, rules, triggers, policies. */

/** Postgres' own names for NOT NULL constraints (from 18 on they are in pg_constraint); another was chosen by somebody. */
const GIVEN_NAME = `nn.conname !~ '_not_null[0-9]*$'`;

/**
 * Columns in order. Of a view's columns only those that carry something of their own: its definition tells the rest.
 * `major` 14 and later have a compression method.
 */
export function columns(major: number): string {
  return `
select ${head(`case c.relkind when 'c' then 'attribute' else 'column' end`, 'n.nspname', 'c.relname', 'a.attname', `'column:' || c.oid || ':' || a.attnum`)},
  format_type(a.atttypid, a.atttypmod) as type,
  case when a.attcollation <> t.typcollation then (select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
    from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = a.attcollation) end as collation,
  case when a.attnotnull then 'not null' || case when ${GIVEN_NAME} then ' (constraint ' || quote_ident(nn.conname) || ')' else '' end
    || case when nn.connoinherit then ' no inherit' else '' end || case when not nn.convalidated then ' not valid' else '' end end as "not null",
  case when a.attgenerated = '' then pg_get_expr(ad.adbin, ad.adrelid) end as default,
  case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
  case a.attgenerated when 's' then pg_get_expr(ad.adbin, ad.adrelid) || ' stored' when 'v' then pg_get_expr(ad.adbin, ad.adrelid) || ' virtual' end as generated,
  case when a.attstorage <> t.typstorage then case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end as storage,
  ${major >= 14 ? `case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end` : 'null'} as compression,
  nullif(a.attstattarget, -1) as "statistics target",
  ${lines('a.attoptions', 'options')}, ${lines('a.attfdwoptions', 'server options')},
  ${flag('a.attinhcount > 0 and not a.attislocal', 'inherited')},
  ${grants('a.attacl', 'c', 'c.relowner')} as grants, ${comment('pg_class', 'c.oid', 'a.attnum')} as comment
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
left join pg_attrdef ad on ad.adrelid = c.oid and ad.adnum = a.attnum
left join pg_constraint nn on nn.conrelid = c.oid and nn.contype = 'n' and nn.conkey[1] = a.attnum
where a.attnum > 0 and not a.attisdropped and ${ofUser()} and ${noMember('pg_class', 'c.oid')}
  and (c.relkind in ('r', 'p', 'f') or c.relkind = 'c' and ${noMember('pg_type', 'c.reltype')}
    or c.relkind in ('v', 'm') and (a.attacl is not null or ad.oid is not null
      or exists (select from pg_description d where d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum)))
order by a.attrelid, a.attnum`;
}

/**
 * Constraints of tables. A primary key's, unique or exclusion constraint's index is told here and not as an index;
 * NOT NULL (from 18 on) is told with its column. A foreign key to a partitioned table has a hidden row for each partition.
 */
export const constraints = `
select ${head(`'constraint'`, 'n.nspname', 'c.relname', 'k.conname', `'constraint:' || k.oid`)},
  case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'x' then 'exclude' else 'check' end as type,
  regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') as definition,
  ${flag(`not k.convalidated and coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true'`, 'not valid', 'validity')},
  ${flag('not k.conislocal', 'inherited')},
  ${flag(`exists (select from pg_trigger g where g.tgconstraint = k.oid and g.tgisinternal and g.tgenabled = 'D')`, 'disabled', 'triggers')},
  ${flag('not x.indisvalid', 'invalid', 'index')}, ${flag('x.indisclustered', 'clustered')}, ${flag('x.indisreplident', 'replica identity')},
  ${lines('i.reloptions', 'options')}, ts.spcname as tablespace,
  ${comment('pg_constraint', 'k.oid')} as comment, ${comment('pg_class', 'i.oid')} as "comment of its index"
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_constraint p on p.oid = k.conparentid
left join pg_index x on x.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class i on i.oid = x.indexrelid
left join pg_tablespace ts on ts.oid = i.reltablespace
where k.contype in ('c', 'f', 'p', 'u', 'x') and (p.oid is null or p.conrelid <> k.conrelid)
  and ${ofUser()} and ${noMember('pg_class', 'c.oid')}`;

/** The definition without the index's and the table's names: what it is made on and how. */
const INDEX_DEFINITION = `substr(pg_get_indexdef(i.oid), length('CREATE ' || case when x.indisunique then 'UNIQUE ' else '' end || 'INDEX '
    || quote_ident(i.relname) || ' ON ' || case when i.relkind = 'I' then 'ONLY ' else '' end
    || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' USING ') + 1)`;

export const indexes = `
select ${head(`'index'`, 'n.nspname', 'c.relname', 'i.relname', `'relation:' || i.oid`)},
  ${flag('x.indisunique', 'unique')}, ${INDEX_DEFINITION} as definition,
  ${flag('not x.indisvalid', 'invalid', 'validity')}, ${flag('not x.indisready', 'not ready', 'readiness')},
  ${flag('x.indisclustered', 'clustered')}, ${flag('x.indisreplident', 'replica identity')},
  ${relationName('(select h.inhparent from pg_inherits h where h.inhrelid = i.oid)')} as "part of",
  (select string_agg(a.attnum || ' ' || a.attstattarget, chr(10) order by a.attnum) from pg_attribute a
    where a.attrelid = i.oid and a.attstattarget >= 0) as "statistics target",
  ts.spcname as tablespace, ${comment('pg_class', 'i.oid')} as comment
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_tablespace ts on ts.oid = i.reltablespace
where ${ofUser()} and ${noMember('pg_class', 'c.oid')}
  and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))`;

const ENABLED = (column: string): string =>
  `case ${column} when 'D' then 'disabled' when 'R' then 'replica only' when 'A' then 'always' end as enabled`;

export const rules = `
select ${head(`'rule'`, 'n.nspname', 'c.relname', 'r.rulename', `'rule:' || r.oid`)},
  replace(pg_get_ruledef(r.oid), ' RULE ' || quote_ident(r.rulename) || ' AS', ' RULE AS') as definition, ${ENABLED('r.ev_enabled')},
  ${comment('pg_rewrite', 'r.oid')} as comment
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
join pg_namespace n on n.oid = c.relnamespace
where r.rulename <> '_RETURN' and ${ofUser()} and ${noMember('pg_class', 'c.oid')}`;

/** A partition's copies of its parent's triggers are told with the parent. */
export const triggers = `
select ${head(`'trigger'`, 'n.nspname', 'c.relname', 't.tgname', `'trigger:' || t.oid`)},
  replace(pg_get_triggerdef(t.oid), ' TRIGGER ' || quote_ident(t.tgname) || ' ', ' TRIGGER ') as definition, ${ENABLED('t.tgenabled')},
  ${comment('pg_trigger', 't.oid')} as comment
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and t.tgparentid = 0 and ${ofUser()} and ${noMember('pg_class', 'c.oid')}`;

export const policies = `
select ${head(`'policy'`, 'n.nspname', 'c.relname', 'p.polname', `'policy:' || p.oid`)},
  case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end as command,
  ${flag('not p.polpermissive', 'restrictive', 'mode')},
  (select string_agg(case r when 0 then 'PUBLIC' else pg_get_userbyid(r) end, ', ' order by case r when 0 then 'PUBLIC' else pg_get_userbyid(r) end)
    from unnest(p.polroles) r) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as "with check", ${comment('pg_policy', 'p.oid')} as comment
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where ${ofUser()} and ${noMember('pg_class', 'c.oid')}`;
