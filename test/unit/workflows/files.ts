import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer';
import { parseWorkflow } from '@actions/workflow-parser/workflows/workflow-parser';
import { parse } from 'yaml';

/** The workflows of this repository: those to copy, those to call, and its own. */

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const read = (path: string): string => readFileSync(root + path, 'utf8');

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': unknown };
  readonly environment?: string | { readonly name: string; readonly deployment?: boolean };
  readonly outputs?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: unknown;
  readonly steps?: readonly Step[];
}

interface Called {
  readonly inputs?: Readonly<
    Record<string, { readonly type: string; readonly default?: unknown; readonly required?: boolean }>
  >;
  readonly secrets?: Readonly<Record<string, { readonly required: boolean }>>;
  readonly outputs?: Readonly<Record<string, { readonly value: string }>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>> & { readonly workflow_call?: Called };
  readonly permissions: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface WorkflowFile {
  readonly path: string;
  readonly text: string;
  readonly workflow: Workflow;
}

function filesIn(folder: string): WorkflowFile[] {
  return readdirSync(root + folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => {
      const path = `${folder}/${name}`;
      // What GitHub puts in when somebody takes the template.
      const text = read(path).replaceAll('$default-branch', 'main');
      return { path, text, workflow: parse(text) as Workflow };
    });
}

export const templates = filesIn('workflows-templates');
const all = filesIn('.github/workflows');
/** Prefixed, since GitHub takes no folders there. */
const isOwn = ({ path }: WorkflowFile): boolean => /\/ci-[\w-]+\.yml$/.test(path);
export const own = all.filter(isOwn);
export const called = all.filter((file) => !isOwn(file));
/** For other people. */
export const offered = [...templates, ...called];
export const everyFile = [...offered, ...own];

export function named(path: string): WorkflowFile {
  const file = everyFile.find((one) => one.path === path);
  if (file === undefined) throw new Error(`There is no ${path}`);
  return file;
}

interface JobIn extends Job {
  readonly id: string;
  readonly place: string;
}

export function jobsOf({ path, workflow }: WorkflowFile): JobIn[] {
  return Object.entries(workflow.jobs).map(([id, job]) => ({ ...job, id, place: `${path}, ${id}` }));
}

export function needsOf({ needs = [] }: Job): readonly string[] {
  return typeof needs === 'string' ? [needs] : needs;
}

/** The action itself, whichever way the file names it. */
export function isOurs({ uses = '' }: Step): boolean {
  return ['$/', './', './.lockstep'].includes(uses) || /^lockstep-dev\/lockstep@/.test(uses);
}

/** What GitHub's parser says against a workflow. */
export function problemsOf(content: string): string[] {
  const { context } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}
