import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

/** In a workflow: `repo` is the workspace unless another folder is. */
const open = (repo: GitRepo, cwd: string, workspace = repo.dir) =>
  Git.open(join(workspace, cwd), repo.env, { workspace });

/** A repository without a work tree, as a pull request can commit it file by file. */
function embedBare(repo: GitRepo, folder: string, config: readonly string[] = []): void {
  const files = {
    HEAD: 'ref: refs/heads/main\n',
    config: ['[core]', 'repositoryformatversion = 0', 'worktree = .', ...config, ''].join('\n'),
    'objects/info/alternates': `${join(repo.dir, '.git', 'objects')}\n`,
    'refs/heads/main': `${repo.git('rev-parse', 'HEAD')}\n`,
  };
  repo.commit('embed', Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])));
}

/** A git that takes no notice of safe.bareRepository, as before 2.38. */
function oldGit(repo: GitRepo): Record<string, string> {
  const bin = join(repo.dir, '.git', 'old');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const script = ['#!/bin/bash', 'args=()', `for each in "$@"; do args+=("\${each/safe.bare/old.bare}"); done`];
  repo.write({ '.git/old/git': [...script, `exec ${real} "\${args[@]}"`, ''].join('\n') });
  chmodSync(join(bin, 'git'), 0o755);
  return { ...repo.env, PATH: `${bin}:${repo.env.PATH}` };
}

describe('a repository that a pull request commits into the folder of `cwd`', () => {
  test.each(['packages/api', 'packages/api/migrations'])('is not taken for the checkout: %s', async (cwd) => {
    const repo = gitRepo({ 'packages/api/migrations/1.sql': 'select 1;\n' });
    embedBare(repo, 'packages/api');
    const expected = { root: repo.dir, prefix: cwd };
    expect(await open(repo, cwd)).toMatchObject(expected);
    const env = oldGit(repo);
    expect(await Git.open(join(repo.dir, cwd), env, { workspace: repo.dir })).toMatchObject(expected);
    expect((await Git.open(join(repo.dir, 'packages/api'), env)).root, 'what git takes it for').not.toBe(repo.dir);
    const git = await Git.open(join(repo.dir, cwd), env, { workspace: repo.dir });
    expect((await git.run(['rev-parse', '--absolute-git-dir'])).stdout.toString().trim()).toBe(join(repo.dir, '.git'));
  });

  test('runs no program, also on the command line', async () => {
    const repo = gitRepo({ a: '' });
    const proof = join(dirname(repo.dir), 'executed');
    onTestFinished(() => rmSync(proof, { force: true }));
    const config = ['[protocol "ext"]', 'allow = always', '[remote "origin"]', `url = ext::sh -c touch% ${proof}`];
    embedBare(repo, 'api', [...config, '[core]', `fsmonitor = touch ${proof}`]);
    for (const options of [{ workspace: repo.dir }, {}]) {
      const git = await Git.open(join(repo.dir, 'api'), repo.env, options).catch(() => undefined);
      await git?.try(['fetch', 'origin']);
      await git?.try(['status']);
    }
    expect(existsSync(proof)).toBe(false);
  });

  test('no remote is a program, wherever its address stands', async () => {
    const repo = gitRepo({ a: '' });
    const proof = join(repo.dir, '.git', 'executed');
    repo.git('config', 'protocol.ext.allow', 'always');
    repo.git('remote', 'add', 'origin', `ext::sh -c touch% ${proof}`);
    const { exitCode, stderr } = await (await open(repo, '.')).try(['fetch', 'origin']);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("transport 'ext' not allowed");
    expect(existsSync(proof)).toBe(false);
  });
});

describe('a folder that leads elsewhere is refused:', () => {
  const refused = { code: 'git-other-repository', hint: expect.stringContaining('actions/checkout') };

  test('a link to another checkout in the workspace', async () => {
    const repo = gitRepo();
    repo.git('init', '--quiet', 'main');
    repo.git('init', '--quiet', 'other');
    repo.write({ 'other/b/x': '' });
    symlinkSync('../other', join(repo.dir, 'main/api'));
    mkdirSync(join(repo.dir, 'main/deep'));
    symlinkSync('../api/b', join(repo.dir, 'main/deep/link'));
    for (const cwd of ['main/api', 'main/api/b', 'main/deep/link'])
      await expect(open(repo, cwd), cwd).rejects.toMatchObject(refused);
    expect(await open(repo, 'other/b')).toMatchObject({ root: join(repo.dir, 'other'), prefix: 'b' });
  });

  test('a link out of the workspace, and one to nothing', async () => {
    const [repo, other] = [gitRepo({ a: '' }), gitRepo({ b: '' })];
    symlinkSync(other.dir, join(repo.dir, 'api'));
    symlinkSync('../nowhere', join(repo.dir, 'lost'));
    for (const cwd of ['api', 'lost']) await expect(open(repo, cwd)).rejects.toMatchObject(refused);
  });

  test('a link that goes round in circles', async () => {
    const repo = gitRepo({ a: '' });
    symlinkSync('circle', join(repo.dir, 'circle'));
    await expect(open(repo, 'circle')).rejects.toMatchObject({ code: 'directory-missing' });
  });

  test('a submodule, by whatever folder in it, and one of a submodule', async () => {
    const [inner, middle, repo] = [gitRepo({ 'x/1.sql': '' }), gitRepo({ b: '' }), gitRepo({ c: '' })];
    const add = (to: GitRepo, from: GitRepo, as: string) =>
      to.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', `file://${from.dir}`, as);
    add(middle, inner, 'inner');
    middle.commit('inner');
    add(repo, middle, 'middle');
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive');
    repo.commit('middle');
    for (const cwd of ['middle', 'middle/inner', 'middle/inner/x'])
      await expect(open(repo, cwd), cwd).rejects.toMatchObject(refused);
    // Whoever starts Lockstep in one by hand means it.
    expect((await Git.open(join(repo.dir, 'middle'), repo.env)).root).toBe(join(repo.dir, 'middle'));
  });

  test('a repository in a folder of which the checkout has files', async () => {
    const repo = gitRepo({ 'api/1.sql': '' });
    repo.git('init', '--quiet', 'api');
    await expect(open(repo, 'api')).rejects.toMatchObject(refused);
  });
});

describe('a folder of a checkout that a step has made is as good as ever:', () => {
  test('beside others, within another, a worktree, and by a link within itself', async () => {
    const repo = gitRepo({ 'packages/api/x': '', 'tools/x': '' });
    symlinkSync('packages/api', join(repo.dir, 'api'));
    repo.git('worktree', 'add', '--quiet', 'tree');
    repo.git('clone', '--quiet', '.', 'tools/clone');
    expect(await open(repo, 'api')).toMatchObject({ root: repo.dir, prefix: 'packages/api' });
    for (const nested of ['tree', 'tools/clone'])
      expect(await open(repo, `${nested}/packages`)).toMatchObject({
        root: join(repo.dir, nested),
        prefix: 'packages',
      });
  });

  test('outside of the workspace, where no pull request writes', async () => {
    const [repo, other] = [gitRepo({ a: '' }), gitRepo({ 'x/b': '' })];
    expect(await Git.open(join(other.dir, 'x'), other.env, { workspace: repo.dir })).toMatchObject({ root: other.dir });
  });

  test('but not above the workspace', async () => {
    const repo = gitRepo({ 'workspace/x': '' });
    const workspace = join(repo.dir, 'workspace');
    await expect(open(repo, '.', workspace)).rejects.toMatchObject({ code: 'git-not-a-repository' });
    await expect(open(repo, 'missing', workspace)).rejects.toMatchObject({ code: 'directory-missing' });
  });
});
