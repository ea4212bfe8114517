import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Source, Sources } from './sources.ts';
import { downloadArtifact, uploadArtifact } from './stand-ins/artifact-actions.ts';
import { checkout } from './stand-ins/checkout.ts';
import { setupNode } from './stand-ins/setup-node.ts';
import type { Action } from './stand-ins/stand-in.ts';

/** What stands behind `uses`: a place in a repository, or an action that the rig plays. */

/** What a test knows in place of what GitHub would fetch: a function, or a folder with action.yml. */
export type Actions = Readonly<Record<string, Action | string>>;

const PLAYED: Actions = {
  'actions/checkout': checkout,
  'actions/setup-node': setupNode,
  'actions/upload-artifact': uploadArtifact,
  'actions/download-artifact': downloadArtifact,
};

/** local: in the workspace, whatever lies there. self: in the repository of the file that says so, at its commit. */
type Reference =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'self'; readonly path: string }
  | { readonly kind: 'remote'; readonly repository: string; readonly path: string; readonly ref: string };

/** Throws for what GitHub does not take, and for containers. */
export function parseUses(uses: string): Reference {
  if (uses.startsWith('./')) return { kind: 'local', path: uses.slice(2) };
  if (uses.startsWith('$/')) return { kind: 'self', path: uses.slice(2) };
  const [, owner, name, path = '', ref] = /^([^/@\s:]+)\/([^/@\s]+)(?:\/([^@\s]+))?@(\S+)$/.exec(uses) ?? [];
  if (owner === undefined || name === undefined || ref === undefined)
    throw new Error(`This rig has no actions of the kind '${uses}'`);
  return { kind: 'remote', repository: `${owner}/${name}`, path, ref };
}

/** undefined: it is named by a commit, or it is the team's or Lockstep's own. */
export function unpinned(uses: string, repository: string): string | undefined {
  const reference = parseUses(uses);
  if (reference.kind !== 'remote' || /^[0-9a-f]{40}$/.test(reference.ref)) return undefined;
  const [owner, ours] = [reference.repository.split('/')[0], repository.split('/')[0]];
  if (owner === ours || owner === 'lockstep-dev') return undefined;
  return `The action ${uses} is not allowed in ${repository} because all actions must be pinned to a full-length commit SHA.`;
}

/** A function, or the folder of the action. `from`: the file that says `uses`. Throws, naming it, when nobody knows it. */
export function findAction(
  uses: string,
  from: Source,
  workspace: string,
  { actions, sources }: { readonly actions: Actions; readonly sources: Sources },
): Action | string {
  const reference = parseUses(uses);
  if (reference.kind === 'local') return join(workspace, reference.path);
  if (reference.kind === 'self') return join(sources.folder(from.repository, from.commit), reference.path);
  const { repository, path, ref } = reference;
  const known =
    (path === '' ? undefined : actions[`${repository}/${path}`]) ?? actions[repository] ?? PLAYED[repository];
  if (typeof known === 'string') return join(known, path);
  if (known !== undefined && (path === '' || actions[`${repository}/${path}`] !== undefined)) return known;
  if (sources.repositories[repository] === undefined) throw new Error(`This test knows no action ${uses}`);
  const folder = join(sources.folder(repository, sources.commit(repository, ref)), path);
  if (existsSync(folder)) return folder;
  throw new Error(`${repository} has no folder ${path} at ${ref}`);
}
