import { layoutNamed } from '../../src/project/layouts/detect.ts';
import type { Project, RepoFile } from '../../src/project/types.ts';

/** Files as git would give them, from path and text. */
export function repoFiles(files: Readonly<Record<string, string | Buffer>>): RepoFile[] {
  return Object.entries(files).map(([path, content]) => ({
    path,
    bytes: typeof content === 'string' ? Buffer.from(content) : content,
  }));
}

/** The project that a tool sees in a folder `migrations`. `loadParser` must have resolved. */
export function projectOf(
  files: Readonly<Record<string, string | Buffer>>,
  tool = 'numbered',
  placeholders: Readonly<Record<string, string>> = {},
): Project {
  const inFolder = repoFiles(files).map(({ path, bytes }) => ({ path: `migrations/${path}`, bytes }));
  return layoutNamed(tool).read('migrations', inFolder, { placeholders });
}
