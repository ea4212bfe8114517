import { isWrite } from './operations/repository.ts';
import type { Identity } from './world.ts';

/**
 * Which permission of a workflow's token an operation asks for
 * (https://docs.github.com/rest/authentication/permissions-required-for-github-apps). Of several one is enough.
 */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'actions/get-workflow-run': ['actions'],
  'checks/create': ['checks'],
  'checks/list-for-ref': ['checks'],
  'checks/update': ['checks'],
  // A comment on a pull request is one on an issue, too.
  'issues/create-comment': ['issues', 'pull-requests'],
  'issues/delete-comment': ['issues', 'pull-requests'],
  'issues/get-comment': ['issues', 'pull-requests'],
  'issues/list-comments': ['issues', 'pull-requests'],
  'issues/update-comment': ['issues', 'pull-requests'],
  'pulls/create-review': ['pull-requests'],
  'pulls/get': ['pull-requests'],
  'pulls/list': ['pull-requests'],
  'pulls/list-files': ['pull-requests'],
  'repos/compare-commits-with-basehead': ['contents'],
  'repos/create-commit-status': ['statuses'],
  'repos/create-deployment': ['deployments'],
  'repos/create-deployment-status': ['deployments'],
  'repos/get-content': ['contents'],
  'repos/get-environment': ['actions'],
  'repos/list-deployment-statuses': ['deployments'],
  'repos/list-deployments': ['deployments'],
  'repos/list-pull-requests-associated-with-commit': ['pull-requests'],
};

/** Nobody needs a permission for these. */
const FREE = ['graphql/viewer', 'repos/get', 'users/get-authenticated'];

/** `permissions` undefined: everything is granted. Throws for an operation that nobody has thought of. */
export function isGranted(operation: string, permissions: Identity['permissions']): boolean {
  if (permissions === undefined || FREE.includes(operation)) return true;
  const scopes = NEEDED[operation];
  if (scopes === undefined) throw new Error(`The stand-in does not know which permission ${operation} needs`);
  const enough = isWrite(operation) ? ['write'] : ['read', 'write'];
  return scopes.some((scope) => enough.includes(permissions[scope] ?? 'none'));
}
