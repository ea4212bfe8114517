import { joinNames } from '../../postgres/catalog/catalog.ts';
import { relationsBelow } from '../../project/relations.ts';
import { parseScript, type Statement } from '../../project/sql.ts';
import type { MigrationRehearsal } from '../../rehearsal/rounds.ts';
import { isTooLongForRows, type RowsRun } from '../../rehearsal/seed/chain.ts';
import type { NotAnalysed, Report } from '../../report/model.ts';
import { tableFinder } from './demand.ts';

/** What the run on rows did not see. */

/** Statements whose outcome hangs on the rows of the tables that they name. */
const ON_ROWS: ReadonlySet<string> = new Set([
  'AlterTableStmt',
  'IndexStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CreateTableAsStmt',
]);

/** Tables that a migration works on and that have no rows because none could be made. */
export function withoutRows(item: MigrationRehearsal, searchPath: readonly string[]): NotAnalysed[] {
  const { migration, onRows, before } = item;
  if (isTooLongForRows(migration)) {
    return [{ path: migration.path, reason: 'not tried on tables with rows: it has too many statements' }];
  }
  const notFilled = new Map(onRows?.filling.seeding?.notFilled.map(({ table, reason }) => [table, reason]));
  if (notFilled.size === 0) return [];
  const tableOf = tableFinder([before], searchPath);
  const told = new Map<string, NotAnalysed>();
  for (const statement of parseScript(migration.up).statements ?? []) {
    for (const name of namesIn(statement, tableOf)) {
      const reason = notFilled.get(name);
      if (reason === undefined || told.has(name)) continue;
      const why = `not tried on rows of ${name}, which could not be filled: ${reason}`;
      told.set(name, { path: migration.path, line: statement.line, reason: why });
    }
  }
  return [...told.values()];
}

function namesIn({ kind, tree }: Statement, tableOf: ReturnType<typeof tableFinder>): readonly string[] {
  if (!ON_ROWS.has(kind)) return [];
  return relationsBelow(tree).flatMap(({ schema, name }) => {
    const table = tableOf({ relname: name, ...(schema !== undefined && { schemaname: schema }) });
    return table === undefined ? [] : [joinNames([table.schema, table.name])];
  });
}

/** Why the run on rows as a whole was not what it should have been. `path`: of the last migration. */
export function rowsGaps({ filling, unavailable }: RowsRun, path: string): NotAnalysed[] {
  const gaps = [
    unavailable && `the migrations were not run on tables with rows: ${unavailable}`,
    filling?.problem && `the migrations were run on empty tables only, none could be filled: ${filling.problem}`,
    filling?.projectProblem &&
      `the project's own rows (rehearsal.seed) could not be brought: ${filling.projectProblem}`,
  ];
  return gaps.flatMap((reason) => (reason ? [{ path, reason }] : []));
}

export type RowsReport = NonNullable<NonNullable<Report['rehearsal']>['rows']>;

/** The account of the filling for the report; undefined: there was none. */
export function rowsReport({ filling }: RowsRun): RowsReport | undefined {
  if (filling?.seeding === undefined) return undefined;
  const { seeding, byProject, durationMs } = filling;
  return {
    filled: seeding.filled.length,
    kept: seeding.kept.length,
    ...(byProject && { seed: true }),
    notFilled: [...seeding.notFilled],
    durationMs,
  };
}
