import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertActionTemplate, parseAction } from '@actions/workflow-parser/actions/index';
import {
  BasicExpressionToken,
  type MappingToken,
  type ScalarToken,
  type TemplateToken,
} from '@actions/workflow-parser/templates/tokens/index';
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer';

/** A composite action, read and checked by GitHub's own parser. Values that may hold expressions are still tokens. */
export interface CompositeAction {
  readonly inputs: readonly { readonly id: string; readonly default: ScalarToken | undefined }[];
  readonly outputs: readonly { readonly id: string; readonly value: ScalarToken | undefined }[];
  readonly steps: readonly ScriptStep[];
}

export interface ScriptStep {
  /** '' without one. */
  readonly id: string;
  /** An expression; `success() && (...)` where the file has no status function. */
  readonly condition: string;
  readonly continueOnError: ScalarToken | boolean;
  readonly env: MappingToken | undefined;
  readonly run: ScalarToken;
  readonly shell: ScalarToken | undefined;
  readonly workingDirectory: ScalarToken | undefined;
}

/** What GitHub's parser says against an action.yml: empty when nothing. */
export function problemsOf(content: string): string[] {
  return parse(content).problems;
}

/** Reads `action.yml` in a folder. Throws for what GitHub would refuse, and for steps that are not scripts. */
export function readAction(folder: string): CompositeAction {
  const file = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`Can't find 'action.yml' under '${folder}'.`);
  const { template, root, problems } = parse(readFileSync(file, 'utf8'));
  if (problems.length > 0) throw new Error(`Failed to load ${file}: ${problems.join('\n')}`);
  if (template.runs.using !== 'composite')
    throw new Error(`This runner has no actions of the kind ${template.runs.using}`);
  const tokens = [...(get(get(root, 'runs'), 'steps')?.assertSequence('steps') ?? [])];
  return {
    inputs: (template.inputs ?? []).map((input) => ({ id: input.id, default: input.default })),
    outputs: (template.outputs ?? []).map(({ id, value }) => ({ id, value })),
    steps: template.runs.steps.map((step, index) => {
      if (!('run' in step)) throw new Error('This runner has no `uses:` in composite actions');
      return {
        id: step.id,
        condition: step.if.expression,
        continueOnError: step['continue-on-error'] ?? false,
        env: step.env,
        run: step.run,
        // The template has no place for these.
        shell: get(tokens[index], 'shell')?.assertScalar('shell'),
        workingDirectory: get(tokens[index], 'working-directory')?.assertScalar('working-directory'),
      };
    }),
  };
}

function parse(content: string) {
  const { context, value } = parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter());
  const problems = (): string[] => context.errors.getErrors().map(({ message }) => message);
  if (value === undefined || problems().length > 0) {
    if (problems().length === 0) throw new Error('The parser gave neither an action nor a reason');
    return { template: NOTHING, root: value, problems: problems() };
  }
  const template = convertActionTemplate(context, value);
  return { template, root: value, problems: problems() };
}

const NOTHING: ReturnType<typeof convertActionTemplate> = {
  name: '',
  description: '',
  runs: { using: 'composite', steps: [] },
};

function get(token: TemplateToken | undefined, key: string): TemplateToken | undefined {
  if (token === undefined || token instanceof BasicExpressionToken) return undefined;
  return token.assertMapping(key).find(key);
}
