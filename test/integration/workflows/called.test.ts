import { describe, expect, it } from 'vitest';
import { gitRepo } from '../../support/git-repo.ts';
import { job, results, runSmall } from '../../support/workflows/small.ts';

/** The rig itself: workflows that call others. */

const deploy = `on:
  workflow_call:
    inputs:
      environment: { type: string, default: staging }
      really: { type: boolean, default: false }
      count: { type: number, required: true }
    secrets:
      url: { required: false }
      other: { required: false }
    outputs:
      said: { value: "\${{ jobs.inner.outputs.said }}" }
      result: { value: "\${{ jobs.inner.result }}" }
jobs:
  inner:
    runs-on: ubuntu-latest
    environment: \${{ inputs.environment }}
    outputs: { said: "\${{ steps.it.outputs.said }}" }
    steps:
      - id: it
        env:
          URL: \${{ secrets.url }}
          OTHER: \${{ secrets.OTHER }}
          SAID: \${{ inputs.environment }} \${{ inputs.really }} \${{ inputs.count }} \${{ github.event_name }}
        run: |
          echo "said=$SAID" >> "$GITHUB_OUTPUT"
          printf 'secrets=%s %s' "$URL" "$OTHER" | tr a-z b-za >> "$GITHUB_OUTPUT"
`;
const call = (more: string): string => `deploy:
  uses: ./.github/workflows/deploy.yml
  with: { count: 3, really: true, environment: production }
${more}
after:
  needs: deploy
  runs-on: ubuntu-latest
  steps:
    - { id: it, env: { SAID: "\${{ needs.deploy.outputs.said }}|\${{ needs.deploy.outputs.result }}" }, run: 'echo "it=$SAID" >> "$GITHUB_OUTPUT"' }`;
const environments = { production: { secrets: { URL: 'env-url', OTHER: 'env-other' } } };
/** What `tr` makes of it, so that it is not hidden. */
const said = (text: string) => text.replace(/[a-y]/g, (each) => String.fromCharCode(each.charCodeAt(0) + 1));
const seen = (run: Awaited<ReturnType<typeof runSmall>>) =>
  run.jobs['deploy/inner']?.steps.it?.outputs[said('secrets')];

/** An action.yml of one script and one output. */
const composite = (output: string, script: string): string =>
  `name: x
description: x
outputs: { ${output}: { description: x, value: "\${{ steps.it.outputs.${output} }}" } }
runs: { using: composite, steps: [{ id: it, shell: bash, run: '${script}' }] }
`;

describe('a called workflow', () => {
  it('gets inputs with their types, and hands outputs back', async () => {
    const run = await runSmall(call(''), { environments }, { 'deploy.yml': deploy });
    expect(results(run)).toBe('after success, deploy success, deploy/inner success');
    expect(run.jobs.deploy?.outputs).toEqual({ said: 'production true 3 push' });
    expect(run.jobs.after?.steps.it?.outputs).toEqual({ it: 'production true 3 push|' });
  });

  it.each([
    [
      'one by one: the environment changes those, and brings no others',
      `  secrets: { url: "\${{ secrets.URL }}" }`,
      'env-url ',
    ],
    ['all: the environment brings its own, too', '  secrets: inherit', 'env-url env-other'],
    ['not at all: there are none', '', ' '],
  ])('sees secrets that are handed over %s', async (_how, more, expected) => {
    const run = await runSmall(call(more), { environments, secrets: { URL: 'repo-url' } }, { 'deploy.yml': deploy });
    expect(seen(run), run.log).toBe(said(expected));
    expect(run.log).not.toMatch(/env-url|env-other/);
  });

  it.each([
    ['misses an input', 'count: 3, ', '', 'Input count is required, but not provided while calling.'],
    [
      'gets one that it does not have',
      'count: 3',
      'count: 3, cuont: 4',
      'cuont is not defined in the referenced workflow',
    ],
  ])('that %s does not start', async (_what, from, to, problem) => {
    const run = await runSmall(call('').replace(from, to), {}, { 'deploy.yml': deploy });
    expect(run).toMatchObject({ conclusion: 'startup_failure', jobs: {} });
    expect(run.problems.join()).toContain(problem);
  });

  it('may narrow what its caller grants, and does not start when it wants more', async () => {
    const wants = deploy.replace('jobs:', 'permissions: { pull-requests: write }\njobs:');
    const run = (grant: string) => runSmall(call(`  permissions: ${grant}`), {}, { 'deploy.yml': wants });
    const refused = await run('{ pull-requests: read, contents: write }');
    expect(refused.conclusion).toBe('startup_failure');
    expect(refused.problems.join('\n')).toContain(
      "The nested job 'inner' is requesting 'pull-requests: write', but is only allowed 'pull-requests: read'.",
    );
    const granted = await run('{ pull-requests: write, contents: write }');
    expect(granted.conclusion).toBe('success');
    expect(granted.jobs['deploy/inner']?.permissions).toEqual({ 'pull-requests': 'write' });
  });

  it('fails as its jobs do, and its outputs are there all the same', async () => {
    const failing = deploy
      .replace('    steps:\n', '    steps:\n      - { if: always(), run: exit 1 }\n')
      .replace('- id: it', '- id: it\n        if: always()');
    const run = await runSmall(call(''), {}, { 'deploy.yml': failing });
    expect(results(run)).toBe('after skipped, deploy failure, deploy/inner failure');
    expect(run.jobs.deploy?.outputs).toEqual({ said: 'production true 3 push' });
  });

  it('of another repository reaches its own action by $/, and finds the file it is from', async () => {
    const other = gitRepo({
      '.github/workflows/check.yml': `on: { workflow_call: {} }
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - { id: own, uses: $/ }
      - { id: it, env: { FROM: "\${{ job.workflow_repository }} \${{ github.repository }}" }, run: 'echo "it=$FROM" >> "$GITHUB_OUTPUT"' }`,
      'action.yml': composite('here', 'echo "here=$(cat "$GITHUB_ACTION_PATH/word.txt")" >> "$GITHUB_OUTPUT"'),
      'word.txt': 'from the action',
    });
    const tag = other.git('rev-parse', 'HEAD');
    const run = await runSmall(`check:\n  uses: other/tools/.github/workflows/check.yml@${tag}`, {
      repositories: { 'other/tools': other },
    });
    expect(run.jobs['check/check']?.steps.own?.outputs, run.log).toEqual({ here: 'from the action' });
    expect(run.jobs['check/check']?.steps.it?.outputs).toEqual({ it: 'other/tools acme/shop' });
  });
});

it('a called workflow can fetch its own repository, at its own commit, where there is no $/', async () => {
  const other = gitRepo({
    '.github/workflows/check.yml': `on: { workflow_call: {} }
jobs:
  check:
    runs-on: ubuntu-latest
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@${'a'.repeat(40)}
        with: { repository: "\${{ job.workflow_repository }}", ref: "\${{ job.workflow_sha }}", path: .own }
      - { id: own, uses: ./.own/sub }`,
    'sub/action.yml': composite('here', 'echo "here=old" >> "$GITHUB_OUTPUT"'),
  });
  other.git('tag', 'v1');
  other.commit('later', { 'sub/action.yml': composite('here', 'echo "here=new" >> "$GITHUB_OUTPUT"') });
  const run = await runSmall('check:\n  uses: acme/tools/.github/workflows/check.yml@v1', {
    repositories: { 'acme/tools': other },
  });
  expect(run.jobs['check/check']?.steps.own?.outputs, run.log).toEqual({ here: 'old' });
});

it('a job beside the called one does not see what the called one set', async () => {
  const run = await runSmall(`${call('')}\n${job('beside', 'test -z "$SAID"')}`, {}, { 'deploy.yml': deploy });
  expect(run.jobs.beside?.result).toBe('success');
});
