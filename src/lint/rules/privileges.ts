import type { Node } from '../../project/sql.ts';
import { fieldsOf, isOn, list, names, option, record, text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { hazard } from '../hazard.ts';
import type { Command, HazardScript } from '../types.ts';

/** Functions that run with their owner's rights, and rights that everybody gets. */

/** SECURITY DEFINER without a search_path of its own: whoever calls it decides which objects its names mean. */
export function securityDefinerPath(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    const options =
      kind === 'CreateFunctionStmt' ? tree.options : kind === 'AlterFunctionStmt' ? tree.actions : undefined;
    // Names in BEGIN ATOMIC are looked up when the function is made.
    if (options === undefined || !isDefiner(options) || setsPath(options) || tree.sql_body !== undefined) return [];
    const name = nameOf(command);
    if (isSetElsewhere(script, command, name)) return [];
    const message = `${name} runs with the rights of its owner and looks names up in the caller's search_path: who can make objects in a schema of it can have it run theirs.`;
    return [hazard('security-definer-path', script, command, { message })];
  });
}

function nameOf({ tree }: Command): string {
  return `${names(tree.funcname ?? record(tree.func)?.objname).join('.')}()`;
}

function isDefiner(options: unknown): boolean {
  const security = option(options, 'security');
  return security !== undefined && isOn(security);
}

function setsPath(options: unknown): boolean {
  return list(options).some((item) => {
    const element = fieldsOf(item, 'DefElem');
    const setting = element?.defname === 'set' ? fieldsOf(element.arg, 'VariableSetStmt') : undefined;
    return setting?.name === 'search_path' && setting.kind !== 'VAR_RESET';
  });
}

/** ALTER FUNCTION f() SET search_path = ... beside it. */
function isSetElsewhere({ commands }: HazardScript, at: Command, name: string): boolean {
  return commands.some(
    (other) =>
      other !== at &&
      /^(?:Alter|Create)FunctionStmt$/.test(other.kind) &&
      nameOf(other) === name &&
      setsPath(other.tree.actions ?? other.tree.options),
  );
}

/** Roles that many share: Supabase's, which every visitor has, and everybody. */
const WIDE: ReadonlySet<string> = new Set(['anon', 'authenticated']);

/** GRANT to everybody, in one finding for all of a file. */
export function grantToAll(script: HazardScript): Finding[] {
  const wide = script.commands.flatMap((command) => {
    const { kind, tree } = command;
    const grant = kind === 'AlterDefaultPrivilegesStmt' ? record(tree.action) : kind === 'GrantStmt' ? tree : undefined;
    const to = grant === undefined ? [] : widelyGranted(grant);
    return to.length === 0 ? [] : [{ command, to }];
  });
  const [first] = wide;
  if (first === undefined) return [];
  const roles = [...new Set(wide.flatMap(({ to }) => to))].join(', ');
  const others = wide.length === 1 ? '' : ` So do ${wide.length - 1} more statements of this file.`;
  const message = `${words(first.command)} gives rights to ${roles}: every session that is one of them has these from the commit on.${others}`;
  return [hazard('grant-to-all', script, first.command, { message })];
}

function words({ kind }: Command): string {
  return kind === 'GrantStmt' ? 'GRANT' : 'ALTER DEFAULT PRIVILEGES';
}

/** Everybody has these already: EXECUTE on functions, USAGE of types and languages. */
const GIVEN_ANYWAY: ReadonlySet<unknown> = new Set([
  'OBJECT_DOMAIN',
  'OBJECT_FUNCTION',
  'OBJECT_LANGUAGE',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_TYPE',
]);

function widelyGranted({ is_grant: isGrant, objtype, privileges, grantees }: Node): string[] {
  if (isGrant !== true || GIVEN_ANYWAY.has(objtype)) return [];
  const everything = list(privileges).length === 0;
  const usageOnly = list(privileges).every((item) => fieldsOf(item, 'AccessPriv')?.priv_name === 'usage');
  return list(grantees).flatMap((item) => {
    const role = fieldsOf(item, 'RoleSpec');
    // USAGE of a schema lets nobody see a row.
    if (role?.roletype === 'ROLESPEC_PUBLIC')
      return objtype === 'OBJECT_SCHEMA' && !everything && usageOnly ? [] : ['PUBLIC'];
    const name = text(role?.rolename) ?? '';
    return WIDE.has(name) && everything && objtype !== 'OBJECT_SCHEMA' ? [name] : [];
  });
}
