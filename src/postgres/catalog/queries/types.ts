import { comment, flag, grants, head, noMember, ofUser, owner } from './fragments.ts';

/** Types that are not tables, and collations. Composite types stand with the relations. */

const KIND = `case when not t.typisdefined then 'type' else case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range type' else 'type' end end`;

export const types = `
select ${head(KIND, 'n.nspname', 'null', 't.typname', `'type:' || t.oid`)},
  (select string_agg(e.enumlabel, chr(10) order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as labels,
  case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) when 'r' then format_type(r.rngsubtype, null) end as type,
  case when t.typtype = 'd' then (select quote_ident(cn.nspname) || '.' || quote_ident(co.collname) from pg_collation co
    join pg_namespace cn on cn.oid = co.collnamespace join pg_type b on b.oid = t.typbasetype
    where co.oid = t.typcollation and b.typcollation <> t.typcollation) end as collation,
  ${flag('t.typnotnull', 'not null')}, t.typdefault as default,
  nullif(r.rngcanonical, 0::regproc) as canonical, nullif(r.rngsubdiff, 0::regproc) as "subtype difference",
  case when t.typtype = 'b' then concat_ws(', ', 'input = ' || t.typinput, 'output = ' || t.typoutput, 'length = ' || t.typlen) end as definition,
  ${owner('t.typowner')}, ${grants('t.typacl', 'T', 't.typowner')} as grants, ${comment('pg_type', 't.oid')} as comment
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
left join pg_range r on r.rngtypid = t.oid
where (t.typtype in ('e', 'd', 'r') or t.typtype = 'b' and not exists (select from pg_type e where e.typarray = t.oid) or not t.typisdefined)
  and ${ofUser()} and ${noMember('pg_type', 't.oid')}`;

/** A domain's NOT NULL is a fact of the domain, on every major. */
export const domainConstraints = `
select ${head(`'domain constraint'`, 'n.nspname', 't.typname', 'k.conname', `'constraint:' || k.oid`)},
  regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') as definition, ${flag('not k.convalidated', 'not valid', 'validity')},
  ${comment('pg_constraint', 'k.oid')} as comment
from pg_constraint k
join pg_type t on t.oid = k.contypid
join pg_namespace n on n.oid = t.typnamespace
where k.contype = 'c' and ${ofUser()} and ${noMember('pg_type', 't.oid')}`;

/** The locale's columns have had three names since 14; a row as JSON knows which. */
export const collations = `
select ${head(`'collation'`, 'n.nspname', 'null', 'c.collname', `'collation:' || c.oid`)},
  case c.collprovider when 'i' then 'icu' when 'b' then 'builtin' when 'c' then 'libc' else 'default' end as provider,
  coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate) as locale, c.collctype as ctype,
  to_jsonb(c) ->> 'collicurules' as rules, ${flag('not c.collisdeterministic', 'nondeterministic', 'determinism')},
  ${owner('c.collowner')}, ${comment('pg_collation', 'c.oid')} as comment
from pg_collation c
join pg_namespace n on n.oid = c.collnamespace
where ${ofUser()} and ${noMember('pg_collation', 'c.oid')}`;
