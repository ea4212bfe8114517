import type { Catalog } from '../postgres/catalog/snapshot.ts';
import { parseScript } from '../project/sql.ts';
import { isClusterWide } from '../project/transaction.ts';
import type { Migration, Script } from '../project/types.ts';
import { BASE_DATABASE } from './base.ts';
import { catalogOf, type DownRun, holdsStatements, type Round, rehearseDown, rehearseUp, type Stage } from './round.ts';

/** New migrations one after the other, each on the schema that those before it have made. */

export interface MigrationRehearsal {
  readonly migration: Migration;
  /** undefined: not run, for `skipped`. */
  readonly round: Round | undefined;
  readonly before: Catalog;
  readonly skipped?: string;
  /** Why there is a down script that was not run. */
  readonly downSkipped?: string;
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
}

export interface Rounds<T> {
  readonly migrations: readonly T[];
  /** Every migration was applied. */
  readonly complete: boolean;
  readonly baseCatalog: Catalog;
  readonly headCatalog: Catalog;
  readonly headDatabase: string;
}

/** Names one script of a migration in `refused`. */
export function scriptKey(migration: Migration, half: 'up' | 'down'): string {
  return `${half}:${migration.id}`;
}

/** SQLSTATEs of "there is no such thing": after a migration that did not run, its own absence may be the reason. */
const UNDEFINED_OBJECT = new Set(['42P01', '42703', '42883', '42704', '3F000', '42P06', '3D000']);

/**
 * One that must not run (`refused`) or fails is left out, and the next ones go on without it, so that one bad file hides
 * nothing that can still be seen. While a migration goes down and up again on a clone, the next one goes up already.
 */
export async function runRounds<T>(stage: Stage, run: RoundsRun<T>): Promise<Rounds<T>> {
  const { migrations, lastOfBase, refused, onMigration, judge, signal } = run;
  const baseCatalog = await catalogOf(stage, BASE_DATABASE);
  const results: Promise<T>[] = [];
  const settle = (item: MigrationRehearsal): void => void results.push(Promise.resolve(judge(item)));
  const alone = migrations.some(mayMeetOthers);
  let down: Promise<DownRun | undefined> = Promise.resolve(undefined);
  let before = baseCatalog;
  let database = BASE_DATABASE;
  let missing: string | undefined;
  for (const [index, migration] of migrations.entries()) {
    signal.throwIfAborted();
    onMigration(migration, index);
    const reason = refused.get(scriptKey(migration, 'up'));
    if (reason !== undefined) {
      settle({ migration, round: undefined, before, skipped: reason });
      missing ??= migration.id;
      continue;
    }
    const next = `m${index + 1}`;
    const { up, after } = await rehearseUp(stage, migration, database, next);
    if (after === undefined) {
      const depends = missing !== undefined && UNDEFINED_OBJECT.has(up.error?.sqlstate ?? '');
      const skipped = `it needs what ${missing} makes, which did not run: ${up.error?.message}`;
      settle({
        migration,
        before,
        ...(depends ? { round: undefined, skipped } : { round: { up, after, down: undefined } }),
      });
      missing ??= migration.id;
      continue;
    }
    // One at a time goes down.
    await down;
    const script = downToRun(migration, refused);
    const step = { migration, previous: migrations[index - 1] ?? lastOfBase };
    const clone = `${next}_down`;
    if (script) await stage.server.createDatabase(clone, { template: next, owner: stage.role.name });
    down = script ? rehearseDown(stage, step, script, clone) : Promise.resolve(undefined);
    const downSkipped = refused.get(scriptKey(migration, 'down'));
    const rest = { migration, before, ...(downSkipped !== undefined && { downSkipped }) };
    const result = down.then((done) => judge({ ...rest, round: { up, after, down: done } }));
    // Awaited at the end; when the loop ends earlier, nobody asks for it any more.
    result.catch(() => {});
    results.push(result);
    if (alone) await down;
    if (database !== BASE_DATABASE) await stage.server.dropDatabase(database);
    before = after;
    database = next;
  }
  return {
    migrations: await Promise.all(results),
    complete: missing === undefined,
    baseCatalog,
    headCatalog: before,
    headDatabase: database,
  };
}

/** A down script is run when it holds anything to run and nothing forbids it. */
function downToRun(migration: Migration, refused: ReadonlyMap<string, string>): Script | undefined {
  const { down } = migration;
  if (down === undefined || down.unreadable !== undefined || !holdsStatements(down)) return undefined;
  return refused.has(scriptKey(migration, 'down')) ? undefined : down;
}

/** Whether a script's effects leave its database. */
export function reachesCluster({ up, down }: Migration): boolean {
  return [up, down].some((script) => script && (parseScript(script).statements ?? []).some(isClusterWide));
}

/** Roles that are made or dropped in a body of code: its words tell. */
const ROLE_WORDS = /\b(?:create|alter|drop)\s+(?:role|user|group)\b|\breassign\s+owned\b/i;

/** Whether a migration must have the server for itself, because others would see its effects. */
function mayMeetOthers(migration: Migration): boolean {
  const { up, down } = migration;
  return reachesCluster(migration) || ROLE_WORDS.test(up.text) || ROLE_WORDS.test(down?.text ?? '');
}
