import { readdirSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { targets, temporaryFolder } from '../../support/deploy.ts';
import { pullRequest } from '../../support/workflows/events.ts';
import type { RunResult } from '../../support/workflows/model.ts';
import { CHECK, callsNobody, ended, pipeline, tables } from './pipeline.ts';

/** Names and texts that somebody else has chosen: they run nothing, call nobody, and say nothing in our name. */

const target = targets();

let trap = '';
beforeEach(() => {
  trap = temporaryFolder();
});

it('a hostile commit message, file name and SQL run nothing, and call nobody', async () => {
  const shop = await pipeline(target, { machine: { TRAP: trap } });
  const hostile = `$(touch ${trap}/a) \`touch ${trap}/b\` ";touch ${trap}/c;' \${{ secrets.SLACK_TOKEN }} @acme/everyone <!channel>`;
  const command = '::error title=Owned::@acme/everyone';
  const name = `001_$(touch $TRAP\${PATH%%[a-z]*}d);'"@acme<!channel>`;
  shop.merge(
    {
      [`migrations/${name}.sql`]: `-- ${hostile}\n-- ${command}\nCREATE TABLE orders ();\nDO $do$ BEGIN RAISE NOTICE E'%\\n%\\n', $m$${hostile}$m$, $m$${command}$m$; END $do$;\nCOMMENT ON TABLE orders IS $m$${hostile}\n${command}$m$;\n`,
    },
    `${hostile}\n\n${command}\n::set-output name=deploy_code::true`,
  );
  const run = await shop.ship();
  expect(ended(run, 'staging', 'production', 'deploy', 'told'), run.log).toBe(
    'staging success, production success, deploy success, told success',
  );
  expect(await tables(shop.production)).toBe('orders');
  expect(readdirSync(trap)).toEqual([]);
  expect(
    Object.values(run.jobs).flatMap(({ annotations }) => annotations.filter(({ level }) => level === 'error')),
  ).toEqual([]);
  expect(shop.slack.mentions).toEqual([]);
  expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
  callsNobody(shop.comments(), run);
  expect(shop.comments()).toHaveLength(1);
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
});

it('an error whose text is hostile runs nothing, calls nobody, and releases no code', async () => {
  const shop = await pipeline(target, { machine: { TRAP: trap } });
  const text = `$(touch ${trap}/a) @acme/everyone <!channel> <https://evil.example|deployed>`;
  shop.merge({
    'migrations/001_a.sql': `DO $do$ BEGIN RAISE EXCEPTION E'%\\n%\\n%', $m$${text}$m$, '::error title=Owned::gone', '::set-output name=deploy_code::true'; END $do$;\n`,
  });
  const run = await shop.ship();
  expect(ended(run, 'staging', 'production', 'deploy', 'told'), run.log).toBe(
    'staging failure, production skipped, deploy skipped, told success',
  );
  expect(readdirSync(trap)).toEqual([]);
  expect(shop.comments()).toEqual([expect.stringMatching(/P0001.*@acme|@acme.*P0001/s)]);
  expect(titlesOf(run)).not.toContain('Owned');
  expect(shop.slack.mentions).toEqual([]);
  expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
  expect(shop.threads().join()).not.toContain('<https://evil.example');
  callsNobody(shop.comments(), run);
});

it('a hostile branch, title and author of a pull request run nothing, and call nobody', async () => {
  const shop = await pipeline(target, { machine: { TRAP: trap } });
  const branch = `$(touch\${IFS}$TRAP/a);touch\${IFS}$TRAP/b;"'\`touch\${IFS}$TRAP/c\`@acme/everyone`;
  shop.repo.branch(branch);
  shop.repo.commit(`@acme/everyone $(touch ${trap}/d)`, { 'migrations/001_a.sql': 'CREATE TABLE a ();\n' });
  shop.repo.checkout('main');
  shop.github.pullRequest(42);
  const title = `$(touch ${trap}/e) @acme/everyone \n::error title=Owned::gone\n\${{ github.token }}`;
  const run = await shop.ship({
    workflow: CHECK,
    event: pullRequest(shop.repo, { branch, title, by: `$(touch ${trap}/f)` }),
  });
  expect(run.conclusion, run.log).toBe('success');
  expect(readdirSync(trap)).toEqual([]);
  expect(titlesOf(run)).not.toContain('Owned');
  expect(shop.comments()).toEqual([expect.stringContaining('001_a')]);
  callsNobody(shop.comments(), run);
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
  expect(shop.github.problems).toEqual([]);
});

function titlesOf({ jobs }: RunResult): unknown[] {
  return Object.values(jobs).flatMap(({ annotations }) => annotations.map(({ title }) => title));
}
