import type { Severity } from '../report/model.ts';

/** What docs/rules.md tells about a rule. */
export interface RuleDescription {
  readonly name: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly help: string;
}

/** Rules about what a migration did to the schema against what it says. */
export const schemaRules = {
  'dropped-by-cascade': {
    severity: 'block',
    title: 'The migration drops what no statement names',
    why: 'CASCADE drops all that depends on what is named: columns of other tables, foreign keys, views; `DROP SCHEMA` with it takes every table of the schema, `DROP OWNED` all that a role has. The rehearsal saw objects go that the migration does not mention. Lost columns, tables and constraints block; views and other code that the next release can bring back warn.',
    help: 'Name what shall go (`ALTER TABLE ... DROP COLUMN ...`, `DROP VIEW ...`) and leave CASCADE out, so that Postgres refuses when something else depends on it.',
  },
  'dropped-in-a-block': {
    severity: 'warn',
    title: 'A table or column is dropped inside a block or function',
    why: 'SQL in a DO block, or in a function or procedure that the migration calls, is a text to every linter: no rule about drops looks at it. The rehearsal saw a table or column go that only this statement can have dropped.',
    help: 'Drop it with a statement of its own (`DROP TABLE ...`, `ALTER TABLE ... DROP COLUMN ...`), which the rules and the reviewer see; `IF EXISTS` spares most blocks.',
  },
  'named-but-unchanged': {
    severity: 'warn',
    title: 'A statement names something and does nothing to it',
    why: '`DROP ... IF EXISTS` with a name that does not exist and `CREATE ... IF NOT EXISTS` over an object with another definition succeed in silence. The schema is then not what the migration says.',
    help: 'Correct the name, or leave IF EXISTS or IF NOT EXISTS out, so that Postgres tells when the schema is not as expected.',
  },
} as const satisfies Readonly<Record<string, Omit<RuleDescription, 'name'>>>;

export type SchemaRule = keyof typeof schemaRules;
