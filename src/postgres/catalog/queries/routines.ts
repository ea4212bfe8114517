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

export const statisticsObjects = `
select ${head(`'statistics object'`, 'n.nspname', 'c.relname', 's.stxname', `'statistics:' || s.oid`)},
  replace(pg_get_statisticsobjdef(s.oid), ' STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname), ' STATISTICS') as definition,
  nullif(s.stxstattarget, -1) as "statistics target", ${owner('s.stxowner')}, ${comment('pg_statistic_ext', 's.oid')} as comment
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
join pg_class c on c.oid = s.stxrelid
where ${ofUser()} and ${noMember('pg_class', 'c.oid')}`;
