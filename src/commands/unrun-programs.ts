import type { CheckInputs } from './check-inputs.ts';

/** Names in the notice, before it only counts. */
const MOST_NAMES = 5;

/**
 * Migrations of the base branch that are programs, under a tool whose SQL Lockstep runs: what they made is not in the
 * rehearsal's base schema, unless a dump of it is.
 */
export function unrunPrograms({
  changeSet,
  layout,
  schema,
}: Pick<CheckInputs, 'changeSet' | 'layout' | 'schema'>): string[] {
  if (schema !== undefined) return [];
  const programs = changeSet.base.migrations.filter(
    ({ up, sectionProblems }) => up.program !== undefined && sectionProblems,
  );
  if (programs.length === 0) return [];
  const names = programs.slice(0, MOST_NAMES).map(({ path }) => path);
  const rest = programs.length - names.length;
  return [
    `The rehearsal starts without what programs have made, which ${layout.name} alone can run (${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}): name a dump of the schema as \`rehearsal.schema_file\`.`,
  ];
}
