import { LockstepError } from '../errors.ts';
import type { CommandTool, ProgramFacts } from '../project/command-tools/command-tool.ts';
import { marksAt } from '../project/command-tools/find.ts';
import { commandToolNamed } from '../project/command-tools/tools.ts';
import type { At, GitFiles } from '../project/git-files.ts';
import type { Command, Policy } from '../settings/types.ts';

/** A tool that runs its migrations itself, as the project starts it. */
export interface ProjectTool {
  readonly tool: CommandTool;
  readonly apply: Command;
  /** undefined: nobody says how one is taken back. */
  rollback(undone: ProgramFacts): Command | undefined;
  readonly status: Command | undefined;
}

/**
 * undefined: Lockstep runs this tool's SQL itself. `proposed`: what a change says that is judged by another's settings.
 * Throws `command-missing`.
 */
export async function projectTool(
  files: GitFiles,
  at: At,
  name: string,
  { commands, deploy }: Policy,
  proposed?: Policy,
): Promise<ProjectTool | undefined> {
  const tool = commandToolNamed(name);
  if (tool === undefined) return undefined;
  const paths = await marksAt({ files, at });
  const apply = commands.apply ?? tool.applyCommand(paths);
  if (apply === undefined) throw commandMissing(tool, proposed?.commands.apply !== undefined);
  if (tool.history === undefined && deploy.ownHistory === undefined && commands.status === undefined)
    throw historyMissing(proposed?.deploy.ownHistory !== undefined || proposed?.commands.status !== undefined);
  return {
    tool,
    apply,
    rollback: (undone) => commands.rollback ?? tool.rollbackCommand(paths, undone),
    status: commands.status,
  };
}

const NOT_YET =
  'This change says it, and it counts only once it stands on the base branch: bring it there first, in a pull request of its own. To try it out before: `policy: head`, on the command line `--policy head`.';

function commandMissing({ name, title }: CommandTool, isProposed: boolean): LockstepError {
  if (isProposed)
    return new LockstepError(
      'command-missing',
      `Nothing on the base branch tells how ${title} is started (tool: ${name}).`,
      { hint: NOT_YET },
    );
  return new LockstepError('command-missing', `Nothing tells how ${title} is started (tool: ${name}).`, {
    hint: 'Say it in lockstep.yml, for example:\n  apply_command: npm run migrate\n  rollback_command: npm run migrate:undo\nA check reads them on the base branch (or with `policy: head`, on the command line `--policy head`).',
  });
}

function historyMissing(isProposed: boolean): LockstepError {
  if (isProposed)
    return new LockstepError(
      'command-missing',
      'Nothing on the base branch tells which migrations are applied (tool: command).',
      { hint: NOT_YET },
    );
  return new LockstepError('command-missing', 'Nothing tells which migrations are applied (tool: command).', {
    hint: 'Name the history table in lockstep.yml, or a command that prints the names of applied migrations, one a line:\n  history:\n    table: public.migrations\n    id_column: name\nor\n  status_command: npm run --silent migrate:status',
  });
}
