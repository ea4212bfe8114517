import { LockstepError } from '../../errors.ts';
import type { RepoFile } from '../types.ts';
import { dbmate } from './dbmate.ts';
import { golangMigrate } from './golang-migrate.ts';
import type { Layout } from './layout.ts';
import { numbered } from './numbered.ts';

/** The one place that knows which tools there are. The most particular come first; plain numbers are the last resort. */
const LAYOUTS: readonly Layout[] = [golangMigrate, dbmate, numbered];

/** For messages and the settings' help. */
export const layoutNames: readonly string[] = LAYOUTS.map(({ name }) => name);

/** The layout of a name. Throws `unknown-tool`. */
export function layoutNamed(name: string): Layout {
  const layout = LAYOUTS.find((known) => known.name === name);
  if (layout) return layout;
  throw new LockstepError('unknown-tool', `Lockstep does not know a migration tool named "${name}".`, {
    hint: `Set \`tool\` to one of: auto, ${layoutNames.join(', ')}. With auto, the files tell.`,
  });
}

/** The layout that the files of a migrations folder show; undefined when there is no migration of any. */
export function detectLayout(directory: string, files: readonly RepoFile[]): Layout | undefined {
  return LAYOUTS.find((layout) => layout.detect(directory, files));
}
