import { rangeVar } from '../../project/relations.ts';
import { fieldsOf, list, record } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, existingAlterations, hazard } from '../hazard.ts';
import { written } from '../made.ts';
import { defaultPartitionOf, hasValidCheck } from '../partitions.ts';
import type { HazardScript } from '../types.ts';

/** A new partition: rows that are there already are read, to see whether they belong where they are. */
export function attachingPartition(script: HazardScript): Finding[] {
  return [...attached(script), ...made(script)];
}

function attached(script: HazardScript): Finding[] {
  return existingAlterations(script).flatMap(({ command, table, alteration: { subtype, fields } }) => {
    const partition = subtype === 'AT_AttachPartition' ? fieldsOf(fields.def, 'PartitionCmd') : undefined;
    const name = rangeVar(partition?.name);
    if (partition === undefined || name === undefined) return [];
    const old = existing(script, command, partition.name);
    const read = old !== undefined && !hasValidCheck(script, command, old) ? [old] : [];
    const byDefault =
      record(partition.bound)?.is_default === true ? undefined : defaultPartitionOf(script, command, table);
    const others = byDefault === undefined || hasValidCheck(script, command, byDefault) ? [] : [byDefault];
    if (read.length + others.length === 0) return [];
    const message = `ATTACH PARTITION ${written(name)} reads ${[...read.map((one) => `all of ${one}`), ...others.map((one) => `all of the default partition ${one}`)].join(' and ')} while reads and writes of it wait, unless a CHECK proves that its rows fit.`;
    return [hazard('attaching-partition', script, command, { message, relations: [...read, ...others] })];
  });
}

/** CREATE TABLE ... PARTITION OF, where a default partition may hold its rows. */
function made(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    if (kind !== 'CreateStmt' || tree.partbound === undefined || record(tree.partbound)?.is_default === true) return [];
    const parent = existing(script, command, fieldsOf(list(tree.inhRelations)[0], 'RangeVar'));
    const byDefault = parent === undefined ? undefined : defaultPartitionOf(script, command, parent);
    if (parent === undefined || byDefault === undefined || hasValidCheck(script, command, byDefault)) return [];
    if (script.made.hasBefore(command, byDefault)) return [];
    const message = `The new partition of ${parent} makes Postgres read all of the default partition ${byDefault} for rows that belong into it, while reads and writes of that wait.`;
    return [hazard('attaching-partition', script, command, { message, relations: [byDefault] })];
  });
}
