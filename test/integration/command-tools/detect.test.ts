import { describe, expect, it } from 'vitest';
import type { LockstepError } from '../../../src/errors.ts';
import { Git } from '../../../src/project/git.ts';
import { GitFiles } from '../../../src/project/git-files.ts';
import { readAt } from '../../../src/project/read.ts';
import type { Project } from '../../../src/project/types.ts';
import { example } from '../../support/command-tool.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

/** Which tool a repository shows, when nobody says. */

async function read(repo: GitRepo, tool = 'auto', directory?: string): Promise<Project> {
  const files = new GitFiles(await Git.open(repo.dir, repo.env));
  return readAt(
    { files, at: 'worktree', location: { database: undefined, tool, directory } },
    { placeholders: {}, upOnly: true },
  );
}

const failure = (repo: GitRepo): Promise<LockstepError> =>
  read(repo).then(
    () => {
      throw new Error('found');
    },
    (error) => error,
  );

describe('tool: auto', () => {
  it.each([
    ['knex', 'migrations'],
    ['typeorm', 'src/migrations'],
    ['sequelize', 'migrations'],
    ['rails', 'db/migrate'],
    ['django', '.'],
    ['alembic', 'alembic/versions'],
  ])('finds %s', async (tool, directory) => {
    const { repo } = example(tool, [], { 'lockstep.yml': '' });
    const found = await read(repo);
    expect([found.tool, found.directory, found.migrations.length]).toEqual([tool, directory, 4]);
  });

  it('finds SQL as before where a tool’s file stands alone', async () => {
    const repo = gitRepo({ 'knexfile.js': '', 'manage.py': '', 'migrations/001_a.sql': 'SELECT 1;' });
    expect((await read(repo)).tool).toBe('numbered');
  });

  it('asks when there is SQL elsewhere', async () => {
    const repo = gitRepo({
      'knexfile.js': '',
      'migrations/1_a.js': 'exports.up = () => {}',
      'db/migrations/001_a.sql': 'SELECT 1;',
    });
    expect(await failure(repo)).toMatchObject({
      code: 'migrations-ambiguous',
      hint: expect.stringContaining('tool: knex'),
    });
    expect((await read(repo, 'knex')).directory).toBe('migrations');
    expect((await read(repo, 'numbered', 'db/migrations')).tool).toBe('numbered');
  });

  it('asks when two tools could be meant', async () => {
    const repo = gitRepo({
      'manage.py': '',
      'shop/migrations/0001_x.py': 'class Migration(migrations.Migration): pass',
      'knexfile.js': '',
      'migrations/1_a.js': 'exports.up = () => {}',
    });
    expect(await failure(repo)).toMatchObject({ code: 'migrations-ambiguous' });
  });

  it('answers Convex', async () => {
    const repo = gitRepo({ 'convex/schema.ts': '', 'package.json': '{"dependencies":{"convex":"1"}}' });
    expect(await failure(repo)).toMatchObject({ code: 'nothing-to-migrate' });
  });
});
