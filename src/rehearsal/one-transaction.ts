import { asOneQuery } from '../postgres/as-one-query.ts';
import type { Catalog } from '../postgres/catalog/snapshot.ts';
import { Effects } from '../postgres/effects.ts';
import { errorAt } from '../postgres/statements.ts';
import { parseScript } from '../project/sql.ts';
import { effectiveExecution } from '../project/transaction.ts';
import type { Migration } from '../project/types.ts';
import type { SqlErrorReport } from '../report/model.ts';
import { catalogOf, recordOf, type Stage, type Step } from './round.ts';
import { openAsRole } from './run-in.ts';

/** The whole change set in one transaction, as some tools run whatever is pending. */
export interface OneTransaction {
  /** The first that fails there. */
  readonly failed?: { readonly migration: Migration; readonly error: SqlErrorReport };
  /** The schema afterwards; undefined when one failed. */
  readonly after: Catalog | undefined;
}

/** Whether that is another thing than what Lockstep does: one migration that has a transaction is the same either way. */
export function isOtherInOne(migrations: readonly Migration[]): boolean {
  return migrations.length > 1 || migrations.some((migration) => effectiveExecution(migration) !== 'transaction');
}

/** `database`: a clone of `from`, which is made and dropped. */
export async function rehearseInOne(
  stage: Stage,
  steps: readonly Step[],
  from: string,
  database: string,
): Promise<OneTransaction> {
  await stage.server.createDatabase(database, { template: from, owner: stage.role.name });
  try {
    const failed = await runInOne(stage, steps, database);
    return failed ? { failed, after: undefined } : { after: await catalogOf(stage, database) };
  } finally {
    await stage.server.dropDatabase(database);
  }
}

async function runInOne(stage: Stage, steps: readonly Step[], database: string): Promise<OneTransaction['failed']> {
  const session = await openAsRole(stage, database);
  try {
    await session.run('BEGIN');
    for (const step of steps) {
      const { migration } = step;
      const statements = parseScript(migration.up).statements ?? [];
      const failed = await asOneQuery(session, migration.up, statements, { reports: [], effects: new Effects() });
      if (failed) return { migration, error: failed.error };
      await session.run(recordOf(stage, step) ?? '');
    }
    const last = steps.at(-1)?.migration;
    const statement = last && parseScript(last.up).statements?.at(-1);
    const { error } = await session.runTimed('COMMIT');
    if (error === undefined || last === undefined || statement === undefined) return undefined;
    return { migration: last, error: errorAt(error, last.up, statement) };
  } finally {
    await session.close();
  }
}
