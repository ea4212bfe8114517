import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, hazard } from '../hazard.ts';
import type { HazardScript } from '../types.ts';

/** TRUNCATE and DROP SCHEMA: rows and objects that no down script brings back. */

export function banTruncate(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    if (command.kind !== 'TruncateStmt') return [];
    const tables = list(command.tree.relations).flatMap(
      (item) => existing(script, command, fieldsOf(item, 'RangeVar')) ?? [],
    );
    if (tables.length === 0) return [];
    const cascade = command.tree.behavior === 'DROP_CASCADE';
    const message = cascade
      ? `All rows of ${tables.join(', ')} are gone, and those of every table that references them.`
      : `All rows of ${tables.join(', ')} are gone, and reads and writes wait until the transaction ends.`;
    return [hazard('ban-truncate', script, command, { message, relations: tables })];
  });
}

export function banDropSchema(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    if (kind !== 'DropStmt' || tree.removeType !== 'OBJECT_SCHEMA') return [];
    const schemas = list(tree.objects)
      .map((object) => text(fieldsOf(object, 'String')?.sval) ?? '')
      .filter((name) => !script.made.hasSchemaBefore(command, name));
    if (schemas.length === 0) return [];
    const cascade = tree.behavior === 'DROP_CASCADE';
    const message = cascade
      ? `DROP SCHEMA ${schemas.join(', ')} CASCADE drops every table in it with all of its rows, and whatever depends on them elsewhere.`
      : `DROP SCHEMA ${schemas.join(', ')}: it works only if nothing is left in it; functions and types that code calls by this name are gone.`;
    return [hazard('ban-drop-schema', script, command, { message, severity: cascade ? undefined : 'warn' })];
  });
}
