import { type GitRepo, gitRepo } from '../git-repo.ts';
import { push } from './events.ts';
import type { RunResult } from './model.ts';
import { actionsOn, type RepositoryOnActions, runWorkflow, type Setup } from './run-workflow.ts';
import type { RunOptions } from './start-run.ts';

/** Small made-up workflows, for tests of the rig itself. */

type Given = Partial<Omit<Setup & RunOptions, 'repo' | 'workflow' | 'text'>>;

const CI = '.github/workflows/ci.yml';

/** `jobs`: the YAML below `jobs:`, or a whole workflow. `called`: other workflows by their file's name. */
export function repoWith(jobs: string, called: Readonly<Record<string, string>> = {}): GitRepo {
  const whole = /^on:/m.test(jobs) ? jobs : `on: push\njobs:\n${indent(jobs, 2)}`;
  const others = Object.entries(called).map(([name, text]) => [`.github/workflows/${name}`, text] as const);
  return gitRepo({ [CI]: `${whole}\n`, ...Object.fromEntries(others) });
}

/** Runs it for a push to main. */
export function runSmall(
  jobs: string,
  given: Given = {},
  called: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  const repo = repoWith(jobs, called);
  return runWorkflow({ repo, workflow: CI, event: push(repo), ...given });
}

export function hostSmall(
  jobs: string,
  given: Given = {},
): { readonly on: RepositoryOnActions; readonly options: RunOptions; readonly repo: GitRepo } {
  const repo = repoWith(jobs);
  return { repo, on: actionsOn({ repo, ...given }), options: { workflow: CI, event: push(repo), ...given } };
}

/** A job of one script. `head`: what stands before its steps, such as `needs: first`. */
export function job(id: string, script = 'true', head = ''): string {
  return `${id}:\n  runs-on: ubuntu-latest\n${head === '' ? '' : `${indent(head, 2)}\n`}  steps:\n    - id: it\n      run: |\n${indent(script, 8)}\n`;
}

/** 'first success, second skipped' */
export function results({ jobs }: RunResult): string {
  return Object.values(jobs)
    .map(({ id, result }) => `${id} ${result}`)
    .sort()
    .join(', ');
}

function indent(text: string, by: number): string {
  return text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`))
    .join('\n');
}
