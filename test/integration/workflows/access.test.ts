import { describe, expect, it, onTestFinished } from 'vitest';
import { DOCUMENT } from '../../fakes/github/document.ts';
import { isGranted } from '../../fakes/github/permissions.ts';
import { startGithub } from '../../fakes/github/stand-in.ts';
import { pullRequest } from '../../support/workflows/events.ts';
import { type ApprovalRequest, visibleText } from '../../support/workflows/model.ts';
import { runWorkflow } from '../../support/workflows/run-workflow.ts';
import { job, repoWith, results, runSmall } from '../../support/workflows/small.ts';

/** The rig itself: what jobs may do, which secrets they see, and who lets them. */

async function github() {
  const made = await startGithub();
  onTestFinished(() => made.close());
  made.pullRequest(42);
  return made;
}

const comment = `curl -s -o /dev/null -w 'status=%{http_code}\\n' -H "Authorization: Bearer $TOKEN" -d '{"body":"hello"}' \\
  "$GITHUB_API_URL/repos/acme/shop/issues/42/comments" >> "$GITHUB_OUTPUT"`;
const token = `env: { TOKEN: "\${{ github.token }}" }`;

describe('a token', () => {
  it('may what its job was granted, and is answered 403 for the rest', async () => {
    const standIn = await github();
    const run = await runSmall(
      `on: push
permissions: {}
jobs:
  granted:
    runs-on: ubuntu-latest
    permissions: { pull-requests: write }
    ${token}
    steps: [{ id: it, run: '${comment.replaceAll("'", "''").replace(/\\\n */g, '')}' }]
  reading:
    runs-on: ubuntu-latest
    permissions: { pull-requests: read }
    ${token}
    steps: [{ id: it, run: '${comment.replaceAll("'", "''").replace(/\\\n */g, '')}' }]
  nothing:
    runs-on: ubuntu-latest
    ${token}
    steps: [{ id: it, run: '${comment.replaceAll("'", "''").replace(/\\\n */g, '')}' }]`,
      { github: standIn },
    );
    const status = Object.fromEntries(Object.values(run.jobs).map(({ id, steps }) => [id, steps.it?.outputs.status]));
    expect(status).toEqual({ granted: '201', reading: '403', nothing: '403' });
    expect(standIn.comments(42).map(({ body }) => body)).toEqual(['hello']);
    expect(standIn.problems).toEqual([]);
  });

  it('is asked for a permission by every operation that the stand-in plays', () => {
    const operations = Object.values(DOCUMENT.paths).flatMap((methods) => Object.values(methods));
    const free = operations.filter(({ operationId }) => isGranted(operationId, {}));
    expect(free.map(({ operationId }) => operationId).sort()).toEqual(['repos/get', 'users/get-authenticated']);
  });

  it('of a pull request from a fork only reads, and there are no secrets', async () => {
    const standIn = await github();
    const repo = repoWith(
      `on: pull_request\njobs:\n  one:\n    runs-on: ubuntu-latest\n    permissions: { pull-requests: write, contents: read }\n    env: { TOKEN: "\${{ github.token }}", SECRET: "\${{ secrets.URL }}" }\n    steps:\n      - { id: it, run: '${comment.replaceAll("'", "''").replace(/\\\n */g, '')}' }\n      - { id: secret, run: 'echo "it=[$SECRET]" >> "$GITHUB_OUTPUT"' }`,
    );
    repo.branch('feature');
    repo.commit('change', { 'a.txt': 'a' });
    const on = { repo, workflow: '.github/workflows/ci.yml', github: standIn, secrets: { URL: 'postgres://x' } };
    const seen = async (from: string) => {
      const { jobs } = await runWorkflow({ ...on, event: pullRequest(repo, { from }) });
      return `${jobs.one?.steps.it?.outputs.status} ${jobs.one?.steps.secret?.outputs.it}`;
    };
    expect(await seen('acme/shop')).toBe('201 [postgres://x]');
    expect(await seen('stranger/shop')).toBe('403 []');
  });
});

const production = job(
  'production',
  'echo "$URL" | rev >> "$GITHUB_STEP_SUMMARY"',
  `environment: { name: Production, url: "https://shop.example" }\nenv: { URL: "\${{ secrets.URL }}", LEVEL: "\${{ vars.LEVEL }}" }`,
);
const environments = {
  production: { secrets: { url: 'secret-of-production' }, vars: { LEVEL: 'high' }, reviewers: ['grace'] },
};

describe('an environment', () => {
  it('gives its secrets and variables to the jobs that name it, and to no other', async () => {
    const run = await runSmall(
      production + job('other', 'echo "it=[$URL]" >> "$GITHUB_OUTPUT"', `env: { URL: "\${{ secrets.URL }}" }`),
      { environments, approve: () => 'approve' },
    );
    expect(run.jobs.production).toMatchObject({
      result: 'success',
      summary: 'noitcudorp-fo-terces\n',
      environment: { name: 'Production', url: 'https://shop.example' },
    });
    expect(run.jobs.production?.log).toContain('URL: ***\n  LEVEL: high');
    expect(visibleText(run)).toContain('noitcudorp-fo-terces');
    expect(visibleText(run)).not.toContain('secret-of-production');
    expect(run.jobs.other?.steps.it?.outputs.it).toBe('[]');
  });

  it('is asked for when all before it has ended, by the page that the run has then', async () => {
    const asked: ApprovalRequest[] = [];
    const run = await runSmall(
      `${job('plan', 'echo "## What will run" >> "$GITHUB_STEP_SUMMARY"')}${production.replace('runs-on', 'needs: plan\n  runs-on')}`,
      {
        environments,
        approve: (request) => {
          asked.push(request);
          return 'approve';
        },
      },
    );
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ environment: 'Production', job: 'production', reviewers: ['grace'] });
    expect(asked[0]?.page.summary).toBe('## What will run\n');
    expect(run.approvals).toEqual([{ environment: 'Production', job: 'production', answer: 'approve' }]);
  });

  it.each(['reject', 'never'] as const)('that is answered %s fails the job: none of its steps run', async (answer) => {
    const run = await runSmall(
      `${production}${job('after', 'true', 'needs: production')}${job('told', 'true', 'needs: production\nif: always()')}`,
      { environments, approve: () => answer },
    );
    expect(results(run)).toBe('after skipped, production failure, told success');
    expect(run.jobs.production).toMatchObject({ all: [], log: '', outputs: {} });
    expect(run.conclusion).toBe('failure');
  });

  it('is not asked for by a job that is skipped', async () => {
    const run = await runSmall(production.replace('runs-on', "if: github.ref == 'x'\n  runs-on"), { environments });
    expect(run).toMatchObject({ conclusion: 'skipped', approvals: [] });
  });
});
