import { expect, it, vi } from 'vitest';
import { readTargetPlace, readTargetProject } from '../../src/commands/target-inputs.ts';
import { comments } from '../../src/project/comments.ts';
import { readInvocation } from '../../src/settings/settings.ts';
import { gitRepo } from '../support/git-repo.ts';

vi.mock('../../src/project/comments.ts', async (original) => {
  const actual = await original<typeof import('../../src/project/comments.ts')>();
  return { ...actual, comments: vi.fn(actual.comments) };
});

it('a deploy scans no file before it knows which are pending', async () => {
  const repo = gitRepo({
    'migrations/001_a.sql': '-- lockstep: no-transaction\nCREATE INDEX CONCURRENTLY i ON a ((1));\n',
    'migrations/002_b.sql': '-- migrate:up\nCREATE TABLE b ();\n-- migrate:down\nDROP TABLE b;\n',
    'migrations/003_c.sql': 'CREATE TABLE c ();\n',
  });
  const argv = ['node', 'lockstep', 'apply', '--database-url', 'postgres://nobody@nowhere/shop', '--head', 'HEAD'];
  const invocation = readInvocation({ argv, env: repo.env, cwd: () => repo.dir, stdout: {}, stderr: {} });
  if (invocation.kind !== 'command') throw new Error(`this is ${invocation.kind}`);
  const place = await readTargetPlace(invocation.settings, new AbortController().signal);
  const { project } = await readTargetProject(place);
  expect(project.migrations.map(({ id, checksum }) => [id, checksum.length])).toEqual([
    ['001_a', 64],
    ['002_b', 64],
    ['003_c', 64],
  ]);
  expect(comments).not.toHaveBeenCalled();
  expect(project.migrations.map(({ execution, down }) => [execution, down !== undefined])).toEqual([
    ['autocommit', false],
    ['transaction', true],
    ['transaction', false],
  ]);
});
