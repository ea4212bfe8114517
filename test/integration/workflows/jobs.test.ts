import { describe, expect, it } from 'vitest';
import { dispatch } from '../../support/workflows/events.ts';
import { runWorkflow } from '../../support/workflows/run-workflow.ts';
import { job, repoWith, results, runSmall } from '../../support/workflows/small.ts';

/** The rig itself: in which order jobs run, which do not, and what they hand on. */

const skipped = job('second', 'true', "needs: first\nif: needs.first.outputs.go == 'yes'");

describe('a job', () => {
  it('begins when all that it needs have ended, and sees how', async () => {
    const run = await runSmall(
      job('last', 'echo "$NEEDS"', `needs: [one, two]\nenv: { NEEDS: "\${{ toJSON(needs) }}" }`) +
        job('one', 'echo a=1 >> "$GITHUB_OUTPUT"', `outputs: { a: "\${{ steps.it.outputs.a }}" }`) +
        job('two', 'sleep 0.3'),
    );
    expect(Object.keys(run.jobs)).toEqual(['one', 'two', 'last']);
    expect(run.conclusion).toBe('success');
    const [, needs = ''] =
      /^(\{[\s\S]*?^\})$/m.exec(run.jobs.last?.log.replace(/^[\s\S]*##\[endgroup\]\n/, '') ?? '') ?? [];
    expect(JSON.parse(needs)).toEqual({
      one: { result: 'success', outputs: { a: '1' } },
      two: { result: 'success', outputs: {} },
    });
  });

  it('is skipped when one before it failed, unless it asks for that', async () => {
    const run = await runSmall(
      job('first', 'exit 1') +
        job('second', 'true', 'needs: first') +
        job('third', 'true', 'needs: second') +
        job('on_failure', 'true', 'needs: third\nif: failure()') +
        job('always', 'true', 'needs: second\nif: always()') +
        job('not_cancelled', 'true', `needs: second\nif: \${{ !cancelled() }}`) +
        job('cancelled', 'true', 'needs: second\nif: cancelled()'),
    );
    expect(results(run)).toBe(
      'always success, cancelled skipped, first failure, not_cancelled success, on_failure success, second skipped, third skipped',
    );
    expect(run.conclusion).toBe('failure');
  });

  it('is skipped for one that was skipped far before it, though all between ran', async () => {
    const run = await runSmall(
      job('first') +
        skipped +
        job('between', 'true', 'needs: second\nif: always()') +
        job('plain', 'true', 'needs: between') +
        job('asking', 'true', `needs: between\nif: \${{ !cancelled() && needs.between.result == 'success' }}`),
    );
    expect(results(run)).toBe('asking success, between success, first success, plain skipped, second skipped');
    expect(run.conclusion).toBe('success');
  });

  it('gives steps its env, its folder and its shell, from the workflow down to the step', async () => {
    const run = await runSmall(`on: push
env: { A: workflow, B: workflow, C: workflow }
defaults: { run: { working-directory: below } }
jobs:
  one:
    runs-on: ubuntu-latest
    env: { B: job, C: job }
    steps:
      - run: mkdir below
        working-directory: .
      - id: it
        env: { C: step }
        run: |
          false | true
          echo "it=$A $B $C $(basename "$PWD") \${{ env.C }} \${{ github.job }}" >> "$GITHUB_OUTPUT"
      - id: strict
        if: steps.it.outcome == 'success'
        continue-on-error: true
        shell: bash
        run: false | true
      - if: always() && steps.strict.outcome == 'failure'
        run: echo "told" >> "$GITHUB_STEP_SUMMARY"`);
    expect(run.jobs.one?.steps.it?.outputs).toEqual({ it: 'workflow job step below step one' });
    expect(run.jobs.one?.steps.strict).toMatchObject({ outcome: 'failure', conclusion: 'success' });
    expect(run.jobs.one).toMatchObject({ result: 'success', summary: 'told\n' });
  });

  it('runs once for each combination of its matrix', async () => {
    const run = await runSmall(`list:
  runs-on: ubuntu-latest
  outputs: { all: '["15","16"]' }
  steps: [{ run: 'true' }]
each:
  needs: list
  runs-on: ubuntu-latest
  strategy:
    matrix:
      major: \${{ fromJSON(needs.list.outputs.all) }}
      include: [{ major: '15', old: yes-it-is }, { major: '18' }]
  steps:
    - id: it
      run: echo "it=$M" >> "$GITHUB_OUTPUT"
      env: { M: "\${{ matrix.major }} \${{ matrix.old }}" }
after:
  needs: each
  runs-on: ubuntu-latest
  steps: [{ run: 'true' }]`);
    const said = Object.values(run.jobs).flatMap(({ steps }) => steps.it?.outputs.it ?? []);
    expect(said.sort()).toEqual(['15 yes-it-is', '16 ', '18 ']);
    expect(run.jobs['each (16)']?.result).toBe('success');
    expect(run.jobs.after?.result).toBe('success');
  });
});

describe('an output', () => {
  it('that may hold a secret does not leave its job, and a warning says so', async () => {
    const run = await runSmall(
      job(
        'first',
        'echo "url=postgres://u:$SECRET@h/d" >> "$GITHUB_OUTPUT"\necho plain=1 >> "$GITHUB_OUTPUT"',
        `outputs: { url: "\${{ steps.it.outputs.url }}", plain: "\${{ steps.it.outputs.plain }}" }\nenv: { SECRET: "\${{ secrets.password }}" }`,
      ) + job('second', 'test -z "$URL"', `needs: first\nenv: { URL: "\${{ needs.first.outputs.url }}" }`),
      { secrets: { PASSWORD: 'hunter2' } },
    );
    expect(run.jobs.first?.outputs).toEqual({ plain: '1' });
    expect(run.jobs.first?.annotations).toEqual([
      { level: 'warning', message: "Skip output 'url' since it may contain secret." },
    ]);
    expect(run.jobs.second?.result).toBe('success');
    expect(run.log).toContain('SECRET: ***');
    expect(run.log).not.toContain('hunter2');
  });
});

describe('a workflow', () => {
  it.each([
    ['what GitHub cannot read', 'one:\n  runs-on: x\n  step: []', 'Unexpected value'],
    [
      'a job that needs itself',
      job('one') + job('two', 'true', 'needs: three') + job('three', 'true', 'needs: two'),
      'cycle',
    ],
  ])('with %s does not start', async (_what, jobs, problem) => {
    const run = await runSmall(jobs);
    expect(run).toMatchObject({ conclusion: 'startup_failure', jobs: {} });
    expect(run.problems.join()).toContain(problem);
  });

  it.each([
    ['an action that is not pinned', 'uses: actions/checkout@v7', 'must be pinned to a full-length commit SHA'],
    ['an action that nobody knows', `uses: acme-corp/thing@${'a'.repeat(40)}`, 'knows no action acme-corp/thing@'],
    ['a container', 'uses: docker://alpine', "no actions of the kind 'docker://alpine'"],
  ])('with %s is refused by the rig', async (_what, step, message) => {
    const jobs = `one:\n  runs-on: ubuntu-latest\n  steps:\n    - ${step}`;
    await expect(runSmall(jobs)).rejects.toThrow(message);
  });

  it('that is started by hand gets its inputs, with their types', async () => {
    const repo = repoWith(`on:
  workflow_dispatch:
    inputs:
      go: { type: boolean, default: true }
      word: { type: string, required: true }
jobs:
  one:
    runs-on: ubuntu-latest
    if: inputs.go
    steps: [{ id: it, env: { W: "\${{ inputs.word }}" }, run: 'echo "w=$W" >> "$GITHUB_OUTPUT"' }]`);
    const workflow = '.github/workflows/ci.yml';
    const run = (inputs: object) => runWorkflow({ repo, workflow, event: dispatch(repo, { ...inputs }) });
    expect((await run({ word: 'hello' })).jobs.one?.steps.it?.outputs).toEqual({ w: 'hello' });
    expect((await run({ word: 'hello', go: 'false' })).conclusion).toBe('skipped');
    await expect(run({})).rejects.toThrow("Required input 'word' not provided");
  });
});
