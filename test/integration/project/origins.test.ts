import { expect, onTestFinished, test } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { originsOf } from '../../../src/project/origins.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

/** Who wrote a migration, and how it came to the branch. */

function by(repo: GitRepo, author: string, message: string, files: Readonly<Record<string, string>>): string {
  repo.write(files);
  repo.git('add', '--all');
  repo.git('commit', '--quiet', `--author=${author} <a@example.com>`, '-m', message);
  return repo.git('rev-parse', 'HEAD');
}

async function found(repo: GitRepo, paths: readonly string[], from?: string) {
  const git = await Git.open(repo.dir, repo.env);
  return Object.fromEntries(await originsOf(git, { from, to: git.head ?? '', paths }));
}

test('a squashed one is its author’s, and landed as itself', async () => {
  const repo = gitRepo({ a: '' });
  by(repo, 'Grace', 'Orders (#12)', { 'm/1.sql': '1' });
  by(repo, 'Zoë', 'Notes (#13)', { 'm/größe 2.sql': '2' });
  expect(await found(repo, ['m/1.sql', 'm/größe 2.sql', 'm/none.sql'])).toEqual({
    'm/1.sql': { author: 'Grace', landed: 'Orders (#12)' },
    'm/größe 2.sql': { author: 'Zoë', landed: 'Notes (#13)' },
    'm/none.sql': { author: undefined, landed: undefined },
  });
});

test('a merged one is the writer’s, and landed by the merge', async () => {
  const repo = gitRepo({ a: '' });
  repo.branch('feature');
  by(repo, 'Grace', 'wip', { 'm/1.sql': '1' });
  by(repo, 'Linus', 'mend it', { 'm/1.sql': '2' });
  repo.checkout('main');
  repo.commit('meanwhile', { b: '' });
  repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge pull request #14 from acme/feature', 'feature');
  expect(await found(repo, ['m/1.sql'])).toEqual({
    'm/1.sql': { author: 'Linus', landed: 'Merge pull request #14 from acme/feature' },
  });
});

test('only what came after the commit that the database is at', async () => {
  const repo = gitRepo({ a: '' });
  const at = by(repo, 'Grace', 'Orders (#12)', { 'm/1.sql': '1' });
  by(repo, 'Zoë', 'Notes (#13)', { 'm/2.sql': '2' });
  expect(await found(repo, ['m/1.sql', 'm/2.sql'], at)).toMatchObject({
    'm/1.sql': { author: undefined },
    'm/2.sql': { author: 'Zoë' },
  });
  expect(await found(repo, ['m/1.sql'], 'f'.repeat(40))).toMatchObject({ 'm/1.sql': { author: 'Grace' } });
});

test('names that git would take for more than names are taken as they are', async () => {
  const repo = gitRepo({ a: '' });
  const odd = ['m/-x.sql', 'm/:(glob)*.sql', 'm/*.sql', "m/'$(id)'.sql"];
  by(repo, 'Eve $(id)', '--format=%H', Object.fromEntries(odd.map((path) => [path, path])));
  const origins = await found(repo, odd);
  for (const path of odd) expect(origins[path]).toEqual({ author: 'Eve $(id)', landed: '--format=%H' });
});

test('nothing, where a shallow history seems to have brought every file at once', async () => {
  const repo = gitRepo({ a: '' });
  by(repo, 'Grace', 'Orders (#12)', { 'm/1.sql': '1' });
  by(repo, 'Zoë', 'Notes (#13)', { 'm/2.sql': '2' });
  const shallow = repo.clone('--depth=1');
  onTestFinished(() => shallow.dispose());
  expect(await found(shallow, ['m/1.sql', 'm/2.sql'])).toEqual({});
});

test('nothing of more files than anybody reads about', async () => {
  const repo = gitRepo({ 'm/1.sql': '1' });
  const many = Array.from({ length: 300 }, (_, index) => `m/${index}.sql`);
  expect(await found(repo, many)).toEqual({});
});
