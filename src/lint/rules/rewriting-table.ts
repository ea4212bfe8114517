import { fieldsOf, isOn, list, option, text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, existingAlterations, hazard } from '../hazard.ts';
import type { HazardScript } from '../types.ts';

/** Statements that write a whole table or its indexes anew while nobody may read it. */
export function rewritingTable(script: HazardScript): Finding[] {
  return [...byAlteration(script), ...byCommand(script)];
}

const REWRITES: Readonly<Record<string, string>> = {
  AT_SetTableSpace: 'SET TABLESPACE',
  AT_SetLogged: 'SET LOGGED',
  AT_SetUnLogged: 'SET UNLOGGED',
  AT_SetAccessMethod: 'SET ACCESS METHOD',
};

function byAlteration(script: HazardScript): Finding[] {
  return existingAlterations(script).flatMap(({ command, table, alteration }) => {
    const words = REWRITES[alteration.subtype];
    if (words === undefined) return [];
    const message = `${words} copies the whole of ${table} while reads and writes of it wait.`;
    return [hazard('rewriting-table', script, command, { message, relations: [table] })];
  });
}

function byCommand(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    const say = (message: string, relations: readonly string[]): Finding[] => [
      hazard('rewriting-table', script, command, { message, relations }),
    ];
    if (kind === 'AlterTableMoveAllStmt')
      return say(
        `Everything in the tablespace ${text(tree.orig_tablespacename) ?? ''} is copied, each under an exclusive lock that is held to the end.`,
        [],
      );
    if (kind === 'ClusterStmt') {
      if (tree.relation === undefined)
        return say('CLUSTER without a table rewrites every table that was clustered before.', []);
      const table = existing(script, command, tree.relation);
      return table === undefined ? [] : say(`CLUSTER writes ${table} anew while reads and writes of it wait.`, [table]);
    }
    if (kind !== 'VacuumStmt' || !isOn(option(tree.options, 'full'))) return [];
    const named = list(tree.rels).map((one) => fieldsOf(one, 'VacuumRelation')?.relation);
    if (named.length === 0)
      return say('VACUUM FULL without a table rewrites every table of the database, one after the other.', []);
    const tables = named.flatMap((one) => existing(script, command, one) ?? []);
    return tables.length === 0
      ? []
      : say(`VACUUM FULL writes ${tables.join(', ')} anew while reads and writes wait.`, tables);
  });
}
