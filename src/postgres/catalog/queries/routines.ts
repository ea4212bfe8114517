import { comment, flag, grants, head, noMember, ofUser, owner } from './fragments.ts';

/** Functions and what calls them without being asked. */

/** pg_get_functiondef holds everything but the owner and the grants; aggregates have none. */
export const routines = `
select ${head(`case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end`, 'n.nspname', 'null', 'p.proname', `'routine:' || p.oid`, `'(' || oidvectortypes(p.proargtypes) || ')'`)},
  case when p.prokind <> 'a' then pg_get_functiondef(p.oid)
    else concat_ws(', ', 'sfunc = ' || g.aggtransfn, 'stype = ' || format_type(g.aggtranstype, null),
      'finalfunc = ' || nullif(g.aggfinalfn, 0::regproc), 'combinefunc = ' || nullif(g.aggcombinefn, 0::regproc),
      'sortop = ' || nullif(g.aggsortop, 0)::regoperator, 'initcond = ' || quote_literal(g.agginitval),
      'kind = ' || nullif(g.aggkind::text, 'n'), 'parallel = ' || nullif(p.proparallel::text, 'u')) end as definition,
  l.lanname as language, pg_get_function_result(p.oid) as returns, ${flag('p.prosecdef', 'security definer', 'security')},
  ${owner('p.proowner')}, ${grants('p.proacl', 'f', 'p.proowner')} as grants, ${comment('pg_proc', 'p.oid')} as comment
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
left join pg_aggregate g on g.aggfnoid = p.oid
where ${ofUser()} and ${noMember('pg_proc', 'p.oid')}
  -- Those of range types (constructors, multirange casts) come and go with the type.
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')`;

export const eventTriggers = `
select ${head(`'event trigger'`, 'null', 'null', 'e.evtname', `'event trigger:' || e.oid`)},
  e.evtevent as event, e.evtfoid::regprocedure as function, array_to_string(e.evttags, ', ') as tags,
  case e.evtenabled when 'D' then 'disabled' when 'R' then 'replica only' when 'A' then 'always' end as enabled,
  ${owner('e.evtowner')}, ${comment('pg_event_trigger', 'e.oid')} as comment
from pg_event_trigger e
where ${noMember('pg_event_trigger', 'e.oid')}`;

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
  format_type(o.opcintype, null) as type, ${flag('o.opcdefault', 'default')}, f.opfname as family, ${owner('o.opcowner')}
from pg_opclass o
join pg_namespace n on n.oid = o.opcnamespace
join pg_am m on m.oid = o.opcmethod
join pg_opfamily f on f.oid = o.opcfamily
where ${ofUser()} and ${noMember('pg_opclass', 'o.oid')}`;

/** Casts have no schema; those that initdb made have OIDs below 16384. */
export const casts = `
select ${head(`'cast'`, 'null', 'null', `format_type(c.castsource, null) || ' as ' || format_type(c.casttarget, null)`, `'cast:' || c.oid`)},
  case c.castfunc when 0 then c.castmethod::text else c.castfunc::regprocedure::text end as function,
  case c.castcontext when 'i' then 'implicit' when 'a' then 'assignment' else 'explicit' end as context
from pg_cast c
where c.oid >= 16384 and ${noMember('pg_cast', 'c.oid')}
  and not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i')`;

export const textSearch = `
select ${head(`'text search configuration'`, 'n.nspname', 'null', 'c.cfgname', `'ts config:' || c.oid`)},
  (select string_agg(m.maptokentype || ' ' || m.dicts, chr(10) order by m.maptokentype) from (
    select maptokentype, string_agg(mapdict::regdictionary::text, ', ' order by mapseqno) as dicts from pg_ts_config_map
    where mapcfg = c.oid group by maptokentype) m) as definition, ${owner('c.cfgowner')}, ${comment('pg_ts_config', 'c.oid')} as comment
from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace
where ${ofUser()} and ${noMember('pg_ts_config', 'c.oid')}
union all
select ${head(`'text search dictionary'`, 'n.nspname', 'null', 'c.dictname', `'ts dictionary:' || c.oid`)},
  c.dictinitoption, ${owner('c.dictowner')}, ${comment('pg_ts_dict', 'c.oid')} as comment
from pg_ts_dict c join pg_namespace n on n.oid = c.dictnamespace
where ${ofUser()} and ${noMember('pg_ts_dict', 'c.oid')}`;

export const statisticsObjects = `
select ${head(`'statistics object'`, 'n.nspname', 'c.relname', 's.stxname', `'statistics:' || s.oid`)},
  replace(pg_get_statisticsobjdef(s.oid), ' STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname), ' STATISTICS') as definition,
  nullif(s.stxstattarget, -1) as "statistics target", ${owner('s.stxowner')}, ${comment('pg_statistic_ext', 's.oid')} as comment
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
join pg_class c on c.oid = s.stxrelid
where ${ofUser()} and ${noMember('pg_class', 'c.oid')}`;
