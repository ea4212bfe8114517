import { sourceOf } from '../source.ts';
import type { IgnoredFile, Migration, RepoFile } from '../types.ts';
import type { Layout } from './layout.ts';
import { below, compareText, fileName, ignoredFile, nextName, repairedEnding, saidOfAnyTool, within } from './names.ts';
import { supabaseHistory } from './supabase-history.ts';
import { readUpFile } from './up-file.ts';

/** Its own patterns: https://github.com/supabase/cli, apps/cli-go/pkg/migration/file.go and list.go. */
const NAME = /^([0-9]+)_([^\n]*)\.sql$/;
const OLD_INIT = /^([0-9]{14})_init\.sql$/;
const OLD_INIT_BEFORE = '20211209000000';

/**
 * Supabase: `supabase/migrations/<version>_<name>.sql`, each sent in one implicit transaction, but for what refuses one: of such a
 * file the statements run one by one here.
 */
export const supabase: Layout = {
  name: 'supabase',
  order: 'lexical',
  orderNote:
    'Supabase runs by file name as text, and refuses what sorts before an applied one (`--include-all` runs it).',
  checksumNote:
    'Supabase keeps the statements that ran and compares nothing: environments that applied it will notice nothing and keep what they have.',
  identityOf: ({ version }) => version,
  identityNote: 'Supabase goes by the version alone.',
  historyTable: supabaseHistory,
  detect: (directory, files) =>
    /(?:^|\/)supabase\/migrations$/.test(directory) && files.some(({ path }) => NAME.test(below(directory, path))),
  read(directory, files, { placeholders, upOnly = false }) {
    const paths = new Set(files.map(({ path }) => path));
    const skipped = oldInit(directory, files);
    const scripts = files.filter((file) => NAME.test(below(directory, file.path)) && file !== skipped);
    const migrations = scripts.map((file): Migration => {
      const [, version = '', name = ''] = NAME.exec(fileName(file.path)) ?? [];
      const source = sourceOf(file, placeholders);
      return {
        id: `${version}_${name}`,
        version,
        name,
        ...readUpFile({ tool: 'Supabase', source, execution: 'transaction', upOnly }),
        sendsApart: true,
      };
    });
    migrations.sort(supabase.compare);
    const newest = migrations.at(-1)?.version;
    const ignored = files
      .filter((file) => !scripts.includes(file))
      .flatMap((file) => (file === skipped ? [ignoredFile(file, OLD)] : passedOver(directory, file, paths, newest)))
      .sort((a, b) => compareText(a.path, b.path));
    return { tool: supabase.name, directory, migrations, ignored };
  },
  compare: (a, b) => compareText(fileName(a.path), fileName(b.path)),
  nextName,
};

const OLD = 'Supabase skips a first file of this name, which early versions of it made; under another name it runs';

/** The first file, as early versions made it from what was there. */
function oldInit(directory: string, files: readonly RepoFile[]): RepoFile | undefined {
  const [first] = files
    .filter(({ path }) => !below(directory, path).includes('/'))
    .sort((a, b) => compareText(a.path, b.path));
  const [, version] = OLD_INIT.exec(first === undefined ? '' : fileName(first.path)) ?? [];
  return version !== undefined && version < OLD_INIT_BEFORE ? first : undefined;
}

/** What the tool passes over although it looks like a migration. */
function passedOver(
  directory: string,
  file: RepoFile,
  paths: ReadonlySet<string>,
  newest: string | undefined,
): IgnoredFile[] {
  const name = fileName(file.path);
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  const repaired = repairedEnding(name) ?? name;
  const suggestion = NAME.test(repaired) ? within(directory, repaired) : nextName(newest, file.path, new Date(0));
  const reason = below(directory, file.path).includes('/')
    ? 'Supabase does not look into sub-folders'
    : 'Supabase runs only files named <version>_<name>.sql';
  return [
    ignoredFile(file, reason, paths.has(suggestion) || !NAME.test(fileName(suggestion)) ? undefined : suggestion),
  ];
}
