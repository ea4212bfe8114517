import { existsSync } from 'node:fs';
import { lstat, mkdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Git } from '../project/git.ts';
import { ownName, removeTree, sweepLeftovers } from '../services/leftovers.ts';

/** Another commit's files in a folder of their own, so that its programs can run beside the checkout. */

const KIND = 'lockstep-checkout';

/** What a job has installed, and git ignores: the same for both commits unless the change touches it. */
const FOLDERS = ['node_modules', '.venv', 'venv', 'vendor/bundle', '.bundle'];

interface CheckoutCopy {
  /** The folder in it that Lockstep was started in. */
  readonly cwd: string;
  remove(): Promise<void>;
}

/** Writes a commit's files into a temporary folder, and links what is installed in the checkout. */
export async function copyCheckout(git: Git, commit: string): Promise<CheckoutCopy> {
  await sweepLeftovers(tmpdir(), KIND);
  const root = join(tmpdir(), ownName(KIND));
  await mkdir(root, { mode: 0o700 });
  try {
    await git.writeTree(commit, root);
    for (const folder of await installedIn(git)) await link(join(git.root, folder), join(root, folder));
    return { cwd: join(root, git.prefix), remove: () => removeTree(root) };
  } catch (error) {
    await removeTree(root);
    throw error;
  }
}

/** Also what git does not ignore, at the root and where Lockstep was started. */
async function installedIn(git: Git): Promise<readonly string[]> {
  const usual = ['', git.prefix].flatMap((folder) =>
    FOLDERS.map((name) => (folder === '' ? name : `${folder}/${name}`)),
  );
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { stdout } = await git.run(args);
  const ignored = stdout
    .toString('utf8')
    .split('\0')
    .map((path) => path.replace(/\/$/, ''))
    .filter((path) => FOLDERS.some((name) => `/${path}`.endsWith(`/${name}`)));
  const there = usual.filter((path) => existsSync(join(git.root, path)));
  return [...new Set([...ignored, ...there])];
}

/** What the commit has itself stays. */
async function link(from: string, to: string): Promise<void> {
  if ((await lstat(to).catch(() => undefined)) !== undefined) return;
  await mkdir(dirname(to), { recursive: true });
  await symlink(from, to);
}
