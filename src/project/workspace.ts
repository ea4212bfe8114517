import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * The checkout that holds a directory, when it is a workspace or lies in it: what actions/checkout made there, perhaps by
 * its `path`. In a job with `container:` it belongs to another user, and git wants to be told that it is trusted.
 * undefined: the directory lies elsewhere, and nothing is said about it.
 */
export function checkoutWithin(workspace: string, directory: string): string | undefined {
  const outermost = real(workspace);
  let folder = real(directory);
  if (`${relative(outermost, folder)}${sep}`.startsWith(`..${sep}`)) return undefined;
  // Another drive of Windows ends at its root.
  for (; folder !== outermost && folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
  }
  return folder === outermost ? outermost : undefined;
}

/** git compares names without symbolic links. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
