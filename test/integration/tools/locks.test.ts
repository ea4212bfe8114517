import { expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';

/** Locks of tools that cannot be had from npm, by their published keys. */

const target = targets();
const SQL = 'CREATE TABLE a (id int);\n';

it.each<[string, string, Record<string, string>]>([
  ['flyway', '77433833903597', { 'migrations/V1__a.sql': SQL }],
  ['goose', '4097083626', { 'migrations/1_a.sql': `-- +goose Up\n${SQL}` }],
  [
    'atlas',
    '2686470616',
    {
      'migrations/1_a.sql': SQL,
      // By Python's hashlib.
      'migrations/atlas.sum':
        'h1:JZORJemkf5QlSvUqAa98MfXPcevLUrDdxZAxUb/VSPk=\n1_a.sql h1:e72Wd39UNYY4sGrVkNYkCs4GRrWBQ0ASXh73rS+WpU4=\n',
    },
  ],
])('%s: while it works, Lockstep does not', async (tool, key, files) => {
  const shop = await target();
  const stray = await shop.session();
  const repo = gitRepo({ ...files, 'lockstep.yml': 'lock_timeout: 1s\non_busy: fail\n' });
  await stray.query(`SELECT pg_advisory_lock(${key})`);
  const busy = await lockstepHere('apply', repo, shop.url);
  expect(busy.report, busy.printed).toMatchObject({ result: 'busy', lock: { tool } });
  await stray.query('SELECT pg_advisory_unlock_all()');
  const applied = await lockstepHere('apply', repo, shop.url);
  expect(applied.report.result, applied.printed).toBe('applied');
});
