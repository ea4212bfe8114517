import { grants, head, lines } from './fragments.ts';

/** The database itself, roles, and settings that hold in every database: what the whole cluster shares. */

/** The name under which a database stands in its own catalog: clones have others, and mean the same. */
const THIS_DATABASE = '(this one)';

const sharedComment = (catalog: string, oid: string): string =>
  `(select sd.description from pg_shdescription sd where sd.objoid = ${oid} and sd.classoid = '${catalog}'::regclass)`;

/** Without its owner, which a rehearsal gives to each clone; a limit of 0 is not carried over to clones either. */
export const database = `
select ${head(`'database'`, 'null', 'null', `'${THIS_DATABASE}'`, 'null')},
  case when d.datconnlimit > 0 then d.datconnlimit end as "connection limit",
  ${grants('d.datacl', 'd', 'd.datdba')} as grants, ${sharedComment('pg_database', 'd.oid')} as comment
from pg_database d
where d.datname = current_database()`;

/** Roles of Postgres itself: its predefined ones, and the superuser that initdb made. */
const ownRole = (alias: string): string => `(${alias}.rolname ~ '^pg_' or ${alias}.oid = 10)`;

/** From 16 on a membership has options of its own; the grantor, which may stand there twice, is left out. */
const MEMBERSHIP = `case when m.admin_option then ' with admin option' else '' end
    || case when to_jsonb(m) ->> 'inherit_option' = 'false' then ' without inherit' else '' end
    || case when to_jsonb(m) ->> 'set_option' = 'false' then ' without set' else '' end`;

/** Who is a member stands with the group; where the group is Postgres' own, with the member. */
export const roles = `
select ${head(`'role'`, 'null', 'null', 'r.rolname', `'role:' || r.oid`)},
  ${lines(
    `array_remove(array[case when r.rolsuper then 'superuser' end, case when r.rolcanlogin then 'login' end, case when r.rolcreatedb then 'createdb' end,
      case when r.rolcreaterole then 'createrole' end, case when r.rolreplication then 'replication' end,
      case when r.rolbypassrls then 'bypassrls' end, case when not r.rolinherit then 'noinherit' end], null)`,
    'attributes',
  )},
  nullif(r.rolconnlimit, -1) as "connection limit", r.rolvaliduntil as "valid until",
  (select string_agg(distinct u.rolname || ${MEMBERSHIP}, chr(10) order by u.rolname || ${MEMBERSHIP})
    from pg_auth_members m join pg_roles u on u.oid = m.member where m.roleid = r.oid) as members,
  (select string_agg(distinct g.rolname || ${MEMBERSHIP}, chr(10) order by g.rolname || ${MEMBERSHIP})
    from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid and ${ownRole('g')}) as "member of",
  ${sharedComment('pg_authid', 'r.oid')} as comment
from pg_roles r
where not ${ownRole('r')}`;

const EVERYWHERE = 'in every database';

/** Those of this database and those of the cluster; the server's own superuser's are no part of a schema. */
export const settings = `
select ${head(`'setting'`, 'null', 'null', `split_part(setting, '=', 1)`, 'null', `concat(' of role ' || r.rolname, case s.setdatabase when 0 then ' ${EVERYWHERE}' end)`)},
  substr(setting, strpos(setting, '=') + 1) as value
from pg_db_role_setting s
cross join unnest(s.setconfig) setting
left join pg_roles r on r.oid = s.setrole
where s.setdatabase = (select oid from pg_database where datname = current_database())
  or s.setdatabase = 0 and s.setrole <> 10`;

/** Whether an object is the cluster's: it would be there in any other database too. */
export function isOfCluster({ kind, name }: { readonly kind: string; readonly name: string }): boolean {
  return kind === 'role' || (kind === 'setting' && name.endsWith(` ${EVERYWHERE}`));
}
