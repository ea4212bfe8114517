import { convertWorkflowTemplate } from '@actions/workflow-parser/model/convert';
import type { EventsConfig, Step } from '@actions/workflow-parser/model/workflow-template';
import type { ScalarToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer';
import { parseWorkflow } from '@actions/workflow-parser/workflows/workflow-parser';
import { entries, get, scalar } from './tokens.ts';

/** A workflow's file, read and checked by GitHub's own parser. Values that may hold expressions are still tokens. */

export interface WorkflowFile {
  /** '' without one. */
  readonly name: string;
  readonly events: EventsConfig;
  /** What stands below `on.workflow_call`. */
  readonly call: TemplateToken | undefined;
  /** The whole file. */
  readonly root: TemplateToken;
  readonly jobs: readonly JobFile[];
}

export interface JobFile {
  readonly id: string;
  readonly needs: readonly string[];
  /** An expression; `success() && (...)` where the file has no status function. */
  readonly condition: string;
  readonly token: TemplateToken;
  /** The workflow that it calls. */
  readonly uses: string | undefined;
  readonly steps: readonly StepFile[];
}

export interface StepFile {
  readonly id: string;
  readonly condition: string;
  readonly continueOnError: ScalarToken | boolean;
  readonly name: ScalarToken | undefined;
  readonly uses: string | undefined;
  readonly run: ScalarToken | undefined;
  readonly token: TemplateToken;
}

/** How the text of a workflow is found that another one calls. Throws when there is none. */
type FindWorkflow = (uses: string) => string;

/** `problems`: what GitHub has against it, and against how it calls others. */
export async function readWorkflow(
  path: string,
  content: string,
  find: FindWorkflow,
): Promise<{ readonly file: WorkflowFile | undefined; readonly problems: readonly string[] }> {
  const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
  const failed = (): string[] => context.errors.getErrors().map(({ message }) => message);
  if (value === undefined || failed().length > 0) return { file: undefined, problems: failed() };
  const getFileContent = async (reference: { path: string; owner?: string; repository?: string; version?: string }) => {
    const { owner, repository, version, path: wanted } = reference;
    const uses = owner === undefined ? `./${wanted}` : `${owner}/${repository}/${wanted}@${version}`;
    return { name: uses, content: find(uses) };
  };
  const template = await convertWorkflowTemplate(context, value, { getFileContent }, { fetchReusableWorkflowDepth: 1 });
  if (failed().length > 0) return { file: undefined, problems: failed() };
  const tokens = new Map(entries(get(value, 'jobs')));
  const file: WorkflowFile = {
    name: scalar(get(value, 'name'))?.toString() ?? '',
    events: template.events,
    call: get(get(value, 'on'), 'workflow_call'),
    root: value,
    jobs: template.jobs.map((job) => {
      const token = tokens.get(job.id.value) as TemplateToken;
      return {
        id: job.id.value,
        needs: (job.needs ?? []).map((need) => need.value),
        condition: job.if.expression,
        token,
        uses: job.type === 'reusableWorkflowJob' ? job.ref.value : undefined,
        steps: job.type === 'job' ? stepsOf(job.steps, token) : [],
      };
    }),
  };
  return { file, problems: [] };
}

function stepsOf(steps: readonly Step[], job: TemplateToken): StepFile[] {
  const tokens = [...(get(job, 'steps')?.assertSequence('steps') ?? [])];
  return steps.map((step, index) => {
    const token = tokens[index] as TemplateToken;
    if (!('run' in step || 'uses' in step)) throw new Error('This rig has only steps that `run` or `uses`');
    return {
      id: scalar(get(token, 'id'))?.toString() ?? '',
      condition: step.if.expression,
      continueOnError: step['continue-on-error'] ?? false,
      name: step.name,
      uses: 'uses' in step ? step.uses.value : undefined,
      run: 'run' in step ? step.run : undefined,
      token,
    };
  });
}
