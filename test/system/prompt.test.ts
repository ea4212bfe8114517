import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockstep, project, type Target, targets, temporaryFolder } from '../support/deploy.ts';
import type { GitRepo } from '../support/git-repo.ts';
import { atTerminal, type Seen } from '../support/terminal.ts';

/** Who runs a deploy by hand is shown what it is about, and asked. */

const target = targets();

const a = { '001_a.sql': 'CREATE TABLE a ();\n' };
const environments = 'environments:\n  dev: { kind: development }\n  staging: {}\n  production: {}\n';

function ask(repo: GitRepo, shop: Target, words: readonly string[], answer: string): Promise<Seen> {
  const args = [...words, '--database-url-env', 'TARGET_URL', '--log-dir', join(temporaryFolder(), 'logs')];
  return atTerminal(args, answer, { cwd: repo.dir, env: { ...repo.env, TARGET_URL: shop.url } });
}

describe('production', () => {
  it('is named with its address, after the plan and with a word about the backup, and wants its name typed', async () => {
    const shop = await target();
    const repo = project(a, environments);
    const { screen, exitCode } = await ask(repo, shop, ['apply', '--environment', 'production'], 'production\r');
    expect(exitCode, screen).toBe(0);
    const order = [
      '001_a',
      'This is production:',
      `${shop.role}@127.0.0.1`,
      'backup',
      '(production) to go on:',
      'applied 001_a',
    ];
    const places = order.map((words) => screen.indexOf(words, screen.indexOf('001_a')));
    expect(places, screen).toEqual([...places].sort((one, other) => one - other));
    expect(places).not.toContain(-1);
    expect(screen).not.toContain('hunter2');
    expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([{ id: '001_a' }]);
  });

  it.each(['yes\r', 'staging\r', '\r', '\u0003', '\u0004'])(
    'takes %j for a no, and nothing is written',
    async (answer) => {
      const shop = await target();
      const { screen, exitCode } = await ask(project(a), shop, ['apply'], answer);
      expect(exitCode, screen).toBe(answer === '\u0003' ? 130 : 2);
      expect(await shop.relations()).toEqual(['public']);
      expect(screen).not.toMatch(/^\s+at .*:\d+:\d+/m);
    },
  );
});

it.each(['y\r', 'YES\r'])('staging is content with %j', async (answer) => {
  const shop = await target();
  const { screen, exitCode } = await ask(project(a, environments), shop, ['apply', '--environment', 'staging'], answer);
  expect(exitCode, screen).toBe(0);
  expect(screen).toContain('backup');
});

it('development is asked without a word about a backup, and a no is a no', async () => {
  const shop = await target();
  const { screen, exitCode } = await ask(project(a, environments), shop, ['apply', '--environment', 'dev'], 'n\r');
  expect(exitCode, screen).toBe(2);
  expect(screen).not.toContain('backup');
  expect(await shop.relations()).toEqual(['public']);
});

it('resolve shows what is there before it asks', async () => {
  const shop = await target();
  const repo = project({ '001_a.sql': '-- lockstep: no-transaction\nCREATE TABLE a ();\nSELECT 1 / 0;\n' });
  await lockstep('apply', repo, shop);
  const { screen, exitCode } = await ask(repo, shop, ['resolve', '001_a', '--as', 'applied'], 'production\r');
  expect(exitCode, screen).toBe(0);
  expect(screen.indexOf('Statement 1 (CREATE TABLE a ()): done')).toBeGreaterThanOrEqual(0);
  expect(screen.indexOf('Statement 1')).toBeLessThan(screen.indexOf('to go on:'));
  expect(await shop.rows('SELECT how FROM lockstep.migrations')).toEqual([{ how: 'resolved' }]);
});
