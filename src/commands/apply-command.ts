import type { Deployment } from '../deploy/deployment.ts';
import { appliedIn, type TargetHistory } from '../deploy/history/read.ts';
import { recordMigration, rowOf } from '../deploy/ledger/write.ts';
import type { MigrationRun } from '../deploy/run/result.ts';
import { KEEPALIVE } from '../deploy/run/timeouts.ts';
import { LockstepError, messageOf } from '../errors.ts';
import { fileName } from '../project/layouts/names.ts';
import type { Migration } from '../project/types.ts';

import {
  type CommandEnd,
  commandText,
  lastLines,
  runProjectCommand,
  tellingLine,
} from '../services/project-command.ts';
import type { Settings } from '../settings/types.ts';
import { Interrupted, NOT_KNOWN } from './apply-run.ts';
import { endSessions, endSessionsApart, watchLock } from './command-watch.ts';
import type { Io } from './io.ts';
import { withoutRowsInText } from './private-rows.ts';
import type { ProjectTool } from './project-tool.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { OpenTarget } from './target-session.ts';
import { toolEnvironment } from './tool-environment.ts';

/** The project's own tool applies what is pending, while our session holds the lock. */

interface CommandRequest {
  readonly settings: Settings;
  readonly inputs: TargetInputs;
  readonly tool: ProjectTool;
  readonly opened: OpenTarget;
  readonly deployment: Deployment;
  readonly history: TargetHistory;
  readonly io: Io;
}

export interface CommandOutcome {
  readonly runs: ReadonlyMap<Migration, MigrationRun>;
  /** What is wrong although every migration was applied. */
  readonly problem?: string;
}

/**
 * Runs the command to its end and records in the ledger what has appeared in the tool's history. When the lock is lost
 * meanwhile, or the run is cancelled, the command and its sessions are ended first.
 */
export async function runCommand(request: CommandRequest, pending: readonly Migration[]): Promise<CommandOutcome> {
  if (pending.length === 0) return { runs: new Map() };
  requireCheckout(request);
  const { deployment, tool, io } = request;
  const times = new Times(pending, io);
  const { end, lost, name } = await underWatch(request, pending, times);
  const stopped = lost !== undefined || io.signal.aborted;
  let history: TargetHistory;
  if (lost !== undefined) {
    io.progress.done(`the lock was lost: ${commandText(tool.apply)} was stopped`);
    // It waits for whoever has the lock now, and may not get it.
    history = await deployment.comeBack(lost).catch(async (error) => {
      await endSessionsApart(request.opened.target, name);
      throw new Interrupted(error, new Map(pending.slice(0, 1).map((first) => [first, NOT_KNOWN])));
    });
  } else history = await deployment.surely(() => deployment.history());
  if (stopped) {
    await endSessions(deployment.session, name);
    history = await deployment.history();
  }
  const applied = new Set(appliedIn(history));
  const appeared = pending.filter((migration) => applied.has(request.inputs.layout.identityOf(migration)));
  times.saw(appeared.map(({ id }) => id));
  await recordAll(request, appeared, times);
  const problem = problemOf(tool, end, lost);
  return {
    runs: runsOf(pending, appeared, times, problem ?? INCOMPLETE, end),
    ...(problem === undefined ? {} : { problem }),
  };
}

const INCOMPLETE =
  "the command ended well, and this migration is not in the tool's history: does it take its database from DATABASE_URL?";

interface Ended {
  readonly end: CommandEnd;
  /** What took the lock away while it ran. */
  readonly lost: unknown;
  /** Of its sessions. */
  readonly name: string;
}

async function underWatch(request: CommandRequest, pending: readonly Migration[], times: Times): Promise<Ended> {
  const { settings, inputs, tool, opened, deployment, io } = request;
  const name = `lockstep command ${deployment.runId ?? ''}`.trim();
  const kill = new AbortController();
  const ended = new AbortController();
  const watching = watchLock({
    deployment,
    source: opened.source,
    known: inputs.project.migrations,
    ended: ended.signal,
    onHistory: (applied) => times.saw(applied),
  }).then(async (lost) => {
    if (lost === undefined) return undefined;
    // Another run may begin now: nothing is asked, and nobody waited for.
    kill.abort();
    await endSessionsApart(opened.target, name);
    return lost;
  });
  io.progress.step(`running ${commandText(tool.apply)} (${pending.length} pending)`);
  try {
    const end = await runProjectCommand({
      command: tool.apply,
      cwd: settings.cwd,
      env: toolEnvironment(tool, {
        env: settings.env,
        database: inputs.url,
        applicationName: name,
        ...(opened.target.pooler === 'none' ? { settings: limits(request) } : {}),
      }),
      // Ended in order when the run is cancelled: what it has done is still to be told.
      signal: new AbortController().signal,
      stop: io.signal,
      kill: kill.signal,
      onLine: (line) => io.progress.stream(withoutRowsInText(line)),
    });
    ended.abort();
    return { end: { ...end, tail: withoutRowsInText(end.tail) }, lost: await watching, name };
  } finally {
    ended.abort();
  }
}

/** A command that is killed must leave no backend at work, and one that waits for a lock must not hold up everybody. */
function limits({ deployment, opened }: CommandRequest): Record<string, string> {
  const { lock, statement } = deployment.request.timeouts;
  return {
    lock_timeout: lock,
    statement_timeout: statement,
    ...(opened.target.major >= 14 ? { client_connection_check_interval: '500ms' } : {}),
    ...KEEPALIVE,
  };
}

/** The command runs in the checkout: another commit's migrations it does not know. */
function requireCheckout({ inputs: { at, git, commit }, tool }: CommandRequest): void {
  if (at === 'worktree' || commit === git.head) return;
  throw new LockstepError(
    'command-needs-checkout',
    `${tool.tool.title} runs the migrations of the checkout, which is not commit ${commit.slice(0, 12)}.`,
    { hint: 'Check that commit out, or leave `head` (on the command line `--head`) out.' },
  );
}

async function recordAll(
  { deployment, opened, inputs }: CommandRequest,
  appeared: readonly Migration[],
  times: Times,
): Promise<void> {
  if (appeared.length === 0) return;
  const who = { ...deployment.request.identity, id: deployment.runId };
  const rows = appeared.map((migration) => {
    const row = rowOf(migration, inputs.layout.identityOf(migration));
    return recordMigration(opened.ledger, row, who, { how: 'applied', durationMs: times.of(migration), replace: true });
  });
  await deployment.surely(() => deployment.fenced(rows));
  for (const migration of appeared) deployment.recorded(inputs.layout.identityOf(migration), migration.id);
}

/** undefined: it ended well. */
function problemOf({ apply }: ProjectTool, end: CommandEnd, lost: unknown): string | undefined {
  const command = `\`${commandText(apply)}\``;
  if (lost !== undefined) return `${command} was stopped, since the lock was lost: ${messageOf(lost)}`;
  if (end.exitCode === 0) return undefined;
  const said = tellingLine(end.tail);
  const how = end.exitCode === null ? 'was ended by a signal' : `ended with exit status ${end.exitCode}`;
  return `${command} ${how}${said ? `: ${said}` : ''}`;
}

function runsOf(
  pending: readonly Migration[],
  appeared: readonly Migration[],
  times: Times,
  message: string,
  { tail, durationMs }: CommandEnd,
): ReadonlyMap<Migration, MigrationRun> {
  const left = pending.filter((migration) => !appeared.includes(migration));
  // Where a tool takes all of them back, the one that failed is the one that it names.
  const failing = left.find(({ path }) => tail.includes(fileName(path))) ?? left[0];
  return new Map(
    pending.map((migration): [Migration, MigrationRun] => {
      const empty = { statements: [], attempts: [] };
      if (appeared.includes(migration))
        return [migration, { ...empty, status: 'applied', durationMs: times.of(migration) }];
      if (migration !== failing) return [migration, { ...empty, status: 'not-run', durationMs: 0 }];
      const error = {
        message,
        path: migration.path,
        ...(tail.trim() === '' ? {} : { detail: lastLines(tail, 20).join('\n') }),
      };
      return [migration, { ...empty, status: 'failed', durationMs, error }];
    }),
  );
}

/** How long each migration took, as far as its row was seen to appear. */
class Times {
  readonly #pending: readonly Migration[];
  readonly #io: Io;
  readonly #took = new Map<string, number>();
  #last = performance.now();

  constructor(pending: readonly Migration[], io: Io) {
    this.#pending = pending;
    this.#io = io;
  }

  saw(applied: readonly string[]): void {
    const fresh = this.#pending.filter(({ id }) => applied.includes(id) && !this.#took.has(id));
    if (fresh.length === 0) return;
    const now = performance.now();
    // Those that appear together have shared the time.
    const each = (now - this.#last) / fresh.length;
    for (const { id } of fresh) {
      this.#took.set(id, each);
      this.#io.progress.done(`applied ${id}`, Math.round(each));
    }
    this.#last = now;
  }

  of({ id }: Migration): number {
    return Math.round(this.#took.get(id) ?? 0);
  }
}
