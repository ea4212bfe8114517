import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer';
import { parseWorkflow } from '@actions/workflow-parser/workflows/workflow-parser';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readInputs } from '../../src/settings/inputs.ts';
import { inputVariable } from '../../src/settings/options.ts';
import { fileSchema } from '../../src/settings/schema.ts';

/** Every YAML block of the pages is copied by somebody: workflows, steps of one, or lines for lockstep.yml. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(root + path, 'utf8');
const pages = [
  'README.md',
  ...['docs', 'docs/tools'].flatMap((folder) =>
    readdirSync(root + folder).flatMap((name) => (/\.md$/.test(name) ? `${folder}/${name}` : [])),
  ),
];

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly uses?: string; readonly steps?: readonly Step[] }>>;
}

const blocks = pages.flatMap((page) => {
  const text = read(page);
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(({ index, 1: yaml = '' }) => {
    const heading = [...text.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '';
    return { page, place: `${page}, ${heading}`, yaml, content: parse(yaml) as unknown };
  });
});

/** Steps alone are read in a job of their own. */
const workflows = blocks.flatMap(({ page, place, yaml, content }) => {
  if (Array.isArray(content)) {
    const workflow = { on: 'push', jobs: { job: { 'runs-on': 'ubuntu-latest', steps: content as Step[] } } };
    return { page, place, yaml, text: stringify(workflow), workflow: workflow as Workflow };
  }
  return isWorkflow(content) ? { page, place, yaml, text: yaml, workflow: content } : [];
});

const inputs = (parse(read('action.yml')) as { inputs: Readonly<Record<string, unknown>> }).inputs;

function isWorkflow(content: unknown): content is Workflow {
  return typeof content === 'object' && content !== null && 'jobs' in content;
}

/** What GitHub's parser says against a workflow. */
function problemsOf(content: string): string[] {
  const { context } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

function stepsOf({ jobs }: Workflow): readonly Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps ?? []);
}

describe('the workflows in the pages', () => {
  it('are there, for every recipe', () => {
    expect(new Set(workflows.map(({ page }) => page))).toContain('README.md');
    for (const recipe of read('docs/recipes.md').split('\n## ').slice(1)) expect(recipe).toMatch(/```yaml\n/);
  });

  it('would not pass with a mistake in them', () => {
    const [first] = workflows;
    expect(problemsOf(first?.text.replace('runs-on:', 'run-on:') ?? '')).not.toEqual([]);
  });

  it.each(workflows)("are right for GitHub's own parser: $place", ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each(workflows)('give Lockstep only inputs that it has: $place', ({ workflow }) => {
    const ours = stepsOf(workflow).filter(({ uses }) => uses?.startsWith('lockstep-dev/'));
    const given = ours.flatMap((step) => Object.keys(step.with ?? {}));
    expect(given.filter((name) => !(name in inputs))).toEqual([]);
  });

  it.each(workflows)('give each command only inputs of its own: $place', ({ workflow }) => {
    const problems = stepsOf(workflow)
      .filter(({ uses }) => uses?.startsWith('lockstep-dev/'))
      .flatMap(({ with: given = {} }) => {
        const variables = Object.entries(given).map(([name, value]) => [inputVariable(name), String(value)] as const);
        return readInputs(Object.fromEntries(variables)).problems;
      });
    expect(problems).toEqual([]);
  });

  it.each(workflows)('name the actions of others by commit, with the version beside: $place', ({ yaml }) => {
    const lines = yaml
      .split('\n')
      .filter((line) => /^\s*(- )?uses: /.test(line) && !/uses: (lockstep-dev|acme)\//.test(line));
    expect(lines.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('say that there is no release, as long as there is none', () => {
    const released = /^## \[\d/m.test(read('CHANGELOG.md'));
    const ours = blocks.flatMap(({ yaml }) => yaml.match(/uses: lockstep-dev\/lockstep@.*/g) ?? []);
    expect(ours.length).toBeGreaterThan(10);
    expect(ours.filter((line) => line.includes('not released yet') === released)).toEqual([]);
  });
});

describe('the other YAML in the pages', () => {
  const others = blocks.filter(({ content }) => !Array.isArray(content) && !isWorkflow(content));

  it.each(others)('is right for lockstep.yml, or gives permissions: $place', ({ content }) => {
    const keys = Object.keys((content ?? {}) as object);
    if (keys.join() === 'permissions') return;
    expect(fileSchema.safeParse(content ?? {}).error).toBeUndefined();
  });
});
