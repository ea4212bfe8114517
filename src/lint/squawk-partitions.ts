import type { Statement } from '../project/sql.ts';
import { record } from '../project/syntax-tree.ts';
import { isPartitioned } from './partitions.ts';
import { rangeVarName } from './relations.ts';
import type { HazardScript } from './types.ts';

/** Squawk's advice on constraints, where the table is partitioned: USING INDEX does not exist there, nor NOT VALID always. */

/** ALTER TABLE ONLY parent ADD UNIQUE: the index of a partitioned table itself is empty, and made at once. */
export function isOnParentAlone(statement: Statement | undefined, script: HazardScript): boolean {
  return altersPartitioned(statement, script) && record(statement?.tree.relation)?.inh !== true;
}

/** Help in place of the rule's own; undefined: that will do. */
export function helpOnPartitioned(
  rule: string,
  statement: Statement | undefined,
  script: HazardScript,
): string | undefined {
  const help = rule === 'adding-foreign-key-constraint' ? foreignKeyHelp(script) : HELP[rule];
  return help !== undefined && altersPartitioned(statement, script) ? help : undefined;
}

function altersPartitioned(statement: Statement | undefined, script: HazardScript): boolean {
  const command = script.commands.find((each) => each.statement === statement && each.inside === undefined);
  const table = statement?.kind === 'AlterTableStmt' ? rangeVarName(statement.tree.relation) : undefined;
  return table !== undefined && command !== undefined && isPartitioned(script, command, table);
}

const UNIQUE =
  'USING INDEX does not exist for partitioned tables. Add the constraint to the parent alone, which takes a moment; build an index on each partition beside the traffic, in migrations of their own, make a constraint of it and attach it, and with the last one it is valid:\nALTER TABLE ONLY events ADD CONSTRAINT events_key UNIQUE (id, at);\nCREATE UNIQUE INDEX CONCURRENTLY events_2024_key ON events_2024 (id, at);\nALTER TABLE events_2024 ADD CONSTRAINT events_2024_key UNIQUE USING INDEX events_2024_key;\nALTER INDEX events_key ATTACH PARTITION events_2024_key;';

const HELP: Readonly<Record<string, string>> = {
  'adding-serial-primary-key-field': UNIQUE,
  'disallowed-unique-constraint': UNIQUE,
};

/** From this version on a partitioned table takes a foreign key NOT VALID (tried on 15, 17 and 18). */
const TAKES_NOT_VALID = 18;

function foreignKeyHelp({ postgresMajor }: HazardScript): string | undefined {
  return postgresMajor >= TAKES_NOT_VALID ? undefined : FOREIGN_KEY;
}

const FOREIGN_KEY =
  'A partitioned table takes no NOT VALID foreign key before Postgres 18. Give it to each partition and validate it there, in two migrations; the one of the parent, in a third, finds them and reads nothing:\nALTER TABLE events_2024 ADD CONSTRAINT events_2024_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\nALTER TABLE events_2024 VALIDATE CONSTRAINT events_2024_user_fkey;\nALTER TABLE events ADD CONSTRAINT events_user_fkey FOREIGN KEY (user_id) REFERENCES users (id);';
