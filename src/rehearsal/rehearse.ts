import { randomBytes } from 'node:crypto';
import type { Catalog } from '../postgres/catalog/snapshot.ts';
import type { ScriptOutcome } from '../postgres/runner.ts';
import { Session } from '../postgres/session.ts';
import { parseScript } from '../project/sql.ts';
import { isClusterWide } from '../project/transaction.ts';
import type { Migration, Script } from '../project/types.ts';
import { BASE_DATABASE, type BaseInput, baseKey, buildBase } from './base.ts';
import { REHEARSAL_ROLE } from './roles.ts';
import { catalogOf, holdsStatements, type Round, rehearseRound, rehearseTogether, type Stage } from './round.ts';
import { startServer } from './server/start.ts';
import type { RehearsalServer, ServerRequest } from './server/types.ts';

/** The rehearsal: what Postgres itself says about a change set, on a server that holds the base branch's schema. */

export interface RehearsalRequest extends Omit<ServerRequest, 'baseKey'> {
  readonly base: BaseInput;
  readonly lockTimeout: string;
  readonly statementTimeout: string;
  /** How many migrations of the base history have run. */
  readonly onBase: (done: number, all: number) => void;
}

/** A server that holds the base schema, and what it took to get there. */
export interface Prepared {
  readonly stage: Stage;
  readonly server: RehearsalServer;
  readonly fromCache: boolean;
  /** Milliseconds from nothing to a ready base schema, and of these the history's replay. */
  readonly durationMs: number;
  readonly replayMs: number;
}

export interface MigrationRehearsal {
  readonly migration: Migration;
  /** undefined: not run, for `skipped`. */
  readonly round: Round | undefined;
  readonly before: Catalog;
  readonly skipped?: string;
  /** Why there is a down script that was not run. */
  readonly downSkipped?: string;
}

export interface Rehearsal {
  readonly migrations: readonly MigrationRehearsal[];
  readonly baseCatalog: Catalog;
  /** The schema after every migration that ran. */
  readonly headCatalog: Catalog;
  /** The database that holds it. */
  readonly headDatabase: string;
  /** All in the deploy's order on one connection; undefined when one alone had failed or there is only one. */
  readonly together: { readonly outcomes: readonly ScriptOutcome[]; readonly after: Catalog | undefined } | undefined;
  /** They make things of the whole cluster, and this server cannot be copied: they were not run together. */
  readonly notTogether: boolean;
}

/** Starts the server and builds the base schema (or takes it from the cache). The caller stops the server. */
export async function prepare(request: RehearsalRequest): Promise<Prepared> {
  const started = performance.now();
  const deadline = Date.now() + request.base.policy.timeoutMs;
  const server = await startServer({ ...request, baseKey: baseKey(request.base) });
  // Statements do not listen to signals; without their server they end.
  const stop = (): void => void server.stop();
  request.signal.addEventListener('abort', stop, { once: true });
  try {
    request.signal.throwIfAborted();
    const role = { name: server.roleName(REHEARSAL_ROLE), password: randomBytes(18).toString('base64url') };
    const stage: Stage = {
      server,
      layout: request.base.layout,
      role,
      settings: () => ({
        lock_timeout: request.lockTimeout,
        statement_timeout: tighter(request.statementTimeout, deadline - Date.now()),
      }),
      ignoreRelations: request.base.layout.bookkeeping ? [request.base.layout.bookkeeping.relation] : [],
    };
    const replayStarted = performance.now();
    if (server.prepared) await renewPassword(server, role);
    else {
      await buildBase(server, request.base, role, stage.settings(), request.onBase);
    }
    const replayMs = performance.now() - replayStarted;
    if (!server.prepared) await server.keepPrepared();
    return { stage, server, fromCache: server.prepared, durationMs: performance.now() - started, replayMs };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A cached base holds the password of the run that made it. */
async function renewPassword(server: RehearsalServer, role: Stage['role']): Promise<void> {
  const admin = await Session.open(server.admin());
  try {
    const { client } = admin;
    await admin.run(`ALTER ROLE ${client.escapeIdentifier(role.name)} PASSWORD ${client.escapeLiteral(role.password)}`);
  } finally {
    await admin.close();
  }
}

/** Postgres reads a bare number as milliseconds. A limit of the rehearsal's own is never zero, which would mean none. */
function tighter(statementTimeout: string, leftMs: number): string {
  const left = Math.max(1, Math.round(leftMs));
  const wanted = milliseconds(statementTimeout);
  return wanted === 0 || wanted > left ? `${left}` : statementTimeout;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function milliseconds(setting: string): number {
  const [, number, unit] = setting.match(/^([\d.]+)\s*(us|ms|s|min|h|d)?$/) ?? [];
  return Number(number ?? 0) * (UNITS[unit ?? 'ms'] ?? 1);
}

export interface RehearsalRun {
  readonly migrations: readonly Migration[];
  /** The newest migration of the base schema. */
  readonly lastOfBase: Migration | undefined;
  /** Scripts that no database may see, by `scriptKey`, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  readonly onMigration: (migration: Migration, index: number) => void;
  readonly signal: AbortSignal;
}

/** Names one script of a migration in `refused`. */
export function scriptKey(migration: Migration, half: 'up' | 'down'): string {
  return `${half}:${migration.id}`;
}

/** SQLSTATEs of "there is no such thing": after a migration that did not run, its own absence may be the reason. */
const UNDEFINED_OBJECT = new Set(['42P01', '42703', '42883', '42704', '3F000', '42P06', '3D000']);

/**
 * Runs new migrations one after the other from the base schema. One that must not run (`refused`) or fails is left out,
 * and the next ones go on without it, so that one bad file hides nothing that can still be seen.
 */
export async function rehearse(
  { stage }: Prepared,
  { migrations, lastOfBase, refused, onMigration, signal }: RehearsalRun,
): Promise<Rehearsal> {
  const leavesDatabase = migrations.length > 1 && reachesCluster(migrations);
  const pristine = leavesDatabase ? await stage.server.copy() : stage.server;
  try {
    return await runRounds(stage, pristine && { ...stage, server: pristine }, {
      migrations,
      lastOfBase,
      refused,
      onMigration,
      signal,
    });
  } finally {
    if (leavesDatabase) await pristine?.stop();
  }
}

/** `pristine`: where all run together; undefined: there is no such place, and they do not. */
async function runRounds(stage: Stage, pristine: Stage | undefined, run: RehearsalRun): Promise<Rehearsal> {
  const { migrations, lastOfBase, refused, onMigration, signal } = run;
  const baseCatalog = await catalogOf(stage, BASE_DATABASE);
  const results: MigrationRehearsal[] = [];
  let before = baseCatalog;
  let database = BASE_DATABASE;
  let missing: string | undefined;
  for (const [index, migration] of migrations.entries()) {
    signal.throwIfAborted();
    onMigration(migration, index);
    const reason = refused.get(scriptKey(migration, 'up'));
    if (reason !== undefined) {
      results.push({ migration, round: undefined, before, skipped: reason });
      missing ??= migration.id;
      continue;
    }
    const next = `m${index + 1}`;
    const previous = migrations[index - 1] ?? lastOfBase;
    const round = await rehearseRound(
      stage,
      { migration, down: downToRun(migration, refused), previous },
      database,
      next,
    );
    if (round.after === undefined) {
      const depends = missing !== undefined && UNDEFINED_OBJECT.has(round.up.error?.sqlstate ?? '');
      results.push(
        depends
          ? {
              migration,
              round: undefined,
              before,
              skipped: `it needs what ${missing} makes, which did not run: ${round.up.error?.message}`,
            }
          : { migration, round, before },
      );
      missing ??= migration.id;
      continue;
    }
    const downSkipped = refused.get(scriptKey(migration, 'down'));
    results.push({ migration, round, before, ...(downSkipped !== undefined && { downSkipped }) });
    if (database !== BASE_DATABASE) await stage.server.dropDatabase(database);
    before = round.after;
    database = next;
  }
  const several = missing === undefined && migrations.length > 1;
  const together = several && pristine ? await allTogether(pristine, migrations) : undefined;
  const notTogether = several && !pristine;
  return { migrations: results, baseCatalog, headCatalog: before, headDatabase: database, together, notTogether };
}

/**
 * All in the deploy's order. Roles and other things of the whole cluster that the rounds have left behind would be in the
 * way: where the change set makes any, this runs on a copy of the cluster that was taken before (`pristine`).
 */
async function allTogether(stage: Stage, migrations: readonly Migration[]): Promise<Rehearsal['together']> {
  const database = 'deploy';
  const outcomes = await rehearseTogether(stage, migrations, BASE_DATABASE, database);
  const applied = outcomes.every(({ status }) => status === 'applied');
  const after = applied ? await catalogOf(stage, database) : undefined;
  await stage.server.dropDatabase(database);
  return { outcomes, after };
}

function reachesCluster(migrations: readonly Migration[]): boolean {
  return migrations.some(({ up, down }) =>
    [up, down].some((script) => script && (parseScript(script).statements ?? []).some(isClusterWide)),
  );
}

/** A down script is run when it holds anything to run and nothing forbids it. */
function downToRun(migration: Migration, refused: ReadonlyMap<string, string>): Script | undefined {
  const { down } = migration;
  if (down === undefined || down.unreadable !== undefined || !holdsStatements(down)) return undefined;
  return refused.has(scriptKey(migration, 'down')) ? undefined : down;
}
