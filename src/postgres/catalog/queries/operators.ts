import { comment, flag, head, noMember, ofUser, owner } from './fragments.ts';

/** What few schemas have: operators and their classes, casts, conversions, text search. */

export const operators = `
select ${head(`'operator'`, 'n.nspname', 'null', 'o.oprname', `'operator:' || o.oid`, `'(' || case o.oprleft when 0 then 'none' else format_type(o.oprleft, null) end || ', ' || format_type(o.oprright, null) || ')'`)},
  o.oprcode::regprocedure as function, o.oprcom::regoperator as commutator, o.oprnegate::regoperator as negator,
  ${flag('o.oprcanhash', 'hashes')}, ${flag('o.oprcanmerge', 'merges')},
  nullif(o.oprrest, 0::regproc) as restrict, nullif(o.oprjoin, 0::regproc) as join, ${owner('o.oprowner')}, ${comment('pg_operator', 'o.oid')} as comment
from pg_operator o
join pg_namespace n on n.oid = o.oprnamespace
where ${ofUser()} and ${noMember('pg_operator', 'o.oid')}`;

export const operatorClasses = `
select ${head(`'operator class'`, 'n.nspname', 'null', 'o.opcname', `'operator class:' || o.oid`, `' using ' || m.amname`)},
  format_type(o.opcintype, null) as type, ${flag('o.opcdefault', 'default')}, f.opfname as family, nullif(o.opckeytype, 0)::regtype as storage,
  ${owner('o.opcowner')}, ${comment('pg_opclass', 'o.oid')} as comment
from pg_opclass o
join pg_namespace n on n.oid = o.opcnamespace
join pg_am m on m.oid = o.opcmethod
join pg_opfamily f on f.oid = o.opcfamily
where ${ofUser()} and ${noMember('pg_opclass', 'o.oid')}`;

/** With the operators and functions of its classes. */
export const operatorFamilies = `
select ${head(`'operator family'`, 'n.nspname', 'null', 'f.opfname', `'operator family:' || f.oid`, `' using ' || m.amname`)},
  (select string_agg(line, chr(10) order by line) from (
    select o.amopstrategy || ' ' || o.amopopr::regoperator || case o.amoppurpose when 'o' then ' for order by' else '' end as line
    from pg_amop o where o.amopfamily = f.oid) list) as operators,
  (select string_agg(line, chr(10) order by line) from (
    select p.amprocnum || ' (' || format_type(p.amproclefttype, null) || ', ' || format_type(p.amprocrighttype, null) || ') ' || p.amproc::regprocedure as line
    from pg_amproc p where p.amprocfamily = f.oid) list) as functions,
  ${owner('f.opfowner')}, ${comment('pg_opfamily', 'f.oid')} as comment
from pg_opfamily f
join pg_namespace n on n.oid = f.opfnamespace
join pg_am m on m.oid = f.opfmethod
where ${ofUser()} and ${noMember('pg_opfamily', 'f.oid')}`;

/** Casts have no schema; those that initdb made have OIDs below 16384. */
export const casts = `
select ${head(`'cast'`, 'null', 'null', `format_type(c.castsource, null) || ' as ' || format_type(c.casttarget, null)`, `'cast:' || c.oid`)},
  case c.castfunc when 0 then c.castmethod::text else c.castfunc::regprocedure::text end as function,
  case c.castcontext when 'i' then 'implicit' when 'a' then 'assignment' else 'explicit' end as context,
  ${comment('pg_cast', 'c.oid')} as comment
from pg_cast c
where c.oid >= 16384 and ${noMember('pg_cast', 'c.oid')}
  and not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i')`;

export const conversions = `
select ${head(`'conversion'`, 'n.nspname', 'null', 'c.conname', `'conversion:' || c.oid`)},
  pg_encoding_to_char(c.conforencoding) || ' to ' || pg_encoding_to_char(c.contoencoding) as encodings, c.conproc::regprocedure as function,
  ${flag('c.condefault', 'default')}, ${owner('c.conowner')}, ${comment('pg_conversion', 'c.oid')} as comment
from pg_conversion c
join pg_namespace n on n.oid = c.connamespace
where ${ofUser()} and ${noMember('pg_conversion', 'c.oid')}`;

const procedure = (column: string): string => `nullif(${column}, 0::regproc)`;

export const textSearch = `
select ${head(`'text search configuration'`, 'n.nspname', 'null', 'c.cfgname', `'ts config:' || c.oid`)},
  concat_ws(chr(10), 'parser ' || (select p.prsname from pg_ts_parser p where p.oid = c.cfgparser),
    (select string_agg(m.maptokentype || ' ' || m.dicts, chr(10) order by m.maptokentype) from (
      select maptokentype, string_agg(mapdict::regdictionary::text, ', ' order by mapseqno) as dicts from pg_ts_config_map
      where mapcfg = c.oid group by maptokentype) m)) as definition,
  ${owner('c.cfgowner')}, ${comment('pg_ts_config', 'c.oid')} as comment
from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace
where ${ofUser()} and ${noMember('pg_ts_config', 'c.oid')}
union all
select ${head(`'text search dictionary'`, 'n.nspname', 'null', 'c.dictname', `'ts dictionary:' || c.oid`)},
  concat_ws(chr(10), 'template ' || (select t.tmplname from pg_ts_template t where t.oid = c.dicttemplate), c.dictinitoption),
  ${owner('c.dictowner')}, ${comment('pg_ts_dict', 'c.oid')}
from pg_ts_dict c join pg_namespace n on n.oid = c.dictnamespace
where ${ofUser()} and ${noMember('pg_ts_dict', 'c.oid')}
union all
select ${head(`'text search parser'`, 'n.nspname', 'null', 'p.prsname', `'ts parser:' || p.oid`)},
  concat_ws(', ', p.prsstart, p.prstoken, p.prsend, ${procedure('p.prsheadline')}, p.prslextype), null, ${comment('pg_ts_parser', 'p.oid')}
from pg_ts_parser p join pg_namespace n on n.oid = p.prsnamespace
where ${ofUser()} and ${noMember('pg_ts_parser', 'p.oid')}
union all
select ${head(`'text search template'`, 'n.nspname', 'null', 't.tmplname', `'ts template:' || t.oid`)},
  concat_ws(', ', ${procedure('t.tmplinit')}, t.tmpllexize), null, ${comment('pg_ts_template', 't.oid')}
from pg_ts_template t join pg_namespace n on n.oid = t.tmplnamespace
where ${ofUser()} and ${noMember('pg_ts_template', 't.oid')}`;
