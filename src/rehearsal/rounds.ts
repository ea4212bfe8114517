import type { Catalog } from '../postgres/catalog/snapshot.ts';
import { parseScript } from '../project/sql.ts';
import { isClusterWide } from '../project/transaction.ts';
import type { Migration, Script } from '../project/types.ts';
import { BASE_DATABASE } from './base.ts';
import { excuseFor } from './excuse.ts';
import {
  catalogOf,
  type DownRun,
  holdsStatements,
  type Round,
  rehearseDown,
  rehearseUp,
  type Stage,
  type Step,
} from './round.ts';
import { type OnRows, type RowsRun, SeededChain, type SeedPlan } from './seed/chain.ts';

/** New migrations one after the other, each on the schema that those before it have made. */

export interface MigrationRehearsal {
  readonly migration: Migration;
  /** undefined: not run, for `skipped`. */
  readonly round: Round | undefined;
  readonly before: Catalog;
  readonly skipped?: string;
  /** Why there is a down script that was not run. */
  readonly downSkipped?: string;
  /** The same up on tables that have rows; undefined: not run there. */
  readonly onRows?: OnRows;
}

export interface RoundsRun<T> {
  readonly migrations: readonly Migration[];
  /** The newest migration of the base schema. */
  readonly lastOfBase: Migration | undefined;
  /** Scripts that no database may see, by `scriptKey`, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  readonly onMigration: (migration: Migration, index: number) => void;
  /** Called once per migration; its answer is kept, and not the catalogs: hundreds of them would fill the memory. */
  readonly judge: (item: MigrationRehearsal) => T;
  readonly signal: AbortSignal;
  /** undefined: nothing is run on tables with rows. */
  readonly seed?: SeedPlan | undefined;
  /** Whether the project's tool runs all that is pending in one transaction. */
  readonly inOneTransaction?: boolean;
}

interface Rounds<T> {
  readonly migrations: readonly T[];
  /** Every migration was applied. */
  readonly complete: boolean;
  readonly baseCatalog: Catalog;
  readonly headCatalog: Catalog;
  readonly headDatabase: string;
  /** What the run on rows began with; undefined: none was asked for. */
  readonly rows: RowsRun | undefined;
}

/** Names one script of a migration in `refused`. */
export function scriptKey(migration: Migration, half: 'up' | 'down'): string {
  return `${half}:${migration.id}`;
}

/**
 * One that must not run (`refused`) or fails is left out, and the next ones go on without it, so that one bad file hides
 * nothing that can still be seen. While a migration goes down and up again on a clone, the next one goes up already.
 */
export async function runRounds<T>(stage: Stage, run: RoundsRun<T>): Promise<Rounds<T>> {
  const apart = run.migrations.some(mayMeetOthers);
  const chain = run.seed && new SeededChain(stage, run.seed, BASE_DATABASE, apart);
  try {
    const rounds = await runBeside(stage, run, chain);
    return { ...rounds, rows: await chain?.end() };
  } catch (error) {
    // Why it came to this matters more than what is left behind, which goes with the server.
    await chain?.end().catch(() => {});
    throw error;
  }
}

async function runBeside<T>(
  stage: Stage,
  run: RoundsRun<T>,
  chain: SeededChain | undefined,
): Promise<Omit<Rounds<T>, 'rows'>> {
  const { migrations, lastOfBase, refused, onMigration, judge, signal } = run;
  const baseCatalog = await catalogOf(stage, BASE_DATABASE);
  const results: Promise<T>[] = [];
  const settle = (item: MigrationRehearsal): void => void results.push(Promise.resolve(judge(item)));
  const alone = migrations.some(mayMeetOthers);
  let down: Promise<DownRun | undefined> = Promise.resolve(undefined);
  let before = baseCatalog;
  let previous = lastOfBase;
  let database = BASE_DATABASE;
  chain?.begin(database);
  const absent: Migration[] = [];
  for (const [index, migration] of migrations.entries()) {
    signal.throwIfAborted();
    onMigration(migration, index);
    const reason = refused.get(scriptKey(migration, 'up'));
    if (reason !== undefined) {
      settle({ migration, round: undefined, before, skipped: reason });
      absent.push(migration);
      continue;
    }
    const next = `m${index + 1}`;
    if (alone) await chain?.ready(database);
    const { up, after, trace } = await rehearseUp(stage, { migration, previous }, database, next);
    if (after === undefined) {
      const excuse = excuseFor(up, absent);
      const skipped = `it needs what ${excuse?.id} makes, which did not run: ${up.error?.message}`;
      settle({
        migration,
        before,
        ...(excuse ? { round: undefined, skipped } : { round: { up, after, trace, down: undefined } }),
      });
      absent.push(migration);
      continue;
    }
    const [onRows] = chain ? await chain.run({ migration, previous }, database) : [Promise.resolve(undefined)];
    // One at a time goes down.
    await down;
    const script = downToRun(migration, refused);
    const step = { migration, previous };
    previous = migration;
    [down] = script ? await beginDown(stage, step, script, next) : [Promise.resolve(undefined)];
    const downSkipped = refused.get(scriptKey(migration, 'down'));
    const rest = { migration, before, ...(downSkipped !== undefined && { downSkipped }) };
    const result = Promise.all([down, onRows]).then(([done, seeded]) =>
      judge({ ...rest, round: { up, after, trace, down: done }, ...(seeded && { onRows: seeded }) }),
    );
    // Awaited at the end; when the loop ends earlier, nobody asks for it any more.
    result.catch(() => {});
    results.push(result);
    if (alone) await Promise.all([down, onRows]);
    if (database !== BASE_DATABASE) await stage.server.dropDatabase(database);
    before = after;
    database = next;
  }
  return {
    migrations: await Promise.all(results),
    complete: absent.length === 0,
    baseCatalog,
    headCatalog: before,
    headDatabase: database,
  };
}

/**
 * Starts the way down on a clone of `database`, or, where roles are in play, on a copy of the whole cluster: a role cannot
 * be dropped while another database knows it. Resolves when the clone stands, so that `database` may be used again;
 * what is on its way is in a list, since a promise of a promise would wait for it.
 */
async function beginDown(
  stage: Stage,
  step: Step,
  script: Script,
  database: string,
): Promise<readonly [Promise<DownRun>]> {
  const copy = mayMeetOthers(step.migration) ? await stage.server.copy() : undefined;
  if (copy) {
    return [rehearseDown({ ...stage, server: copy }, step, script, database).finally(() => copy.stop())];
  }
  const clone = `${database}_down`;
  await stage.server.createDatabase(clone, { template: database, owner: stage.role.name });
  return [rehearseDown(stage, step, script, clone)];
}

/** A down script is run when it holds anything to run and nothing forbids it. */
function downToRun(migration: Migration, refused: ReadonlyMap<string, string>): Script | undefined {
  const { down } = migration;
  if (down === undefined || down.unreadable !== undefined || !holdsStatements(down)) return undefined;
  return refused.has(scriptKey(migration, 'down')) ? undefined : down;
}

/** Roles that are made or dropped in a body of code: its words tell. */
const ROLE_WORDS = /\b(?:create|alter|drop)\s+(?:role|user|group)\b|\breassign\s+owned\b/i;

/** Whether a migration's effects may leave its database, so that other databases of the server would see them. */
export function mayMeetOthers({ up, down }: Migration): boolean {
  return [up, down].some(
    (script) => script && (ROLE_WORDS.test(script.text) || (parseScript(script).statements ?? []).some(isClusterWide)),
  );
}
