import { LockstepError } from '../errors.ts';
import { findCommandFolder, marksAt } from '../project/command-tools/find.ts';
import { ownCommand } from '../project/command-tools/own-command.ts';
import { commandToolNamed } from '../project/command-tools/tools.ts';
import type { At, GitFiles } from '../project/git-files.ts';
import type { Location, Settings } from '../settings/types.ts';

/** Whether a migration tool may be started for a change: the change alone must not make Lockstep run a program. */

interface Request {
  readonly settings: Settings;
  readonly files: GitFiles;
  /** The tip of the base branch. */
  readonly base: At;
  /** As the base's own settings say; undefined: it has none. */
  readonly baseLocation: Location | undefined;
  /** The tool that the change's migrations are for. */
  readonly name: string;
}

/** Throws `command-missing` when nothing on the base branch, and nobody who runs Lockstep, has named the tool. */
export async function requireToolAtBase(request: Request): Promise<void> {
  const { settings, name } = request;
  const { policyFrom, overrides } = settings;
  const tool = commandToolNamed(name);
  // All programs of one's own are named by settings that hold.
  if (tool === undefined || tool === ownCommand || policyFrom === 'head') return;
  if (overrides.tool === name || overrides.applyCommand !== undefined || (await showsTool(request))) return;
  const { title, marks } = tool;
  const shows = [`lockstep.yml with \`tool: ${name}\``, ...marks].join(', ');
  throw new LockstepError(
    'command-missing',
    `This change brings migrations of ${title}, of which the base branch shows nothing: what a change alone names is not started.`,
    {
      hint: `It counts once it stands on the base branch (one of: ${shows}); or ask for it with \`policy: head\` (on the command line \`--policy head\`, or \`--tool ${name}\`).`,
    },
  );
}

/** By the base's own settings and files, never with the eyes of the change. */
async function showsTool({ files, base, baseLocation, name }: Request): Promise<boolean> {
  if (baseLocation?.tool === name) return true;
  const marks = await marksAt({ files, at: base });
  if (commandToolNamed(name)?.marks.some((mark) => marks.includes(mark))) return true;
  const directory = baseLocation?.directory;
  const found = await findCommandFolder({ files, at: base, tool: name, directory, prefix: files.git.prefix }, []);
  return found !== undefined && found.entries.length > 0;
}
