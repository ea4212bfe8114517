import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkHere } from '../../support/command-tool.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

/** A pull request alone makes Lockstep run no program: the base branch, or who runs Lockstep, has to show the tool. */

const RAILS_MIGRATION = 'class X < ActiveRecord::Migration[7.1]\n  def change\n  end\nend\n';
const KNEX_MIGRATION = "exports.up = (knex) => knex.raw('SELECT 1');\nexports.down = exports.up;\n";

/** A file that any program of the change writes when it is started. */
function trap(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-trap-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'ran');
}

function bring(repo: GitRepo, files: Readonly<Record<string, string | null>>, program: string, mark: string): void {
  repo.branch('change');
  repo.write({ ...files, [program]: `#!/bin/sh\ntouch '${mark}'\n` });
  chmodSync(join(repo.dir, program), 0o755);
  repo.git('add', '--force', '.');
  repo.commit('a tool');
}

const BROUGHT_RAILS = { 'lockstep.yml': 'tool: rails\n', 'db/migrate/20260101000000_x.rb': RAILS_MIGRATION };
const BROUGHT_KNEX = {
  'lockstep.yml': 'tool: knex\nmigrations:\n  directory: lib\n',
  'lib/20260101000000_x.js': KNEX_MIGRATION,
};

describe('a tool that only the change shows', () => {
  it.each([
    ['Rails, where the base has plain SQL', {}, BROUGHT_RAILS, 'bin/rails'],
    [
      'Rails that is found by itself',
      {},
      { ...BROUGHT_RAILS, 'lockstep.yml': '', 'migrations/1_a.sql': null },
      'bin/rails',
    ],
    [
      'Knex, where the base’s settings name no command',
      { 'lockstep.yml': 'lock_timeout: 5s\n' },
      BROUGHT_KNEX,
      'node_modules/.bin/knex',
    ],
    [
      'Knex, for what else lies in a folder that the change names',
      { 'lockstep.yml': 'lock_timeout: 5s\n', 'lib/a.js': 'exports.a = 1;\n' },
      BROUGHT_KNEX,
      'node_modules/.bin/knex',
    ],
  ])('is not started: %s', async (_what, base, brought, program) => {
    const mark = trap();
    const repo = gitRepo({ 'migrations/1_a.sql': 'SELECT 1;\n', ...base } as Record<string, string>);
    bring(repo, brought, program, mark);
    const { report, exitCode, printed } = await checkHere(repo);
    expect(existsSync(mark)).toBe(false);
    expect(exitCode, printed).toBe(2);
    expect(report.error).toMatchObject({
      code: 'command-missing',
      message: expect.stringContaining('the base branch shows nothing'),
      hint: expect.stringContaining('once it stands on the base branch'),
    });
  });

  it.each([
    ['--policy', 'head'],
    ['--tool', 'rails'],
    ['--apply-command', 'bin/rails db:migrate'],
  ])('is started when the person who runs Lockstep says so: %s %s', async (...args) => {
    const mark = trap();
    const repo = gitRepo({ 'migrations/1_a.sql': 'SELECT 1;\n' });
    bring(repo, BROUGHT_RAILS, 'bin/rails', mark);
    const { printed } = await checkHere(repo, args);
    expect(existsSync(mark), printed).toBe(true);
  });
});
