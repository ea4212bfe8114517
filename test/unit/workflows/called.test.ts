import { describe, expect, it } from 'vitest';
import { forServer } from '../../../scripts/docs/server-workflows.ts';
import { called, isOurs, jobsOf, named, read } from './files.ts';

/** The workflows that others call. */

const onGithub = called.filter(({ path }) => !path.includes('/ghes-'));
const onServers = called.filter(({ path }) => path.includes('/ghes-'));

describe('the workflows to call', () => {
  it('are these', () => {
    expect(called.map(({ path }) => path.split('/').at(-1)).sort()).toEqual([
      'check.yml',
      'comment.yml',
      'deploy.yml',
      'ghes-check.yml',
      'ghes-deploy.yml',
    ]);
  });

  it.each(called)('$path runs only when somebody calls it', ({ workflow }) => {
    expect(Object.keys(workflow.on)).toEqual(['workflow_call']);
  });

  it.each(called)('$path requires no secret: one that only an environment has would be missed', ({ workflow }) => {
    const secrets = Object.values(workflow.on.workflow_call?.secrets ?? {});
    expect(secrets.filter(({ required }) => required)).toEqual([]);
  });

  it.each(called)('$path has a default for every input but the version of Postgres', ({ workflow }) => {
    const inputs = Object.entries(workflow.on.workflow_call?.inputs ?? {});
    expect(inputs.filter(([, { default: value }]) => value === undefined).map(([name]) => name)).toEqual(
      inputs.some(([name]) => name === 'image') ? ['postgres_version'] : [],
    );
  });

  it.each(onGithub)('$path finds Lockstep where the called file is, never in the folder of the caller', ({ text }) => {
    expect(text).toMatch(/uses: \$\/$/m);
    expect(text).not.toMatch(/uses: \.\//);
  });

  it.each(['deploy', 'ghes-deploy'])('%s.yml says which secret is missing, and where it belongs', (name) => {
    const { jobs } = named(`.github/workflows/${name}.yml`).workflow;
    for (const [job, secret] of [
      ['staging', 'STAGING_DATABASE_URL'],
      ['production', 'PRODUCTION_DATABASE_URL'],
    ] as const) {
      const [first] = jobs[job]?.steps ?? [];
      expect(first?.env).toMatchObject({ GIVEN: `\${{ secrets.${secret} != '' }}` });
      for (const words of [secret, '$ENVIRONMENT', 'secrets: inherit', 'exit 1']) expect(first?.run).toContain(words);
    }
  });
});

describe('the workflows for GitHub Enterprise Server', () => {
  it.each(onServers)('$path has nothing that such a server refuses', ({ text }) => {
    expect(text).not.toMatch(/uses: \$\/|deployment: false|queue: max/);
    expect(text).not.toMatch(/-artifact@[0-9a-f]{40} # v([4-9]|\d\d)/);
  });

  it.each(onServers)('$path fetches Lockstep before it runs it, from where the called file is', (file) => {
    const jobs = jobsOf(file).filter(({ steps = [] }) => steps.some(isOurs));
    expect(jobs.length).toBeGreaterThan(0);
    for (const { steps = [], place } of jobs) {
      const at = steps.findIndex(isOurs);
      const [guard, fetch] = [steps[at - 2], steps[at - 1]];
      expect(guard?.run, place).toContain('exit 1');
      expect(fetch?.with, place).toMatchObject({
        repository: `\${{ job.workflow_repository }}`,
        ref: `\${{ job.workflow_sha }}`,
        path: '.lockstep',
      });
      // A checkout of the project clears the folder that it works in.
      const last = steps.map(({ uses, with: given }) => !!uses?.startsWith('actions/checkout@') && !given?.path);
      expect(last.lastIndexOf(true), place).toBeLessThan(at - 2);
    }
  });

  it('keep every other line of what they are made from', () => {
    const source = read('.github/workflows/check.yml');
    const made = forServer(source, 'check.yml');
    const lines = source.split('\n').filter((line) => !/\$\/|artifact@|^name:/.test(line));
    for (const line of lines) expect(made).toContain(line);
  });
});
