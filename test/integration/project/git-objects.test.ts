import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { GitFiles } from '../../../src/project/git-files.ts';
import { listTree } from '../../../src/project/git-tree.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

const open = (repo: GitRepo, env = repo.env) => Git.open(repo.dir, env);

/** A git on the PATH that notes each call. */
function noted(repo: GitRepo): { readonly env: Record<string, string>; readonly calls: () => string[] } {
  const [script, log] = [join(repo.dir, '.git/bin/git'), join(repo.dir, '.git/calls')];
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  execFileSync('mkdir', [join(repo.dir, '.git/bin')]);
  writeFileSync(script, `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`);
  chmodSync(script, 0o755);
  const env = { ...repo.env, PATH: `${join(repo.dir, '.git/bin')}:${process.env.PATH}` };
  const command = (line: string): string => /rev-parse|cat-file|ls-tree/.exec(line)?.[0] ?? line;
  return { env, calls: () => readFileSync(log, 'utf8').trim().split('\n').map(command) };
}

describe('one git', () => {
  test('answers for refs, commits, folders and files', async () => {
    const repo = gitRepo({ 'lockstep.yml': 'a: 1\n', 'm/1.sql': 'a', 'm/sub/2.sql': 'b' });
    repo.commit('second');
    const { env, calls } = noted(repo);
    const git = await open(repo, env);
    const files = new GitFiles(git);
    const head = await git.commit('main');
    await git.read(head);
    await git.parents(head);
    await files.readOne(head, 'lockstep.yml');
    expect(await files.read(await files.list(head, ['m']))).toHaveLength(2);
    expect(calls()).toEqual(['rev-parse', 'cat-file']);
  });

  test('knows what was fetched after it had started', async () => {
    const repo = gitRepo({ a: '1' });
    const git = await open(repo);
    const before = await git.commit('main');
    const later = repo.commit('later', { a: '2' });
    repo.git('gc', '--quiet', '--prune=now');
    expect(await git.commit('main')).toBe(later);
    expect(await git.parents(later)).toEqual([before]);
  });

  test('that dies is an error for who waits, and another one answers the next', async () => {
    const repo = gitRepo({ a: '1' });
    const { env } = noted(repo);
    const git = await open(repo, env);
    const script = readFileSync(join(repo.dir, '.git/bin/git'), 'utf8');
    writeFileSync(join(repo.dir, '.git/bin/git'), '#!/bin/sh\necho "fatal: out of luck" >&2\nexit 128\n');
    await expect(git.resolve('main')).rejects.toMatchObject({ code: 'git-failed', message: /out of luck/ });
    writeFileSync(join(repo.dir, '.git/bin/git'), script);
    expect(await git.resolve('main')).toBe(git.head);
  });

  test('keeps nobody from ending, and ends with us', async () => {
    const repo = gitRepo({ a: '1' });
    const program = join(repo.dir, '.git/program.mjs');
    const asking = `
      import { Git } from './src/project/git.ts';
      const git = await Git.open(process.argv[2], process.env);
      await git.commit('main');
      process.stdout.write('asked');`;
    await build({
      stdin: { contents: asking, resolveDir: '.', loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
    const options = { env: repo.env, encoding: 'utf8', timeout: 20_000 } as const;
    expect(execFileSync(process.execPath, [program, repo.dir], options)).toBe('asked');
    const left = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`git -C ${repo.dir}`);
    await expect.poll(left, { timeout: 5_000 }).toBe(false);
  });
});

describe('a listing', () => {
  const files = Object.fromEntries(
    ['a', 'a.b', 'a-b/x', 'a/b/c/1.sql', 'a/b/2.sql', 'a0/3.sql', 'größe/4.sql', 'm/link.sql'].map((path) => [
      path,
      path,
    ]),
  );

  test('is what git ls-tree says, for every choice of paths', async () => {
    const { a: _, ...tree } = files;
    const repo = gitRepo(tree);
    repo.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},m/module`);
    const head = repo.commit('all of it');
    const git = await open(repo);
    for (const paths of [
      ['a'],
      ['a/b'],
      ['a/b/2.sql'],
      ['m', 'a0'],
      ['a/b', 'a'],
      ['nowhere', 'a/nothing/x'],
      ['größe'],
      ['m/module'],
      ['.'],
    ]) {
      const said = repo.git(
        '-c',
        'core.quotepath=off',
        'ls-tree',
        '-r',
        '--full-tree',
        head,
        ...(paths[0] === '.' ? [] : ['--', ...paths]),
      );
      const expected = said
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(/^(\d+) \w+ (\w+)\t/, '$1 $2 '));
      const modes = { file: '100644', symlink: '120000', submodule: '160000' } as const;
      const listed = await listTree(git, head, paths);
      expect(listed.map(({ path, kind, oid }) => `${modes[kind]} ${oid} ${path}`)).toEqual(expected);
    }
  });

  test('of a hundred folders takes no question for each', async () => {
    const repo = gitRepo(
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m/${index}/up.sql`, `${index}`])),
    );
    const { env, calls } = noted(repo);
    const git = await open(repo, env);
    expect(await listTree(git, git.head ?? '', ['m'])).toHaveLength(100);
    expect(calls()).toEqual(['rev-parse', 'cat-file', 'ls-tree']);
  });

  test('of a commit that is not here is an error, and never empty', async () => {
    const git = await open(gitRepo({ 'm/1.sql': 'a' }));
    await expect(listTree(git, 'f'.repeat(40), ['m'])).rejects.toMatchObject({ code: 'git-failed' });
    await expect(listTree(git, 'f'.repeat(40), ['.'])).rejects.toMatchObject({ code: 'git-failed' });
    await expect(git.parents('f'.repeat(40))).rejects.toMatchObject({ code: 'git-failed' });
  });

  test('of a tree that an old program has written with a zero is the same', async () => {
    const repo = gitRepo({ 'm/1.sql': 'a' });
    const folder = Buffer.from(repo.git('rev-parse', 'HEAD:m'), 'hex');
    const raw = join(repo.dir, '.git/raw');
    writeFileSync(raw, Buffer.concat([Buffer.from('040000 m\0'), folder]));
    const tree = repo.git('hash-object', '-t', 'tree', '-w', '--literally', raw);
    const commit = repo.git('commit-tree', '-m', 'old', tree);
    expect((await listTree(await open(repo), commit, ['m'])).map(({ path }) => path)).toEqual(['m/1.sql']);
  });

  test('of a damaged clone is an error, and never empty', async () => {
    const repo = gitRepo({ 'm/1.sql': 'a' });
    const oid = repo.git('rev-parse', 'HEAD:m');
    rmSync(join(repo.dir, '.git/objects', oid.slice(0, 2), oid.slice(2)));
    const git = await open(repo);
    await expect(listTree(git, git.head ?? '', ['m'])).rejects.toMatchObject({ code: 'git-object-missing' });
  });
});

describe('what a commit says', () => {
  test.each([
    ['one line'],
    ['a subject\nof two lines \n\nand a body\n\nparent 123\nauthor nobody <>'],
    ['größe 🐘'],
    ['--format=%H $(id) `id`'],
  ])('%j is read as git log reads it', async (message) => {
    const repo = gitRepo({ a: '' });
    repo.git('-c', 'user.name=Zoë <O’Neil> "x"', 'commit', '--quiet', '--allow-empty', '-m', message);
    const [author, subject, parents] = repo.git('log', '-1', '--format=%an%x00%s%x00%P').split('\0');
    const git = await open(repo);
    expect(await git.read('main')).toEqual({ author, subject, parents: [parents] });
  });

  test('in another encoding is read as well', async () => {
    const repo = gitRepo({ a: '' });
    writeFileSync(join(repo.dir, 'message'), Buffer.from('gr\xf6\xdfe\n', 'latin1'));
    repo.git('-c', 'i18n.commitEncoding=ISO-8859-1', 'commit', '--quiet', '--allow-empty', '-F', 'message');
    expect((await (await open(repo)).read('main')).subject).toBe('größe');
  });

  test('without a message or an author has neither', async () => {
    const repo = gitRepo({ a: '' });
    repo.git('commit', '--quiet', '--allow-empty', '--allow-empty-message', '-m', '');
    expect((await (await open(repo)).read('main')).subject).toBe('');
  });
});
