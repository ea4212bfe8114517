import { LockstepError } from '../errors.ts';
import { checkoutsAround } from '../project/checkout-root.ts';
import type { Git } from '../project/git.ts';
import { isWithin, linksInside, wayOf } from '../services/path-links.ts';
import type { Settings } from '../settings/types.ts';

/**
 * Programs and ready servers are used as they are found in these directories: inside Actions none of them may be what a
 * pull request can commit. Throws `directory-committed`. To be asked before anything is taken from them.
 */
export async function refuseCommittedDirectories(settings: Settings, git: Git): Promise<void> {
  const { actions, toolDirectory, cacheDirectory } = settings;
  if (actions?.workspace === undefined) return;
  await refuseCommitted('tool_directory', toolDirectory, actions.workspace, git);
  if (cacheDirectory !== undefined) await refuseCommitted('cache_directory', cacheDirectory, actions.workspace, git);
}

async function refuseCommitted(input: string, directory: string, workspace: string, git: Git): Promise<void> {
  const [link] = linksInside(workspace, directory);
  if (link !== undefined) throw committed(input, directory, `${link} is a symbolic link`);
  const outermost = wayOf(workspace).real;
  const { real } = wayOf(directory);
  if (!isWithin(outermost, real)) return;
  for (const checkout of checkoutsAround(outermost, real)) {
    if (await git.tracks(checkout, real)) throw committed(input, directory, `git tracks files there (${checkout})`);
  }
}

function committed(input: string, directory: string, why: string): LockstepError {
  return new LockstepError('directory-committed', `${input} is ${directory}, which a pull request can fill: ${why}.`, {
    hint: [
      'Lockstep runs the programs that it finds there. Name a folder outside of the checkout:',
      `  ${input}: \${{ runner.temp }}/lockstep`,
      'or one in it that nothing is committed to. Without the input a safe place is chosen.',
    ].join('\n'),
  });
}
