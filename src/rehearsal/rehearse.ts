import { randomBytes } from 'node:crypto';
import type { Catalog } from '../postgres/catalog/snapshot.ts';
import type { ScriptOutcome } from '../postgres/runner.ts';
import { tableText } from '../project/quoting.ts';
import { adminSession } from './admin-session.ts';
import { BASE_DATABASE, type BaseInput, baseKey, buildBase, isOfThisRun } from './base.ts';
import { isOtherInOne, type OneTransaction, rehearseInOne } from './one-transaction.ts';
import { REHEARSAL_ROLE } from './roles.ts';
import { catalogOf, rehearseTogether, type Stage, type Step } from './round.ts';
import { mayMeetOthers, type RoundsRun, runRounds } from './rounds.ts';
import type { RowsRun } from './seed/chain.ts';
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

/** `T`: what the caller made of each migration's rehearsal. */
export interface Rehearsal<T> {
  /** In the deploy's order. */
  readonly migrations: readonly T[];
  /** Every migration was applied. */
  readonly complete: boolean;
  readonly baseCatalog: Catalog;
  /** The schema after every migration that ran. */
  readonly headCatalog: Catalog;
  /** The database that holds it. */
  readonly headDatabase: string;
  /** All in the deploy's order on one connection; undefined when one alone had failed or there is only one. */
  readonly together: { readonly outcomes: readonly ScriptOutcome[]; readonly after: Catalog | undefined } | undefined;
  /** All in one transaction, as the tool itself would; undefined: it would not, or there is no difference to see. */
  readonly inOne?: OneTransaction | undefined;
  /** They make things of the whole cluster, and this server cannot be copied: they were not run together. */
  readonly notTogether: boolean;
  /** They make things of the whole cluster, and were not run in one transaction as the tool would. */
  readonly notInOne: boolean;
  /** What the run on tables with rows began with; undefined: there was none. */
  readonly rows: RowsRun | undefined;
}

/** Starts the server and builds the base schema (or takes it from the cache). The caller stops the server. */
export async function prepare(request: RehearsalRequest): Promise<Prepared> {
  const started = performance.now();
  const deadline = Date.now() + request.base.policy.timeoutMs;
  const server = await startServer({ ...request, baseKey: baseKey(request.base) });
  // Statements do not listen to signals; without their server they end.
  // Whoever stops it in order is told what went wrong with that.
  const stop = (): void => void server.stop().catch(() => {});
  request.signal.addEventListener('abort', stop, { once: true });
  try {
    request.signal.throwIfAborted();
    const role = { name: server.roleName(REHEARSAL_ROLE), password: randomBytes(18).toString('base64url') };
    const { bookkeeping, program } = request.base;
    const stage: Stage = {
      server,
      // What a program has sent is run without its history, which may not be there yet.
      bookkeeping: program === undefined ? bookkeeping : undefined,
      role,
      settings: () => ({
        lock_timeout: request.lockTimeout,
        statement_timeout: tighter(request.statementTimeout, deadline - Date.now()),
      }),
      ignoreRelations: ownRelations(request.base),
    };
    const replayStarted = performance.now();
    if (server.prepared) await renewPassword(server, role);
    else {
      await buildBase(server, request.base, role, stage.settings(), request.onBase);
    }
    const replayMs = performance.now() - replayStarted;
    if (!server.prepared && !isOfThisRun(request.base)) await server.keepPrepared();
    return { stage, server, fromCache: server.prepared, durationMs: performance.now() - started, replayMs };
  } catch (error) {
    // Why it came to this matters more than what may be left behind.
    await server.stop().catch(() => {});
    server.throwIfLost();
    throw error;
  }
}

/** No part of the project's schema. */
function ownRelations({ bookkeeping, program }: BaseInput): readonly string[] {
  if (program !== undefined) return program.relations;
  return bookkeeping ? [bookkeeping.table, ...(bookkeeping.beside ?? [])].map(tableText) : [];
}

/** A cached base holds the password of the run that made it. */
async function renewPassword(server: RehearsalServer, role: Stage['role']): Promise<void> {
  const admin = await adminSession(server);
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

/**
 * Runs new migrations one after the other from the base schema (see `runRounds`), then all together in the deploy's order.
 * Roles and other things of the whole cluster that the rounds leave behind would be in the way there: where the change set
 * makes any, that runs on a copy of the cluster that was taken before.
 */
export async function rehearse<T>({ stage }: Prepared, run: RoundsRun<T>): Promise<Rehearsal<T>> {
  const { migrations } = run;
  const leavesDatabase = migrations.length > 1 && migrations.some(mayMeetOthers);
  const pristine = leavesDatabase ? await stage.server.copy() : stage.server;
  try {
    const rounds = await runRounds(stage, run);
    const several = rounds.complete && migrations.length > 1;
    const together = several && pristine ? await allTogether({ ...stage, server: pristine }, run) : undefined;
    // What the run before has left in the cluster would be in the way.
    const isAsked = run.inOneTransaction === true && rounds.complete && isOtherInOne(migrations);
    const inOne =
      isAsked && !leavesDatabase ? await rehearseInOne(stage, stepsOf(run), BASE_DATABASE, 'one') : undefined;
    return { ...rounds, together, inOne, notTogether: several && !pristine, notInOne: isAsked && leavesDatabase };
  } finally {
    if (leavesDatabase) await pristine?.stop();
  }
}

type Ordered = Pick<RoundsRun<unknown>, 'migrations' | 'lastOfBase'>;

function stepsOf({ migrations, lastOfBase }: Ordered): Step[] {
  return migrations.map((migration, index) => ({
    migration,
    previous: index === 0 ? lastOfBase : migrations[index - 1],
  }));
}

async function allTogether(stage: Stage, ordered: Ordered): Promise<Rehearsal<unknown>['together']> {
  const database = 'deploy';
  const outcomes = await rehearseTogether(stage, stepsOf(ordered), BASE_DATABASE, database);
  const applied = outcomes.every(({ status }) => status === 'applied');
  const after = applied ? await catalogOf(stage, database) : undefined;
  await stage.server.dropDatabase(database);
  return { outcomes, after };
}
