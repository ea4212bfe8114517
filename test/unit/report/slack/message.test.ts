import { describe, expect, it } from 'vitest';
import { renderDeployment } from '../../../../src/report/slack/message.ts';
import { judge } from '../../../fakes/slack/contents.ts';
import { deployment, stage, states, surroundings, two } from './deployments.ts';
import { readable } from './golden.ts';

const rendered = (name: string): string => readable(renderDeployment(states[name] ?? deployment([]), surroundings));

describe("a deployment's message", () => {
  it.each(Object.keys(states))('%s', async (name) => {
    const message = renderDeployment(states[name] ?? deployment([]), surroundings);
    await expect(readable(message)).toMatchFileSnapshot(`golden/${name}.txt`);
    expect(judge(message.text, message.blocks)).toMatchObject({ error: undefined, problems: [], mentions: [] });
  });

  it('says first what matters most', () => {
    const titles = Object.fromEntries(
      Object.entries(states).map(([name, each]) => [name, renderDeployment(each, surroundings).text]),
    );
    expect(titles).toMatchObject({
      begun: '📋 *acme/shop*: a deployment has begun',
      waiting: '⏳ *acme/shop*: *production*: waiting for approval: 2 migrations',
      applied: '✅ *acme/shop*: *production*: 2 migrations applied (900 ms)',
      // What stopped, not what did not begin after it.
      skipped: '❌ *acme/shop*: *production*: failed: no migration applied',
      codeDeployed: '🚀 *acme/shop*: code: deployed',
      codeFailed: '❌ *acme/shop*: code: failed to deploy',
      codeSkipped: '❌ *acme/shop*: *production*: failed: no migration applied',
    });
  });

  it('says of a failure where it was, why, who was in the way, what is applied, and the next command', () => {
    const text = rendered('partial');
    for (const said of [
      '`014_backfill_first_name`, statement 2, line 3: canceling statement due to lock timeout (SQLSTATE 55P03)',
      'It waited for psql (pid 4711).',
      'Applied, and stays: `013_first_name`',
      'Not applied, or not all of it: `014_backfill_first_name`',
      'let those in the way end',
      '`lockstep status --environment production --database-url-env DATABASE_URL`',
    ])
      expect(text).toContain(said);
  });

  it('names no migration as applied where not all names are known, or they contradict each other', () => {
    const failure = { message: 'x', migration: two[0] };
    for (const one of [
      stage('production', 'partial', { applied: 30, pending: 10, migrations: two }),
      stage('production', 'partial', { applied: 1, pending: 1, migrations: two, failure }),
    ]) {
      const text = readable(renderDeployment(deployment([one]), surroundings));
      expect(text).toContain(`Applied, and stays: ${one.applied}`);
      expect(text).toContain(`Not applied, or not all of it: ${one.pending}`);
    }
  });

  it('says of code that failed what to roll back, and why not the schema', () => {
    expect(rendered('codeFailed')).toMatch(/Roll back the code, not the schema: .*loses what was written since/);
  });

  it('writes commands that a shell takes as they are meant, whatever the names', () => {
    const failure = { message: 'x', migration: "a'b; rm -rf $HOME", settle: true as const };
    const about = { database: 'two words' };
    const text = readable(
      renderDeployment(deployment([stage('prod (eu)', 'partial', { failure })], about), surroundings),
    );
    expect(text).toContain(
      "`lockstep resolve 'a'\\''b; rm -rf $HOME' --database 'two words' --environment 'prod (eu)' --database-url-env DATABASE_URL --as`",
    );
  });

  it('links to nothing but the server that the repository is on', () => {
    const elsewhere = stage('production', 'waiting', { url: 'https://github.com.evil.example/a', pending: 1 });
    const text = readable(renderDeployment(deployment([elsewhere]), surroundings));
    expect(text).not.toContain('evil.example');
    const none = readable(renderDeployment(deployment([stage('a', 'waiting')]), { server: undefined }));
    expect(none).not.toMatch(/<http/);
    expect(none).toContain("the run's page");
  });
});
