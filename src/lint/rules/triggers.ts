import { droppedNames, nameOfParts } from '../../project/relations.ts';
import { text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, existingAlterations, hazard } from '../hazard.ts';
import { relationKey, written } from '../made.ts';
import type { Command, HazardScript } from '../types.ts';

/** Triggers of tables that are in use: what happens to every write changes from the commit on. */

const DISABLES: Readonly<Record<string, string>> = {
  AT_DisableTrig: 'DISABLE TRIGGER',
  AT_DisableTrigAll: 'DISABLE TRIGGER ALL',
  AT_DisableTrigUser: 'DISABLE TRIGGER USER',
};

/** Triggers that are switched off, and whether the same transaction switches them on again. */
export function disablingTriggers(script: HazardScript): Finding[] {
  const all = existingAlterations(script);
  return all.flatMap(({ command, table, alteration: { subtype, fields } }, index) => {
    const words = DISABLES[subtype];
    if (words === undefined) return [];
    const wanted = subtype.replace('Disable', 'Enable');
    const again = all
      .slice(index + 1)
      .some(
        (later) => relationKey(later.table) === relationKey(table) && isUndoneBy(later.alteration, wanted, fields.name),
      );
    const restored = again && script.execution !== 'autocommit';
    const name = subtype === 'AT_DisableTrig' ? ` ${text(fields.name) ?? ''}` : '';
    const message = `${words}${name} on ${table}: ${restored ? `nobody else sees it, but what this file writes in between is not checked${subtype === 'AT_DisableTrigAll' ? ', not even against foreign keys' : ''}` : CONSEQUENCE[subtype]}.`;
    const severity = restored ? 'info' : subtype === 'AT_DisableTrigAll' ? 'block' : undefined;
    return [hazard('disabling-triggers', script, command, { message, severity, relations: [table] })];
  });
}

const CONSEQUENCE: Readonly<Record<string, string>> = {
  AT_DisableTrig: 'from the commit on it runs for no write of anybody',
  AT_DisableTrigAll:
    'foreign keys are triggers too, so that from the commit on no write of anybody is checked against them',
  AT_DisableTrigUser: 'from the commit on none of its own triggers runs for any write of anybody',
};

function isUndoneBy(
  { subtype, fields }: { subtype: string; fields: { readonly name?: unknown } },
  wanted: string,
  name: unknown,
): boolean {
  if (subtype === 'AT_EnableTrigAll') return true;
  return subtype === wanted && fields.name === name;
}

const ENABLES: Readonly<Record<string, string>> = {
  AT_EnableTrig: 'is switched on',
  AT_EnableAlwaysTrig: 'is switched on, for replicated rows too',
  AT_EnableReplicaTrig: 'is switched on for replicated rows alone',
};

/** Triggers that come, go, or are switched on. */
export function changingTriggers(script: HazardScript): Finding[] {
  return [
    ...script.commands.flatMap((command) => createdOrDropped(script, command)),
    ...existingAlterations(script).flatMap(({ command, table, alteration: { subtype, fields } }) => {
      const what = ENABLES[subtype];
      if (what === undefined) return [];
      // What was switched off before in this file is put back.
      const message = `The trigger ${text(fields.name) ?? ''} of ${table} ${what}: it runs for every write from the commit on.`;
      return disabledBefore(script, command, table, fields.name)
        ? []
        : [hazard('changing-triggers', script, command, { message, relations: [table] })];
    }),
  ];
}

function disabledBefore(script: HazardScript, at: Command, table: string, name: unknown): boolean {
  const all = existingAlterations(script);
  return all.some(
    (one) =>
      script.commands.indexOf(one.command) < script.commands.indexOf(at) &&
      relationKey(one.table) === relationKey(table) &&
      one.alteration.subtype === 'AT_DisableTrig' &&
      one.alteration.fields.name === name,
  );
}

function createdOrDropped(script: HazardScript, command: Command): Finding[] {
  const { kind, tree } = command;
  if (kind === 'CreateTrigStmt') {
    const table = existing(script, command, tree.relation);
    const name = text(tree.trigname) ?? '';
    if (table === undefined) return [];
    const message = `The trigger ${name} runs for every write to ${table} that it names, from the commit on; writes wait while it is made.`;
    return [hazard('changing-triggers', script, command, { message, relations: [table] })];
  }
  if (kind !== 'DropStmt' || tree.removeType !== 'OBJECT_TRIGGER') return [];
  return droppedNames(tree).flatMap((parts) => {
    const on = nameOfParts(parts.slice(0, -1));
    if (on === undefined || script.made.hasBefore(command, written(on)) || isReplaced(script, command, parts))
      return [];
    const message = `The trigger ${parts.at(-1) ?? ''} of ${written(on)} runs for no write any more, from the commit on.`;
    return [hazard('changing-triggers', script, command, { message, relations: [written(on)] })];
  });
}

/** DROP TRIGGER IF EXISTS before CREATE TRIGGER of the same name: one finding tells it. */
function isReplaced({ commands }: HazardScript, dropped: Command, parts: readonly string[]): boolean {
  const after = commands.slice(commands.indexOf(dropped) + 1);
  return after.some(({ kind, tree }) => kind === 'CreateTrigStmt' && tree.trigname === parts.at(-1));
}
