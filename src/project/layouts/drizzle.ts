import { checksumsElsewhere } from '../line-endings.ts';
import { sourceOf } from '../source.ts';
import type { IgnoredFile, Migration, RepoFile, SectionProblem } from '../types.ts';
import { drizzleHistory } from './drizzle-history.ts';
import { JOURNAL, type Journal, readJournal } from './drizzle-journal.ts';
import { drizzleScript } from './drizzle-script.ts';
import type { Layout } from './layout.ts';
import {
  below,
  compareText,
  fileName,
  ignoredFile,
  isLeftoverCopy,
  isNoConcern,
  nextName,
  versionedName,
  within,
} from './names.ts';
import { readUpFile } from './up-file.ts';

/**
 * Drizzle up to 0.x: `<tag>.sql` in the order of `meta/_journal.json`.
 * https://github.com/drizzle-team/drizzle-orm, drizzle-orm/src/migrator.ts and pg-core/dialect.ts
 */
export const drizzle: Layout = {
  name: 'drizzle',
  order: 'numeric',
  orderNote:
    'Drizzle runs in the order of its journal, and silently skips whatever has a `when` below that of the newest applied one.',
  checksumNote: 'Drizzle records a hash and never compares it: environments that applied it keep what they have.',
  identityOf: ({ toolFacts, id }) => toolFacts?.when ?? id,
  identityNote: "Drizzle records the file's hash and the journal's `when`, not the name.",
  historyTable: drizzleHistory,
  alsoReads: /^meta\/_journal\.json$/,
  migrationPath: /^meta\/_journal\.json$/,
  oneTransaction: true,
  moveLast:
    'Take its file, its snapshot and its entry in meta/_journal.json away, bring the base branch in, and let `drizzle-kit generate` make it anew.',
  detect: (directory, _files, paths) => paths.includes(within(directory, JOURNAL)),
  read(directory, files, { placeholders, upOnly = false }) {
    const file = files.find(({ path }) => path === within(directory, JOURNAL));
    const scripts = files.filter(({ path }) => /^[^/\n]+\.sql$/.test(below(directory, path)));
    const journal: Journal = file
      ? readJournal(file)
      : { path: within(directory, JOURNAL), entries: [], problem: GONE };
    const byTag = new Map(scripts.map((one) => [fileName(one.path).replace(/\.sql$/, ''), one]));
    const listed = journal.problem === undefined ? journal.entries : namesIn(byTag);
    const used = new Set<RepoFile>();
    const taken = new Set<number>();
    const migrations = listed.flatMap(({ tag, when }, index): Migration[] => {
      const own = byTag.get(tag);
      if (own === undefined || used.has(own)) return [];
      const twin = byTag.get(`${tag}.down`);
      for (const one of twin ? [own, twin] : [own]) used.add(one);
      const source = sourceOf(own, placeholders);
      // By hand two may have got the same time; a history knows each by its own word all the same.
      const identity = when === undefined || taken.has(when) ? `${when ?? ''} ${tag}`.trim() : String(when);
      if (when !== undefined) taken.add(when);
      const { version, rest = tag } = versionedName(`${tag}.sql`) ?? {};
      return [
        {
          id: tag,
          version: when === undefined ? (version ?? tag) : String(when),
          name: rest.replace(/\.?sql$/, ''),
          ...readUpFile({
            tool: 'Drizzle',
            source,
            up: drizzleScript(source),
            twin: twin && sourceOf(twin, placeholders),
            execution: 'transaction',
            upOnly,
          }),
          toolFacts: {
            index: String(index),
            ...(when === undefined ? {} : { when: identity, createdAt: String(when) }),
            // Seldom asked for.
            get elsewhere() {
              return checksumsElsewhere(own.bytes).join(' ');
            },
          },
        },
      ];
    });
    const paths = new Set(files.map(({ path }) => path));
    const ignored = scripts.filter((one) => !used.has(one)).flatMap((one) => notListed(one, paths));
    return {
      tool: drizzle.name,
      directory,
      migrations: withProblems(migrations, problemsOf(journal, byTag)),
      ignored: ignored.sort((a, b) => compareText(a.path, b.path)),
    };
  },
  compare: (a, b) => numberOf(a, 'createdAt') - numberOf(b, 'createdAt') || numberOf(a, 'index') - numberOf(b, 'index'),
  nextName: (_newest, path, now) => nextName(versionedName(fileName(path))?.version, path, now),
};

const GONE = 'it is not there';

/** What a journal that cannot be read would have to name. */
function namesIn(byTag: ReadonlyMap<string, RepoFile>): { readonly tag: string; readonly when?: undefined }[] {
  return [...byTag.keys()]
    .filter((tag) => !tag.endsWith('.down'))
    .sort(compareText)
    .map((tag) => ({ tag }));
}

function numberOf({ toolFacts }: Migration, fact: string): number {
  return Number(toolFacts?.[fact] ?? 0);
}

function notListed(file: RepoFile, paths: ReadonlySet<string>): IgnoredFile[] {
  const name = fileName(file.path);
  if (isNoConcern(name) || isLeftoverCopy(file.path, paths)) return [];
  return [ignoredFile(file, 'meta/_journal.json does not name it, so Drizzle never runs it')];
}

const ANEW = `Take ${JOURNAL} as the base branch has it, and let \`drizzle-kit generate\` add to it anew.`;

/** What makes Drizzle refuse to run anything. */
function problemsOf(journal: Journal, byTag: ReadonlyMap<string, RepoFile>): SectionProblem[] {
  const { path, problem, entries } = journal;
  if (problem !== undefined) {
    return [{ path, line: 1, endLine: 1, message: `Drizzle cannot read ${JOURNAL}: ${problem}`, help: ANEW }];
  }
  return entries
    .filter(({ tag }) => !byTag.has(tag))
    .map(({ tag, line }) => ({
      path,
      line,
      endLine: line,
      message: `${JOURNAL} names ${tag}, and there is no ${tag}.sql: Drizzle refuses to run anything`,
      help: `Put ${tag}.sql back, or take its entry out of ${JOURNAL}.`,
    }));
}

/** They are told with the last migration, which is the one most likely to be new. */
function withProblems(migrations: readonly Migration[], problems: readonly SectionProblem[]): readonly Migration[] {
  const last = migrations.at(-1);
  if (last === undefined || problems.length === 0) return migrations;
  return [...migrations.slice(0, -1), { ...last, sectionProblems: problems }];
}
