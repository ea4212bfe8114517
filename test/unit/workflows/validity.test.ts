import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readInputs } from '../../../src/settings/inputs.ts';
import { inputVariable } from '../../../src/settings/options.ts';
import { everyFile, isOurs, jobsOf, named, needsOf, offered, problemsOf, read, type WorkflowFile } from './files.ts';

/** Mistakes that GitHub would tell of only when somebody's pipeline runs, or never. */

const action = parse(read('action.yml')) as Record<'inputs' | 'outputs', Readonly<Record<string, unknown>>>;

/** Every place of a file that an expression names something in: 'needs.<job>.outputs.<name>'. */
function namesIn(text: string, pattern: RegExp): readonly (readonly string[])[] {
  return [...text.matchAll(pattern)].map(([, ...parts]) => parts.map(String));
}

describe.each(everyFile)('$path', (file: WorkflowFile) => {
  const jobs = jobsOf(file);
  const steps = jobs.flatMap(({ place, steps: each = [] }) => each.map((step) => ({ ...step, place })));

  it("is right for GitHub's own parser", () => {
    expect(problemsOf(file.text)).toEqual([]);
  });

  it('names the actions of others by commit, with the version beside', () => {
    const uses = file.text.split('\n').filter((line) => /^\s*(- )?uses: /.test(line));
    const others = uses.filter((line) => !/uses: (\$\/|\.\/|lockstep-dev\/)/.test(line));
    expect(others.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+(-node20)?$/.test(line))).toEqual([]);
  });

  it('puts nothing from outside into a script', () => {
    expect(steps.filter(({ run }) => run?.includes(`\${{`))).toEqual([]);
  });

  it('leaves no credentials in the folder that it checks out', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter(({ with: given }) => given?.['persist-credentials'] !== false)).toEqual([]);
  });

  it('waits for nothing without end', () => {
    const endless = jobs.filter((job) => job.uses === undefined && job['timeout-minutes'] === undefined);
    expect(endless.map(({ place }) => place)).toEqual([]);
  });

  it('reads of the jobs before it only what they say', () => {
    for (const job of jobs) {
      const text = JSON.stringify(job);
      const reads = namesIn(text, /needs\.([\w-]+)\.outputs\.(\w+)/g);
      for (const [from = '', output = ''] of reads) {
        expect(needsOf(job), `${job.place} reads ${from}`).toContain(from);
        const { outputs, uses } = file.workflow.jobs[from] ?? {};
        const known = uses === undefined ? outputs : calledOutputs(uses);
        expect(Object.keys(known ?? {}), `${job.place} reads ${from}.${output}`).toContain(output);
      }
    }
  });

  it('reads of its steps only what they say', () => {
    for (const job of jobs) {
      for (const [id, output] of namesIn(JSON.stringify(job), /steps\.([\w-]+)\.outputs\.(\w+)/g)) {
        const step = job.steps?.find((one) => one.id === id);
        expect(step, `${job.place}: ${id}`).toBeDefined();
        if (step && isOurs(step)) expect(Object.keys(action.outputs), `${job.place}: ${id}`).toContain(output);
        else expect(step?.run, `${job.place}: ${id}`).toContain(`${output}=`);
      }
    }
  });

  it('reads only inputs and secrets that its caller can give', () => {
    const { workflow_call: call } = file.workflow.on;
    const dispatch = file.workflow.on.workflow_dispatch as { inputs?: Record<string, unknown> } | null | undefined;
    const inputs = Object.keys({ ...call?.inputs, ...dispatch?.inputs });
    for (const [name] of namesIn(file.text, /\binputs\.(\w+)/g)) expect(inputs, name).toContain(name);
    if (call === undefined) return;
    for (const [name] of namesIn(file.text, /\bsecrets\.(\w+)/g))
      expect(Object.keys(call.secrets ?? {}), name).toContain(name);
    for (const { value } of Object.values(call.outputs ?? {})) {
      const [job = '', output = ''] = namesIn(value, /^\$\{\{ jobs\.([\w-]+)\.outputs\.(\w+) \}\}$/g)[0] ?? [];
      expect(Object.keys(file.workflow.jobs[job]?.outputs ?? {}), value).toContain(output);
    }
  });

  it('gives each command inputs of its own', () => {
    const problems = steps.filter(isOurs).flatMap(({ with: given = {}, place }) => {
      const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
      // Whatever an expression will be: that of a choice, a number or a digest is checked when it runs.
      const fixed = Object.entries(given).map(([name, value]) => [inputVariable(name), sample(name, String(value))]);
      return [...unknown, ...readInputs(Object.fromEntries(fixed)).problems].map((problem) => `${place}: ${problem}`);
    });
    expect(problems).toEqual([]);
  });
});

const SAMPLES: Readonly<Record<string, string>> = {
  postgres_version: '17',
  comment: 'changes',
  code_result: 'success',
  plan_digest: 'a'.repeat(64),
};

function sample(name: string, value: string): string {
  return value.includes(`\${{`) ? (SAMPLES[name] ?? 'x') : value;
}

/** Of a workflow that a job calls. */
function calledOutputs(uses: string): Readonly<Record<string, unknown>> | undefined {
  const path = /(\.github\/workflows\/[\w-]+\.yml)/.exec(uses)?.[1] ?? '';
  return named(path).workflow.on.workflow_call?.outputs;
}

describe('these tests', () => {
  it('would not let a mistake pass', () => {
    const [first] = offered;
    expect(problemsOf(first?.text.replace('runs-on:', 'run-on:') ?? '')).not.toEqual([]);
    expect(everyFile.flatMap(jobsOf).flatMap(({ steps = [] }) => steps.filter(isOurs)).length).toBeGreaterThan(15);
  });
});
