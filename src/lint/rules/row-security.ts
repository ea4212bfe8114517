import { droppedNames, nameOfParts, rangeVar } from '../../project/relations.ts';
import type { Statement } from '../../project/sql.ts';
import type { Finding } from '../../report/model.ts';
import { alterations, existing, existingAlterations, hazard } from '../hazard.ts';
import { relationKey, written } from '../made.ts';
import type { Command, HazardScript } from '../types.ts';

/** Row-level security: who sees no rows any more, and who sees all of them. */

/** ENABLE and FORCE on a table in use, and policies that let less through. */
export function rowsHidden(script: HazardScript): Finding[] {
  return [...switchedOn(script), ...script.commands.flatMap((command) => narrowed(script, command))];
}

function narrowed(script: HazardScript, command: Command): Finding[] {
  const { kind, tree } = command;
  const told = (table: string, what: string): Finding[] => {
    const message = `${what}: from the commit on running code may find fewer rows of ${table}, and be refused to write some.`;
    return [hazard('rows-hidden', script, command, { message, help: NARROWED_HELP, relations: [table] })];
  };
  if (kind === 'CreatePolicyStmt' || kind === 'AlterPolicyStmt') {
    const table = existing(script, command, tree.table);
    const name = String(tree.policy_name);
    if (table === undefined) return [];
    if (kind === 'AlterPolicyStmt') return told(table, `The policy ${name} of ${table} is changed`);
    // PERMISSIVE, the default, lets more through.
    return tree.permissive === true
      ? []
      : told(table, `The restrictive policy ${name} of ${table} holds beside all others`);
  }
  if (kind !== 'DropStmt' || tree.removeType !== 'OBJECT_POLICY') return [];
  return droppedNames(tree).flatMap((parts) => {
    const on = nameOfParts(parts.slice(0, -1));
    if (on === undefined || script.made.hasBefore(command, written(on))) return [];
    return told(written(on), `The policy ${parts.at(-1) ?? ''} of ${written(on)} is dropped`);
  });
}

const NARROWED_HELP =
  'Make sure that what the running code reads and writes passes the policies that are left: try it as its role, with the settings that it sets.';

function switchedOn(script: HazardScript): Finding[] {
  return existingAlterations(script).flatMap(({ command, table, alteration: { subtype } }) => {
    if (subtype === 'AT_ForceRowSecurity') {
      const message = `The policies of ${table} hold for its owner too from the commit on, and that is mostly who the application logs in as.`;
      return [hazard('rows-hidden', script, command, { message, help: FORCE_HELP, relations: [table] })];
    }
    if (subtype !== 'AT_EnableRowSecurity' || hasPolicy(script, table)) return [];
    const message = `${table} has no policy in these migrations: from the commit on everybody but its owner and superusers sees no row of it, and can insert none.`;
    return [hazard('rows-hidden', script, command, { message, relations: [table] })];
  });
}

const FORCE_HELP =
  'Make sure that the policies let through what the application and its jobs do as the owner of the table; migrations that change rows are held to them as well.';

/** DISABLE on a table in use. */
export function rowsExposed(script: HazardScript): Finding[] {
  return existingAlterations(script).flatMap(({ command, table, alteration: { subtype } }) => {
    if (subtype !== 'AT_DisableRowSecurity') return [];
    const message = `From the commit on every role that may read ${table} reads all of its rows: its policies hold for nobody.`;
    return [hazard('rows-exposed', script, command, { message, relations: [table] })];
  });
}

const POLICIES = /\bpolicy\b/i;

/** Whether a table has a policy, by the migrations before and all statements of this one, and of no DROP POLICY after. */
function hasPolicy({ past, commands }: HazardScript, table: string): boolean {
  const key = relationKey(table);
  const names = new Set<string>();
  for (const statement of [...past.statements(POLICIES, table.replace(/^.*\./, '')), ...commands]) {
    const { made, dropped } = policyOf(statement, key);
    if (made !== undefined) names.add(made);
    if (dropped !== undefined) names.delete(dropped);
  }
  return names.size > 0;
}

function policyOf(
  { kind, tree }: Pick<Statement, 'kind' | 'tree'>,
  table: string,
): { made?: string; dropped?: string } {
  if (kind === 'CreatePolicyStmt') {
    const name = rangeVar(tree.table);
    return name !== undefined && relationKey(written(name)) === table ? { made: String(tree.policy_name) } : {};
  }
  if (kind !== 'DropStmt' || tree.removeType !== 'OBJECT_POLICY') return {};
  const parts = droppedNames(tree)[0] ?? [];
  const name = nameOfParts(parts.slice(0, -1));
  const dropped = parts.at(-1);
  return name !== undefined && relationKey(written(name)) === table && dropped !== undefined ? { dropped } : {};
}

/** Off unless asked for: every new table must switch row-level security on. */
export function requireRls(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const table = command.kind === 'CreateStmt' ? securable(command) : undefined;
    if (table === undefined || isEnabledAfter(script, command, table)) return [];
    const message = `${table} is made, and nothing in this file enables row-level security on it.`;
    const suggestion = `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`;
    return [hazard('require-rls', script, command, { message, suggestion, relations: [table] })];
  });
}

/** Temporary tables are the session's own; of partitions the parent's policies hold for who asks the parent. */
function securable({ tree }: Command): string | undefined {
  const name = rangeVar(tree.relation);
  const temporary = (tree.relation as { relpersistence?: unknown } | undefined)?.relpersistence === 't';
  return name === undefined || temporary || tree.partbound !== undefined ? undefined : written(name);
}

function isEnabledAfter({ commands }: HazardScript, at: Command, table: string): boolean {
  return commands.slice(commands.indexOf(at) + 1).some((command) => {
    const name = rangeVar(command.tree.relation);
    if (name === undefined || relationKey(written(name)) !== relationKey(table)) return false;
    return alterations(command).some(({ subtype }) => subtype === 'AT_EnableRowSecurity');
  });
}
