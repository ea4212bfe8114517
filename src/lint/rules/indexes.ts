import { droppedNames, nameOfParts, rangeVar } from '../../project/relations.ts';
import { record, text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, hazard } from '../hazard.ts';
import { written } from '../made.ts';
import { isPartitioned, partitionedTableOf } from '../partitions.ts';
import type { Command, HazardScript } from '../types.ts';

/** Indexes whose plain advice, CONCURRENTLY, does not do what it says. */

/** IF NOT EXISTS takes an index for there that an interrupted build has left invalid. */
export function concurrentIfNotExists(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    if (kind !== 'IndexStmt' || tree.concurrent !== true || tree.if_not_exists !== true) return [];
    const table = existing(script, command, tree.relation);
    const index = text(tree.idxname);
    if (table === undefined || index === undefined || isDroppedBefore(script, command, index)) return [];
    const message = `If an interrupted build has left ${index} behind, it is invalid, counts as existing, and stays so: nothing uses it, and every write keeps it up.`;
    const suggestion = `DROP INDEX CONCURRENTLY IF EXISTS ${quoted(index)};`;
    return [hazard('concurrent-if-not-exists', script, command, { message, suggestion, relations: [table] })];
  });
}

function isDroppedBefore({ commands }: HazardScript, at: Command, index: string): boolean {
  return commands
    .slice(0, commands.indexOf(at))
    .some(
      ({ kind, tree }) =>
        kind === 'DropStmt' &&
        tree.removeType === 'OBJECT_INDEX' &&
        droppedNames(tree).some((parts) => parts.at(-1) === index),
    );
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** CREATE and DROP INDEX on a partitioned table: CONCURRENTLY does not exist there. */
export function indexOnPartitionedTable(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    if (command.kind === 'IndexStmt') return created(script, command);
    return command.kind === 'DropStmt' && command.tree.removeType === 'OBJECT_INDEX' ? dropped(script, command) : [];
  });
}

function created(script: HazardScript, command: Command): Finding[] {
  const { tree } = command;
  const name = rangeVar(tree.relation);
  if (name === undefined || !isPartitioned(script, command, written(name))) return [];
  const table = written(name);
  if (tree.concurrent === true) {
    const message = `${table} is partitioned: Postgres refuses CREATE INDEX CONCURRENTLY on it (SQLSTATE 0A000).`;
    return [hazard('index-on-partitioned-table', script, command, { message, severity: 'block', relations: [table] })];
  }
  const only = record(tree.relation)?.inh !== true;
  if (only || existing(script, command, tree.relation) === undefined) return [];
  const message = `${table} is partitioned: the index is built on all of its partitions in one go, and writes to any of them wait.`;
  return [hazard('index-on-partitioned-table', script, command, { message, relations: [table] })];
}

function dropped(script: HazardScript, command: Command): Finding[] {
  return droppedNames(command.tree).flatMap((parts) => {
    const name = nameOfParts(parts);
    const table = name && partitionedTableOf(script, command, written(name));
    if (name === undefined || table === undefined || script.made.hasBefore(command, table)) return [];
    const refused = command.tree.concurrent === true;
    const message = refused
      ? `${written(name)} belongs to the partitioned table ${table}: Postgres refuses DROP INDEX CONCURRENTLY (SQLSTATE 0A000).`
      : `${written(name)} belongs to the partitioned table ${table}: it and all of its partitions are locked for a moment, and there is no CONCURRENTLY for it.`;
    const help = refused
      ? 'Take CONCURRENTLY out; the lock is short, and the deploy tries again when it does not get it.'
      : DROP;
    return [
      hazard('index-on-partitioned-table', script, command, {
        message,
        help,
        severity: refused ? 'block' : 'info',
        relations: [table],
      }),
    ];
  });
}

const DROP = 'Nothing, unless queries on the table run for long: the deploy tries again when it does not get the lock.';
