import { type Catalog, snapshot } from '../postgres/catalog/snapshot.ts';
import { runScript, type ScriptOutcome } from '../postgres/runner.ts';
import type { ScriptRun } from '../postgres/script-run.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import { recordFacts } from '../project/layouts/record-facts.ts';
import { parseScript } from '../project/sql.ts';
import { effectiveExecution } from '../project/transaction.ts';
import type { Execution, Migration, Script } from '../project/types.ts';
import { adminSession } from './admin-session.ts';
import { openAsRole, runIn } from './run-in.ts';
import type { RehearsalServer } from './server/types.ts';
import type { StatementTrace } from './trace/types.ts';
import { runTraced } from './traced-run.ts';

/** One migration on clones of the schema before it: up; then, on a clone of that, down and up again. */

/** One migration's turn. */
export interface Step {
  readonly migration: Migration;
  /** What stands before it in the tool's order: what a tool's history says again after a rollback. */
  readonly previous: Migration | undefined;
}

/** What a round needs to reach the server. */
export interface Stage {
  readonly server: RehearsalServer;
  /** The tool's own history table, where it makes one. */
  readonly bookkeeping: Bookkeeping | undefined;
  readonly role: { readonly name: string; readonly password: string };
  /** Session settings in Postgres' notation, read anew for each session: the time left shrinks. */
  readonly settings: () => Readonly<Record<string, string>>;
  /** Relations that are the tool's own and no part of the project's schema. */
  readonly ignoreRelations: readonly string[];
}

export interface DownRun {
  readonly outcome: ScriptOutcome;
  /** What each statement of down did; undefined: that could not be followed. */
  readonly trace?: readonly StatementTrace[] | undefined;
  readonly after: Catalog | undefined;
  /** The second up, and the schema after it; only when down ran. */
  readonly again?: { readonly outcome: ScriptOutcome; readonly after: Catalog | undefined };
}

export interface Round {
  readonly up: ScriptOutcome;
  /** What each statement of up did; undefined: that could not be followed. */
  readonly trace?: readonly StatementTrace[] | undefined;
  /** The schema after up; undefined when it failed. */
  readonly after: Catalog | undefined;
  /** undefined: there is no down script to run, or up failed. */
  readonly down: DownRun | undefined;
}

/**
 * Applies a migration. `from` is the database that holds the schema before it; `to` is made and, when up succeeds, holds
 * the schema after it. No session is left open on either.
 */
export async function rehearseUp(
  stage: Stage,
  step: Step,
  from: string,
  to: string,
): Promise<Pick<Round, 'up' | 'after' | 'trace'>> {
  const clone = (name: string): Promise<void> =>
    stage.server.createDatabase(name, { template: from, owner: stage.role.name });
  await clone(to);
  const { outcome: up, trace } = await runTraced(stage, to, upRun(stage, step), clone);
  if (up.status === 'applied') return { up, after: await catalogOf(stage, to), trace };
  await stage.server.dropDatabase(to);
  return { up, after: undefined, trace };
}

/** Runs up in a database that is there already, and stays. */
export function runUpIn(stage: Stage, step: Step, database: string): Promise<ScriptOutcome> {
  return runIn(stage, database, upRun(stage, step));
}

/** Down and up again in `database`, a clone of the schema after up, which is dropped in the end. */
export async function rehearseDown(stage: Stage, step: Step, script: Script, database: string): Promise<DownRun> {
  const { migration, previous } = step;
  try {
    const { outcome, trace } = await runTraced(stage, database, {
      script,
      execution: downExecution(migration, script),
      record: stage.bookkeeping?.forget?.(migration, previous),
    });
    if (outcome.status !== 'applied') return { outcome, trace, after: undefined };
    return await withCatalog(stage, database, async (read) => {
      const after = await read();
      const again = await runIn(stage, database, upRun(stage, step));
      const second = again.status === 'applied' ? await read() : undefined;
      return { outcome, trace, after, again: { outcome: again, after: second } };
    });
  } finally {
    await stage.server.dropDatabase(database);
  }
}

/** All new migrations in the deploy's order, on one connection as the deploy has it. Stops at the first that fails. */
export async function rehearseTogether(
  stage: Stage,
  steps: readonly Step[],
  from: string,
  database: string,
): Promise<readonly ScriptOutcome[]> {
  await stage.server.createDatabase(database, { template: from, owner: stage.role.name });
  const session = await openAsRole(stage, database);
  try {
    const outcomes: ScriptOutcome[] = [];
    for (const step of steps) {
      const outcome = await runScript(session, upRun(stage, step));
      outcomes.push(outcome);
      if (outcome.status !== 'applied') break;
    }
    return outcomes;
  } finally {
    await session.close();
  }
}

function upRun(stage: Stage, step: Step): ScriptRun {
  const { migration } = step;
  return { script: migration.up, execution: effectiveExecution(migration), record: recordOf(stage, step) };
}

/** What stands in the tool's own table once it has run. */
export function recordOf({ bookkeeping, role }: Stage, { migration, previous }: Step): string | undefined {
  return bookkeeping?.record(migration, recordFacts(migration, { role: role.name, previous }));
}

/** A down script runs as its own statements need it: DROP INDEX CONCURRENTLY stands in many. */
function downExecution(migration: Migration, script: Script): Execution {
  return effectiveExecution({ ...migration, up: script, execution: migration.downExecution ?? migration.execution });
}

/** The schema as the server's own superuser sees it: nothing is hidden from the snapshot by missing rights. */
export function catalogOf(stage: Stage, database: string): Promise<Catalog> {
  return withCatalog(stage, database, (read) => read());
}

/** Gives a reader of the schema; its second reading is the cheaper one, since its session knows the catalog already. */
async function withCatalog<T>(
  stage: Stage,
  database: string,
  work: (read: () => Promise<Catalog>) => Promise<T>,
): Promise<T> {
  const session = await adminSession(stage.server, database);
  try {
    const ignoreRoles = stage.server.shared ? 'all' : [stage.role.name];
    const options = { ignoreRelations: [...stage.ignoreRelations], ignoreRoles } as const;
    return await work(() => snapshot(session.client, options));
  } finally {
    await session.close();
  }
}

/** Whether a down script holds any statement at all. */
export function holdsStatements(script: Script): boolean {
  const { statements } = parseScript(script);
  return statements === undefined || statements.length > 0;
}
