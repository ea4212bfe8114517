import { describe, expect, it } from 'vitest';
import { change, lockstep, project, type Target, targets } from '../../support/deploy.ts';
import type { GitRepo } from '../../support/git-repo.ts';
import { gitServer } from '../../support/git-server.ts';

/** Runs out of turn: old code must never follow a newer schema. */

const target = targets();

const a = { '001_a.sql': 'CREATE TABLE a ();\n' };
const b = { '002_b.sql': 'CREATE TABLE b ();\n' };

/** A database that the newest of two commits was deployed to. */
async function ahead(): Promise<{ shop: Target; repo: GitRepo; old: string; newest: string }> {
  const shop = await target();
  const repo = project(a);
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const old = repo.git('rev-parse', 'HEAD');
  const newest = change(repo, b);
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  return { shop, repo, old, newest };
}

/** Commits of which the ledger tells that they were deployed. */
async function recorded(shop: Target): Promise<unknown[]> {
  const rows = await shop.rows<{ commit: string }>(
    "SELECT commit FROM lockstep.runs WHERE result IN ('applied', 'noop')",
  );
  return rows.map(({ commit }) => commit);
}

it('a commit that the deployed one descends from is superseded: exit status 0, nothing applied', async () => {
  const { shop, repo, old, newest } = await ahead();
  for (const command of ['plan', 'apply']) {
    const run = await lockstep(command, repo, shop, ['--head', old]);
    expect(run.exitCode, run.printed).toBe(0);
    expect(run.report).toMatchObject({ result: 'superseded', history: { commit: newest } });
  }
  expect(await recorded(shop)).toEqual([newest]);
  expect(await shop.rows('SELECT result FROM lockstep.runs ORDER BY id DESC LIMIT 1')).toEqual([
    { result: 'superseded' },
  ]);
});

it('an older commit with nothing pending is superseded all the same: its code would be the old one', async () => {
  const shop = await target();
  const repo = project(a);
  const old = repo.git('rev-parse', 'HEAD');
  repo.commit('code alone', { 'app.txt': 'new' });
  await lockstep('apply', repo, shop);
  expect((await lockstep('apply', repo, shop, ['--head', old])).report.result).toBe('superseded');
});

it('a run that did not get through does not stand in the way of an older one', async () => {
  const shop = await target();
  const repo = project(a);
  const good = repo.git('rev-parse', 'HEAD');
  await lockstep('apply', repo, shop);
  change(repo, { '002_b.sql': 'SELECT 1 / 0;' });
  expect((await lockstep('apply', repo, shop)).report.result).toBe('failed');
  expect((await lockstep('apply', repo, shop, ['--head', good])).report.result).toBe('noop');
});

it('a revert is a commit of its own, and goes ahead', async () => {
  const shop = await target();
  const repo = project(a);
  await lockstep('apply', repo, shop);
  repo.commit('code', { 'app.txt': 'new' });
  await lockstep('apply', repo, shop);
  repo.git('revert', '--no-edit', 'HEAD');
  expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
});

describe('a clone made before the newer push', () => {
  it('fetches that commit by its SHA, without credentials of its own', async () => {
    const shop = await target();
    const repo = project(a);
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    // As actions/checkout leaves it: one commit deep.
    const clone = repo.clone('--depth=1');
    const server = await gitServer(repo, undefined);
    clone.git('remote', 'set-url', 'origin', `${server.url}/acme/shop.git`);
    const newest = change(repo, b);
    await lockstep('apply', repo, shop);
    const late = await lockstep('apply', clone, shop);
    expect(late.exitCode, late.printed).toBe(0);
    expect(late.report).toMatchObject({ result: 'superseded', history: { commit: newest } });
    expect(server.seen.length).toBeGreaterThan(0);
    expect(server.seen.flat()).toEqual([]);
  });

  it('is refused with the reason when nobody can tell, until somebody says so', async () => {
    const shop = await target();
    const repo = project(a);
    const clone = repo.clone();
    const newest = change(repo, b);
    await lockstep('apply', repo, shop);
    clone.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
    for (const command of ['plan', 'apply']) {
      const refused = await lockstep(command, clone, shop);
      expect(refused.exitCode, refused.printed).toBe(1);
      expect(refused.report).toMatchObject({
        result: 'refused',
        error: {
          code: 'commit-unknown',
          message: expect.stringContaining(newest.slice(0, 12)),
          hint: expect.stringContaining(`--supersedes`),
        },
      });
    }
    expect(await recorded(shop)).toEqual([newest]);
  });
});

it('--supersedes follows a commit that is lost, and no other', async () => {
  const shop = await target();
  const repo = project(a);
  const lost = change(repo, b);
  await lockstep('apply', repo, shop);
  // Force-pushed over, and gone from everywhere.
  repo.git('reset', '--quiet', '--hard', 'HEAD^');
  repo.git('reflog', 'expire', '--expire=now', '--all');
  repo.git('gc', '--quiet', '--prune=now');
  change(repo, { ...b, '003_c.sql': 'CREATE TABLE c ();' });
  expect((await lockstep('apply', repo, shop)).report.error?.code).toBe('commit-unknown');
  const other = await lockstep('apply', repo, shop, ['--supersedes', 'abcdef1234']);
  expect(other.report.error?.code).toBe('commit-unknown');
  const run = await lockstep('apply', repo, shop, ['--supersedes', lost.slice(0, 12)]);
  expect(run.report.result, run.printed).toBe('applied');
  expect(run.report.notices?.join('\n')).toContain(lost.slice(0, 12));
  expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
});
