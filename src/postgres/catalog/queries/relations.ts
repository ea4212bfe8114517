import { comment, flag, grants, head, lines, noMember, ofUser, owner, relationName } from './fragments.ts';

/** Schemas, extensions, tables, views and sequences. */

export const schemas = `
select ${head(`'schema'`, 'null', 'null', 'n.nspname', `'schema:' || n.oid`)},
  ${owner('n.nspowner')}, ${grants('n.nspacl', 'n', 'n.nspowner')} as grants, ${comment('pg_namespace', 'n.oid')} as comment
from pg_namespace n
where ${ofUser()} and ${noMember('pg_namespace', 'n.oid')}`;

export const extensions = `
select ${head(`'extension'`, 'null', 'null', 'x.extname', `'extension:' || x.oid`)},
  x.extversion as version, n.nspname as "in schema"
from pg_extension x join pg_namespace n on n.oid = x.extnamespace`;

const KIND = `case c.relkind when 'f' then 'foreign table' when 'v' then 'view' when 'm' then 'materialized view'
  when 'c' then 'composite type' else 'table' end`;

export const relations = `
select ${head(KIND, 'n.nspname', 'null', 'c.relname', `'relation:' || c.oid`)},
  ${flag(`c.relpersistence = 'u'`, 'unlogged', 'persistence')},
  case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as "partition by",
  case when c.relispartition then ${relationName('(select i.inhparent from pg_inherits i where i.inhrelid = c.oid)')} end as "partition of",
  pg_get_expr(c.relpartbound, c.oid) as bound,
  case when not c.relispartition then (select string_agg(${relationName('i.inhparent')}, chr(10) order by i.inhseqno)
    from pg_inherits i where i.inhrelid = c.oid) end as inherits,
  case when c.relrowsecurity and c.relforcerowsecurity then 'enabled and forced' when c.relrowsecurity then 'enabled'
    when c.relforcerowsecurity then 'forced but not enabled' end as "row level security",
  ${lines(`c.reloptions || (select array_agg('toast.' || o) from unnest(toast.reloptions) o)`, 'options')},
  case c.relreplident when 'f' then 'full' when 'i' then 'index' when 'n' then case when c.relkind in ('r', 'p') then 'nothing' end end as "replica identity",
  nullif(am.amname, 'heap') as "access method",
  ts.spcname as tablespace,
  case when c.reloftype <> 0 then format_type(c.reloftype, null) end as "of type",
  case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
  case when c.relkind in ('v', 'm') then (select string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), chr(10) order by a.attnum)
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) end as columns,
  ${flag(`c.relkind = 'm' and not c.relispopulated`, 'not populated', 'populated')},
  fs.srvname as server, ${lines('ft.ftoptions', 'server options')},
  ${owner('c.relowner')},
  case when c.relkind <> 'c' then ${grants('c.relacl', 'r', 'c.relowner')}
    else ${grants('ty.typacl', 'T', 'c.relowner')} end as grants,
  case when c.relkind = 'c' then ${comment('pg_type', 'c.reltype')}
    else ${comment('pg_class', 'c.oid')} end as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_type ty on ty.oid = c.reltype
left join pg_am am on am.oid = c.relam
left join pg_class toast on toast.oid = c.reltoastrelid
left join pg_tablespace ts on ts.oid = c.reltablespace
left join pg_foreign_table ft on ft.ftrelid = c.oid
left join pg_foreign_server fs on fs.oid = ft.ftserver
where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and ${ofUser()}
  and ${noMember('pg_class', 'c.oid')} and ${noMember('pg_type', 'c.reltype')}`;

/** Owned sequences name their table as `relation`; those of identity columns are tied to the column for good. */
export const sequences = `
select ${head(`'sequence'`, 'n.nspname', 'o.relname', 'c.relname', `'relation:' || c.oid`)},
  format_type(s.seqtypid, null) as type, s.seqstart as start, s.seqincrement as increment, s.seqmin as minimum, s.seqmax as maximum,
  s.seqcache as cache, ${flag('s.seqcycle', 'cycle')}, ${flag(`c.relpersistence = 'u'`, 'unlogged', 'persistence')},
  case d.deptype when 'a' then quote_ident(onsp.nspname) || '.' || quote_ident(o.relname) || '.' || quote_ident(a.attname) end as "owned by",
  case d.deptype when 'i' then quote_ident(onsp.nspname) || '.' || quote_ident(o.relname) || '.' || quote_ident(a.attname) end as "identity of",
  ${owner('c.relowner')}, ${grants('c.relacl', 's', 'c.relowner')} as grants, ${comment('pg_class', 'c.oid')} as comment
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join lateral (select refobjid, refobjsubid, deptype from pg_depend
  where classid = 'pg_class'::regclass and objid = c.oid and refclassid = 'pg_class'::regclass and refobjsubid > 0
    and deptype in ('a', 'i') limit 1) d on true
left join pg_class o on o.oid = d.refobjid
left join pg_namespace onsp on onsp.oid = o.relnamespace
left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where ${ofUser()} and ${noMember('pg_class', 'c.oid')}
  and (o.oid is null or ${noMember('pg_class', 'o.oid')})`;
