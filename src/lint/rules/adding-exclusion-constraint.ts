import type { Finding } from '../../report/model.ts';
import { existingAlterations, hazard } from '../hazard.ts';
import type { HazardScript } from '../types.ts';

/** EXCLUDE on a table that has rows: its index is built under an exclusive lock, and Postgres has no other form of it. */
export function addingExclusionConstraint(script: HazardScript): Finding[] {
  return existingAlterations(script).flatMap(({ command, table, alteration }) => {
    if (alteration.constraint?.contype !== 'CONSTR_EXCLUSION') return [];
    const message = `The index of the EXCLUDE constraint is built while reads and writes of ${table} wait, and every row is compared.`;
    return [hazard('adding-exclusion-constraint', script, command, { message, relations: [table] })];
  });
}
