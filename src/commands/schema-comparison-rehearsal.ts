import { LockstepError, messageOf } from '../errors.ts';
import type { Catalog } from '../postgres/catalog/catalog.ts';
import { BASE_DATABASE, SETUP_DATABASE } from '../rehearsal/base.ts';
import { type Prepared, prepare, type RehearsalRequest } from '../rehearsal/rehearse.ts';
import { catalogOf } from '../rehearsal/round.ts';
import type { Report } from '../report/model.ts';
import { baseProgress } from './check-progress.ts';
import { count } from './check-stages.ts';
import type { ComparisonRequest } from './schema-comparison.ts';

/** What the applied migrations make, on an ephemeral server of the target's major. */

interface Replayed {
  readonly catalogs: { readonly made: Catalog; readonly setup: Catalog | undefined };
  /** The role that the migrations ran as. */
  readonly role: string;
  readonly rehearsal: NonNullable<Report['rehearsal']>;
}

/** The statement that takes too long is named by its own timeout, which ends it a little earlier. */
const GRACE_MS = 3_000;

/** Replays the history, reads what it has made and stops the server, whatever happens. */
export async function replayHistory(request: ComparisonRequest): Promise<Replayed> {
  const { io, policy, project, notice } = request;
  const started = performance.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(tookTooLong(policy)), policy.rehearsal.timeoutMs + GRACE_MS);
  let prepared: Prepared | undefined;
  try {
    prepared = await prepareFor(request, AbortSignal.any([io.signal, limit.signal]));
    const { stage, server, fromCache, replayMs } = prepared;
    tellMajors(request, server.major);
    const made = await catalogOf(stage, BASE_DATABASE);
    const setup = keepsSetup(request) ? await catalogOf(stage, SETUP_DATABASE) : undefined;
    server.throwIfLost();
    const durationMs = Math.round(performance.now() - started);
    io.progress.done(`replayed ${count(project.migrations.length, 'migration')} on ${server.origin}`, durationMs);
    return {
      catalogs: { made, setup },
      role: stage.role.name,
      rehearsal: {
        serverVersion: server.version,
        server: server.origin,
        baseMigrations: project.migrations.length,
        baseFromCache: fromCache,
        baseDurationMs: Math.round(replayMs),
        durationMs,
      },
    };
  } catch (error) {
    // Whatever broke when the server was taken away, this is why.
    if (limit.signal.reason instanceof LockstepError) throw limit.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    await prepared?.server.stop().catch((error) => notice(`The server could not be cleared away: ${messageOf(error)}`));
  }
}

async function prepareFor(request: ComparisonRequest, signal: AbortSignal): Promise<Prepared> {
  try {
    return await prepare(rehearsalRequest(request, signal));
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'postgres-bin-version') throw error;
    const { targetMajor } = request;
    throw new LockstepError(
      error.code,
      `LOCKSTEP_PG_BIN does not name a Postgres ${targetMajor}, which the target is`,
      {
        hint: `Name the directory of a Postgres ${targetMajor}, or unset it to have one looked for.`,
        cause: error,
      },
    );
  }
}

function rehearsalRequest(request: ComparisonRequest, signal: AbortSignal): RehearsalRequest {
  const { settings, io, policy, layout, bookkeeping, project, setup, schema, targetMajor, notice, program } = request;
  return {
    // A server that somebody else started is taken as it is.
    major: settings.rehearsalUrl === undefined ? targetMajor : undefined,
    url: settings.rehearsalUrl,
    cacheDirectory: settings.cacheDirectory,
    toolDirectory: settings.toolDirectory,
    env: settings.env,
    signal,
    onNotice: notice,
    onStep: (text) => io.progress.step(text),
    base: {
      project,
      layout,
      bookkeeping,
      policy: policy.rehearsal,
      setup,
      schema,
      program,
      keepSetup: keepsSetup(request),
    },
    lockTimeout: policy.lockTimeout,
    statementTimeout: policy.statementTimeout,
    onBase: baseProgress(io.progress, settings.live),
  };
}

/** Whether anything stands there before the migrations. */
function keepsSetup({ policy: { rehearsal }, setup }: ComparisonRequest): boolean {
  return setup.length > 0 || rehearsal.extensions.length > 0 || rehearsal.preset !== undefined;
}

function tellMajors({ settings, policy, targetMajor, notice }: ComparisonRequest, major: number): void {
  const { postgresVersion } = policy;
  if (major !== targetMajor) {
    notice(
      `The migrations were replayed on Postgres ${major} (rehearsal_url), and the target is ${targetMajor}: some definitions may differ for that alone.`,
    );
  } else if (postgresVersion !== undefined && postgresVersion !== targetMajor && settings.rehearsalUrl === undefined) {
    notice(`postgres_version is ${postgresVersion}, and the target is Postgres ${targetMajor}, so that was used.`);
  }
}

function tookTooLong({ rehearsal }: ComparisonRequest['policy']): LockstepError {
  const seconds = Math.round(rehearsal.timeoutMs / 1000);
  return new LockstepError('rehearsal-timeout', `replaying the applied migrations took longer than ${seconds} s`, {
    hint: 'Raise `rehearsal.timeout` in lockstep.yml, or name a dump of the schema in `rehearsal.schema_file`.',
  });
}
