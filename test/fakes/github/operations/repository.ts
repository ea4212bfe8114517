import { NOT_FOUND, refusal } from '../answers.ts';
import { minimal } from '../minimal.ts';
import { fileShape, userShape, webUrl } from '../world.ts';
import { type Operations, text } from './operation.ts';

/** The repository itself, its files and comparisons, its workflow runs, and whoever asks. */

export const repositoryOperations: Operations = {
  'graphql/viewer': ({ body, identity: { login } }) => {
    const known = /^\s*(?:query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(text(body, 'query'));
    return { status: 200, body: known ? { data: { viewer: { login } } } : { errors: [{ message: 'Parse error' }] } };
  },

  'users/get-authenticated': ({ identity: { login, type } }) => ({
    status: 200,
    body: { ...minimal('private-user'), login, type },
  }),

  'repos/get': ({ world }) => {
    const [owner = '', name = ''] = world.repository.split('/');
    const shape = { ...minimal('full-repository'), name, full_name: world.repository, default_branch: 'main' };
    return { status: 200, body: { ...shape, owner: userShape(owner, 'User'), html_url: webUrl(world, '') } };
  },

  'repos/get-environment': ({ world, params }) => {
    const name = params.environment_name ?? '';
    const reviewers = world.environments.get(name);
    if (reviewers === undefined) return NOT_FOUND;
    const asked = reviewers.map((each) =>
      each.startsWith('@')
        ? { type: 'Team', reviewer: { ...minimal('team'), slug: each.slice(1), name: each.slice(1) } }
        : { type: 'User', reviewer: userShape(each, 'User') },
    );
    const rule = { id: 1, node_id: 'x', type: 'required_reviewers', reviewers: asked };
    return {
      status: 200,
      body: { ...minimal('environment'), name, protection_rules: asked.length === 0 ? [] : [rule] },
    };
  },

  'repos/get-content': ({ world, params }) => {
    const path = params.path ?? '';
    const content = world.files.get(path);
    if (content === undefined) return NOT_FOUND;
    const bytes = Buffer.from(content);
    const name = path.split('/').at(-1) ?? path;
    const file = { ...minimal('content-file'), name, path, size: bytes.length, type: 'file', encoding: 'base64' };
    return { status: 200, body: { ...file, content: bytes.toString('base64') } };
  },

  'repos/compare-commits-with-basehead': ({ world, params }) => {
    const found = world.comparisons.get(params.basehead ?? '');
    if (found === undefined) return NOT_FOUND;
    const { status, aheadBy, behindBy, files = [] } = found;
    const shape = { ...minimal('commit-comparison'), status, ahead_by: aheadBy, behind_by: behindBy };
    return { status: 200, body: { ...shape, total_commits: aheadBy, files: files.map(fileShape) } };
  },

  'actions/get-workflow-run': ({ world, params }) => {
    const run = world.runs.find(({ id }) => String(id) === params.run_id);
    return run === undefined ? NOT_FOUND : { status: 200, body: run.shape };
  },
};

/** Operations that write; a token that may only read is refused with the words for its kind. */
export function isWrite(operation: string): boolean {
  return /\/(create|update|delete)(-|$)/.test(operation);
}

export function readOnlyRefusal(type: 'User' | 'Bot') {
  const by = type === 'Bot' ? 'integration' : 'personal access token';
  return refusal(403, `Resource not accessible by ${by}`);
}
