import { comment, flag, grants, grantsAgainst, head, lines, noMember, owner, relationName } from './fragments.ts';

/** What lives in no schema: foreign servers, publications, subscriptions, languages, default privileges, labels. */

export const foreignDataWrappers = `
select ${head(`'foreign-data wrapper'`, 'null', 'null', 'w.fdwname', `'fdw:' || w.oid`)},
  nullif(w.fdwhandler, 0)::regprocedure as handler, nullif(w.fdwvalidator, 0)::regprocedure as validator, ${lines('w.fdwoptions', 'server options')},
  ${owner('w.fdwowner')}, ${grants('w.fdwacl', 'F', 'w.fdwowner')} as grants, ${comment('pg_foreign_data_wrapper', 'w.oid')} as comment
from pg_foreign_data_wrapper w
where ${noMember('pg_foreign_data_wrapper', 'w.oid')}`;

export const servers = `
select ${head(`'server'`, 'null', 'null', 's.srvname', `'server:' || s.oid`)},
  w.fdwname as wrapper, s.srvtype as type, s.srvversion as version, ${lines('s.srvoptions', 'server options')},
  ${owner('s.srvowner')}, ${grants('s.srvacl', 'S', 's.srvowner')} as grants, ${comment('pg_foreign_server', 's.oid')} as comment
from pg_foreign_server s
join pg_foreign_data_wrapper w on w.oid = s.srvfdw
where ${noMember('pg_foreign_server', 's.oid')}`;

/** Without their options, which are credentials. */
export const userMappings = `
select ${head(`'user mapping'`, 'null', 'null', 'm.srvname', `'user mapping:' || m.umid`, `' for ' || m.usename`)}
from pg_user_mappings m`;

/** Publications of whole schemas came with 15. */
export function publications(major: number): string {
  const rel =
    major >= 15
      ? `|| coalesce(' (' || (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
          where a.attrelid = r.prrelid and a.attnum = any (r.prattrs)) || ')', '') || coalesce(' where ' || pg_get_expr(r.prqual, r.prrelid), '')`
      : '';
  const schemas =
    major >= 15
      ? `(select string_agg(quote_ident(sn.nspname), chr(10) order by sn.nspname)
          from pg_publication_namespace ps join pg_namespace sn on sn.oid = ps.pnnspid where ps.pnpubid = p.oid)`
      : 'null';
  return `
select ${head(`'publication'`, 'null', 'null', 'p.pubname', `'publication:' || p.oid`)},
  concat_ws(', ', case when p.puballtables then 'all tables' end, case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
    case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end, case when p.pubviaroot then 'via root' end) as publishes,
  (select string_agg(line, chr(10) order by line) from (select ${relationName('r.prrelid')} ${rel} as line
    from pg_publication_rel r where r.prpubid = p.oid) tables) as tables, ${schemas} as schemas,
  ${owner('p.pubowner')}, ${comment('pg_publication', 'p.oid')} as comment
from pg_publication p
where ${noMember('pg_publication', 'p.oid')}`;
}

/** Those of a schema add to the global ones (so their standard is no privilege: a column's); the global ones stand in the place of Postgres' own. */
export const defaultPrivileges = `
select ${head(`'default privileges'`, 'n.nspname', 'null', `case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end`, `'default acl:' || d.oid`, `' made by ' || pg_get_userbyid(d.defaclrole)`)},
  ${grantsAgainst('d.defaclacl', `case when d.defaclnamespace = 0 then acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole) else acldefault('c', d.defaclrole) end`)} as grants
from pg_default_acl d
left join pg_namespace n on n.oid = d.defaclnamespace`;

/** Without the connection, which holds credentials, and without its OID, which before 14 not every role may read. */
export const subscriptions = `
select ${head(`'subscription'`, 'null', 'null', 's.subname', 'null')},
  ${flag('not s.subenabled', 'disabled', 'enabled')}, s.subslotname as slot, ${lines('s.subpublications', 'publications')}, ${owner('s.subowner')}
from pg_subscription s
where s.subdbid = (select oid from pg_database where datname = current_database())`;

/** Those that initdb made have OIDs below 16384. */
export const languages = `
select ${head(`'language'`, 'null', 'null', 'l.lanname', `'language:' || l.oid`)},
  ${flag('l.lanpltrusted', 'trusted', 'trust')}, l.lanplcallfoid::regprocedure as handler,
  nullif(l.laninline, 0)::regprocedure as inline, nullif(l.lanvalidator, 0)::regprocedure as validator,
  ${owner('l.lanowner')}, ${grants('l.lanacl', 'l', 'l.lanowner')} as grants, ${comment('pg_language', 'l.oid')} as comment
from pg_language l
where l.oid >= 16384 and ${noMember('pg_language', 'l.oid')}`;

export const securityLabels = `
select ${head(`'security label'`, 'null', 'null', 'l.provider', 'null', `' on ' || pg_describe_object(l.classoid, l.objoid, l.objsubid)`)}, l.label as value
from pg_seclabel l`;
