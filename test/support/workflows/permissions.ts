import { MappingToken, type TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { entries } from './tokens.ts';

/** What a job's token may do (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions). */

type Level = 'none' | 'read' | 'write';

/** Scopes that are not named are none. */
export type Permissions = Readonly<Record<string, Level>>;

const SCOPES = `actions artifact-metadata attestations checks contents deployments discussions id-token issues models
  packages pages pull-requests security-events statuses`.split(/\s+/);

const RANK: Readonly<Record<Level, number>> = { none: 0, read: 1, write: 2 };

/** Without any `permissions`, as the repository's settings say. restricted is what new repositories have. */
export const DEFAULTS: Readonly<Record<'restricted' | 'permissive', Permissions>> = {
  restricted: { contents: 'read', packages: 'read' },
  permissive: { ...all('write'), 'id-token': 'none' },
};

/** undefined: the file says nothing. */
export function readPermissions(token: TemplateToken | undefined): Permissions | undefined {
  if (token === undefined) return undefined;
  if (token instanceof MappingToken)
    return Object.fromEntries(entries(token).map(([scope, level]) => [scope, level.toString() as Level]));
  return token.toString() === 'write-all' ? all('write') : { ...all('read'), 'id-token': 'none' };
}

/** What is wanted and not allowed, in GitHub's words; undefined: nothing. */
export function excess(wanted: Permissions, allowed: Permissions): string | undefined {
  const over = Object.entries(wanted).filter(([scope, level]) => RANK[level] > RANK[allowed[scope] ?? 'none']);
  if (over.length === 0) return undefined;
  const list = (levels: readonly (readonly [string, Level])[]): string =>
    levels.map(([scope, level]) => `${scope}: ${level}`).join(', ');
  const only = over.map(([scope]) => [scope, allowed[scope] ?? 'none'] as const);
  return `is requesting '${list(over)}', but is only allowed '${list(only)}'`;
}

/** What a run for somebody who may not write to the repository gets. */
export function readOnly(permissions: Permissions): Permissions {
  return Object.fromEntries(
    Object.entries(permissions).map(([scope, level]) => [scope, level === 'write' ? readable(scope) : level]),
  );
}

export function may(permissions: Permissions, scope: string, level: Level): boolean {
  return RANK[permissions[scope] ?? 'none'] >= RANK[level];
}

function readable(scope: string): Level {
  return scope === 'id-token' ? 'none' : 'read';
}

function all(level: Level): Permissions {
  return Object.fromEntries(SCOPES.map((scope) => [scope, level]));
}
