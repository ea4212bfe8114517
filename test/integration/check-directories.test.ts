import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInputs } from '../../src/commands/check-inputs.ts';
import { readInvocation } from '../../src/settings/settings.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';

const SQUAWK = '.tools/@squawk-cli+linux-x64-2.66.0/bin/squawk';

/** Reads what a check is about, in a step or on the command line. */
async function read(repo: GitRepo, inputs: Readonly<Record<string, string>>, inActions = true): Promise<unknown> {
  const args = Object.entries(inputs).flatMap(([name, value]) => [`--${name}`, value]);
  const actions = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'schedule', GITHUB_WORKSPACE: repo.dir };
  const invocation = readInvocation({
    argv: ['node', 'lockstep', 'check', '--base', 'HEAD~1', ...args],
    env: { ...repo.env, ...(inActions ? actions : {}) },
    cwd: () => repo.dir,
    stdout: {},
    stderr: {},
  });
  if (invocation.kind !== 'command') throw new Error(invocation.kind);
  return readInputs(invocation.settings, AbortSignal.timeout(60_000));
}

function project(files: Readonly<Record<string, string>> = {}): GitRepo {
  const repo = gitRepo({ 'migrations/1_a.sql': 'SELECT 1;\n' });
  repo.commit('change', { 'migrations/2_b.sql': 'SELECT 2;\n', ...files });
  return repo;
}

const refused = { code: 'directory-committed', hint: expect.stringContaining('runner.temp') };

test('programs that a pull request commits to the tool or cache directory are not run', async () => {
  const repo = project({ [SQUAWK]: '#!/bin/sh\nexit 0\n' });
  for (const input of ['tool-directory', 'cache-directory']) {
    await expect(read(repo, { [input]: '.tools' })).rejects.toMatchObject(refused);
    await expect(read(repo, { [input]: '.' })).rejects.toMatchObject(refused);
    await expect(read(repo, { [input]: join(repo.dir, 'migrations', '..', '.tools') })).rejects.toMatchObject(refused);
  }
});

test('nor on a file system that takes .Tools for .tools', async () => {
  const repo = project({ [SQUAWK.replace('.tools', '.Tools')]: '#!/bin/sh\nexit 0\n' });
  await expect(read(repo, { 'tool-directory': '.tools' })).rejects.toMatchObject(refused);
});

test('nor behind a link that it commits, wherever that leads', async () => {
  const repo = project();
  const elsewhere = gitRepo({ a: '' });
  for (const target of ['migrations', 'nowhere', elsewhere.dir, '.git']) {
    const name = `.link-${target.replaceAll('/', '-')}`;
    symlinkSync(target, join(repo.dir, name));
    await expect(read(repo, { 'tool-directory': `${name}/deeper` }), target).rejects.toMatchObject(refused);
  }
  symlinkSync('circle', join(repo.dir, 'circle'));
  await expect(read(repo, { 'tool-directory': 'circle' })).rejects.toMatchObject(refused);
});

test('nor in a submodule, or in another checkout', async () => {
  const [repo, other] = [project(), gitRepo({ '.tools/x': '' })];
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', `file://${other.dir}`, 'module');
  repo.git('clone', '--quiet', other.dir, 'clone');
  repo.commit('module', { '.gitignore': 'clone\n' });
  for (const place of ['module/.tools', 'module/new', 'clone/.tools'])
    await expect(read(repo, { 'tool-directory': place }), place).rejects.toMatchObject(refused);
  await read(repo, { 'tool-directory': 'clone/new' });
});

test('a directory that nothing is committed to may lie in the checkout, and any may outside', async () => {
  const repo = project();
  mkdirSync(join(repo.dir, '.cache'));
  await read(repo, { 'tool-directory': '.tools/new', 'cache-directory': '.cache' });
  await read(repo, { 'tool-directory': join(tmpdir(), 'lockstep-tools-not-there') });
});

test('on the command line the directories are one’s own', async () => {
  await read(project({ [SQUAWK]: '' }), { 'tool-directory': '.tools' }, false);
});
