import { LockstepError } from '../errors.ts';
import { Session } from '../postgres/session.ts';
import type { Git } from '../project/git.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import { tableSql, tableText } from '../project/quoting.ts';
import type { BaseInput } from '../rehearsal/base.ts';
import { commandText, lastLines, runProjectCommand } from '../services/project-command.ts';
import type { Settings } from '../settings/types.ts';
import { copyCheckout } from './checkout-copy.ts';
import type { Io } from './io.ts';
import type { ProjectTool } from './project-tool.ts';
import { namesByStatus } from './status-command.ts';
import { toolEnvironment } from './tool-environment.ts';

interface ProgramRequest {
  readonly settings: Settings;
  readonly io: Io;
  readonly git: Git;
  readonly tool: ProjectTool;
  /** Whose migrations make the schema; 'worktree': those of the checkout. */
  readonly at: string;
  /** There are none: nothing has to run. */
  readonly empty: boolean;
  /** undefined: the tool keeps no table. */
  readonly bookkeeping: Bookkeeping | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The base schema by the tool's own command, run in a copy of the commit. */
export function baseProgram(request: ProgramRequest): NonNullable<BaseInput['program']> {
  const { empty, bookkeeping } = request;
  return {
    relations: bookkeeping ? [bookkeeping.table, ...(bookkeeping.beside ?? [])].map(tableText) : [],
    run: async (database) => {
      if (!empty) await runAt(request, database);
    },
  };
}

type Database = Parameters<NonNullable<BaseInput['program']>['run']>[0];

async function runAt(
  { settings, io, git, tool, at, bookkeeping, timeoutMs, signal }: ProgramRequest,
  database: Database,
): Promise<void> {
  const copy = at === 'worktree' || at === git.head ? undefined : await copyCheckout(git, at);
  try {
    io.progress.step(`building the base schema: ${commandText(tool.apply)}`);
    const { exitCode, timedOut, tail } = await runProjectCommand({
      command: tool.apply,
      cwd: copy?.cwd ?? settings.cwd,
      env: toolEnvironment(tool, { env: settings.env, database, applicationName: 'lockstep base' }),
      timeoutMs,
      signal,
      onLine: (line) => io.progress.stream(line),
    });
    if (exitCode === 0) {
      if (bookkeeping !== undefined) return await requireHistory(database, bookkeeping, tool);
      const cwd = copy?.cwd ?? settings.cwd;
      return requireNames(tool, await namesByStatus({ tool, cwd, env: settings.env, database }, signal));
    }
    const how = timedOut ? 'did not end in time' : `ended with exit status ${exitCode ?? 'unknown'}`;
    const said = lastLines(tail, 15).join('\n');
    throw new LockstepError(
      'base-history-failed',
      `the base schema could not be built: \`${commandText(tool.apply)}\` ${how}\n${said}`,
      { hint: hintFor(exitCode, tail) },
    );
  } finally {
    await copy?.remove();
  }
}

/** A command that has worked elsewhere has not worked here. */
async function requireHistory(
  { name, ...login }: Database,
  bookkeeping: Bookkeeping,
  { apply }: ProjectTool,
): Promise<void> {
  const { host, port, user, password } = login;
  const session = await Session.open({ host, port, user, password, database: name });
  try {
    const { rows } = await session.client.query('SELECT to_regclass($1) IS NOT NULL AS there', [
      tableSql(bookkeeping.table),
    ]);
    if (rows[0]?.there === true) return;
  } finally {
    await session.close();
  }
  throw new LockstepError(
    'base-history-failed',
    `\`${commandText(apply)}\` ended well, and the rehearsal's database has no ${tableText(bookkeeping.table)} afterwards.`,
    {
      hint: 'It must take its database from DATABASE_URL (or PGHOST and its like), and from nowhere else: see where it has gone. A history table of another name is told by `history.table` in lockstep.yml.',
    },
  );
}

/** The same where only a status command tells. */
function requireNames({ apply, status }: ProjectTool, names: readonly string[]): void {
  if (names.length > 0) return;
  const asked = status === undefined ? 'the status command' : `\`${commandText(status)}\``;
  throw new LockstepError(
    'base-history-failed',
    `\`${commandText(apply)}\` ended well, and ${asked} names no applied migration afterwards.`,
    {
      hint: 'Both must take their database from DATABASE_URL (or PGHOST and its like), and from nowhere else. `status_command` prints the names of applied migrations, one a line.',
    },
  );
}

/** What programs say of what is not installed. */
const NOT_INSTALLED =
  /npx canceled|could not determine executable|command not found|: not found|Cannot find (?:module|package)|No module named|Could not find gem|cannot load such file/i;

/** What Postgres says to a role that is not superuser. */
const NO_RIGHT = /permission denied (?:for|to)|must be (?:a )?superuser|must be owner of/i;

function hintFor(exitCode: number | null, tail: string): string {
  if (exitCode === 126 || exitCode === 127 || NOT_INSTALLED.test(tail))
    return 'Something is not installed. Have the job install it before Lockstep runs (npm ci, bundle install, pip install), or name the program by `apply_command` in lockstep.yml.';
  if (NO_RIGHT.test(tail))
    return 'A program makes the base schema as an ordinary role. What only a superuser may make is brought before it, by `rehearsal.extensions`, `rehearsal.roles` or `rehearsal.setup` in lockstep.yml on the base branch; `rehearsal.superuser: true` there lifts that, for the change too.';
  return "It ran with the base branch's files and what the job has installed. It must take its database from DATABASE_URL (or PGHOST and its like). What else the history needs is brought by `rehearsal` in lockstep.yml, or start from a dump by `rehearsal.schema_file`.";
}
