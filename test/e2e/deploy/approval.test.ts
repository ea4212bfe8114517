import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { change, lockstep, project, type Target, targets, temporaryFolder } from '../../support/deploy.ts';
import type { GitRepo } from '../../support/git-repo.ts';

/** `apply --plan FILE --plan-digest D`: what was approved is what runs. */

const target = targets();

const two = { '001_a.sql': 'CREATE TABLE a ();\n', '002_b.sql': 'CREATE TABLE b ();\n' };

/** Plans, and gives the arguments that bind an apply to it. */
async function approve(repo: GitRepo, shop: Target, args: readonly string[] = []): Promise<string[]> {
  const file = join(temporaryFolder(), 'plan.json');
  const { report } = await lockstep('plan', repo, shop, ['--out', file, ...args]);
  return ['--plan', file, '--plan-digest', report.plan?.digest ?? ''];
}

async function tables({ admin }: Target): Promise<string[]> {
  const { rows } = await admin.query(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
  );
  return rows.map(({ relname }: { relname: string }) => relname);
}

it('the approved list runs', async () => {
  const shop = await target();
  const repo = project(two);
  const applied = await lockstep('apply', repo, shop, await approve(repo, shop));
  expect(applied.exitCode, applied.printed).toBe(0);
  expect(applied.gate('approval').open).toBe(true);
  expect(await tables(shop)).toEqual(['a', 'b']);
});

it('the ordered rest of it runs after half of it was done, and the whole of it counts as done', async () => {
  const shop = await target();
  const repo = project({ '000_old.sql': 'CREATE TABLE old ();\n' });
  await lockstep('apply', repo, shop);
  // What the first apply notes of edits is no reason to refuse the rest.
  change(repo, { ...two, '000_old.sql': '-- a comment\nCREATE TABLE old ();\n' });
  const approved = await approve(repo, shop);
  // The second one fails: the name is taken.
  await shop.admin.query('CREATE TYPE b AS ()');
  const half = await lockstep('apply', repo, shop, approved);
  expect(half.report.result, half.printed).toBe('partial');
  await shop.admin.query('DROP TYPE b');
  const rest = await lockstep('apply', repo, shop, approved);
  expect(rest.report, rest.printed).toMatchObject({ result: 'applied', migrations: [{ id: '002_b' }] });
  expect((await lockstep('apply', repo, shop, approved)).report.result).toBe('noop');
});

/** What becomes of the target or the repository after the approval, and how the refusal names it. */
const differences: readonly [what: string, act: (repo: GitRepo, shop: Target) => unknown, said: RegExp][] = [
  ['a migration was added', (repo) => change(repo, { '003_c.sql': 'SELECT 1;' }), /^\+ 003_c would run/m],
  ['a migration was removed', (repo) => change(repo, { '002_b.sql': null }), /^- 002_b was approved/m],
  [
    'a migration was edited',
    (repo) => change(repo, { '002_b.sql': 'CREATE TABLE other ();' }),
    /^~ 002_b has been edited/m,
  ],
  ['migrations were reordered', (repo) => change(repo, { '001_a.sql': null, '010_a.sql': two['001_a.sql'] }), /010_a/],
  [
    'something else was applied',
    async (repo, shop) => {
      const sha = repo.git('rev-parse', 'HEAD');
      change(repo, { '000_other.sql': 'SELECT 1;', '001_a.sql': null, '002_b.sql': null });
      expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
      repo.git('reset', '--quiet', '--hard', sha);
      change(repo, { '000_other.sql': 'SELECT 1;' });
    },
    /history of the target/,
  ],
];

it('everything else is refused, and the difference said', async () => {
  const shop = await target();
  const repo = project(two);
  const approved = await approve(repo, shop);
  const sha = repo.git('rev-parse', 'HEAD');
  for (const [what, act, said] of differences) {
    repo.git('reset', '--quiet', '--hard', sha);
    await act(repo, shop);
    const refused = await lockstep('apply', repo, shop, approved);
    expect(refused.exitCode, `${what}\n${refused.printed}`).toBe(1);
    expect(refused.report.result).toBe('refused');
    const { details = [] } = refused.gate('approval');
    expect(details.join('\n'), what).toMatch(said);
    const shown = refused.stdout.replace(/\s+/g, ' ');
    for (const line of details) expect(shown).toContain(line);
    expect(await tables(shop)).toEqual([]);
  }
});

it('another environment or another database is refused', async () => {
  const [shop, other] = [await target(), await target()];
  const repo = project(two);
  const approved = await approve(repo, shop, ['--environment', 'staging']);
  const elsewhere = await lockstep('apply', repo, shop, approved);
  expect(elsewhere.gate('approval').details).toEqual(['approved for the environment staging, and this is production']);
  const database = await lockstep('apply', repo, other, [...approved, '--environment', 'staging']);
  expect(database.gate('approval').details).toEqual([
    `approved for the database ${shop.database}, and this is ${other.database}`,
  ]);
  expect([await tables(shop), await tables(other)]).toEqual([[], []]);
});

it('a file that does not have the digest, and one that is no plan, are no answer', async () => {
  const shop = await target();
  const repo = project(two);
  const [, file = '', , digest = ''] = await approve(repo, shop);
  writeFileSync(file, '{ "lockstep": "plan" }\n');
  const changed = await lockstep('apply', repo, shop, ['--plan', file, '--plan-digest', digest]);
  expect(changed.exitCode).toBe(2);
  expect(changed.report.error?.code).toBe('plan-digest-different');
  const own = createHash('sha256').update('{ "lockstep": "plan" }\n').digest('hex');
  const mangled = await lockstep('apply', repo, shop, ['--plan', file, '--plan-digest', own]);
  expect(mangled.report.error?.code).toBe('plan-unreadable');
  expect(await shop.relations()).toEqual(['public']);
});

it('a plan without its digest, or a digest without its plan, binds to nothing and is refused', async () => {
  const shop = await target();
  const repo = project(two);
  for (const args of [
    ['--plan', 'plan.json'],
    ['--plan-digest', '0'.repeat(64)],
  ]) {
    const refused = await lockstep('apply', repo, shop, args);
    expect(refused.exitCode, refused.printed).toBe(2);
  }
  expect(await shop.relations()).toEqual(['public']);
});
