import { dirname, join, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { type Artifact, contentOf, extract, filesBelow } from '../artifacts.ts';
import { may } from '../permissions.ts';
import { type Action, checkInputs, yes } from './stand-in.ts';

/** actions/upload-artifact and actions/download-artifact. */

const UPLOAD = [
  ...['name', 'path', 'if-no-files-found', 'retention-days', 'compression-level', 'overwrite'],
  'include-hidden-files',
];

export const uploadArtifact: Action = (call) => {
  checkInputs(call, UPLOAD, ['archive']);
  const { inputs, job, log, artifacts, runId } = call;
  const name = inputs.name || 'artifact';
  if (/["<>|*?:\\/\r\n]/.test(name)) throw new Error(`The artifact name is not valid: ${name}`);
  const { files, root } = found(inputs.path ?? '', job.workspace, yes(inputs['include-hidden-files'], false));
  if (files.length === 0) {
    const message = `No files were found with the provided path: ${inputs.path}. No artifacts will be uploaded.`;
    const then = inputs['if-no-files-found'] || 'warn';
    if (then === 'error') throw new Error(message);
    if (then === 'warn') log.warning(message);
    else log.output(message);
    return {};
  }
  const made = artifacts.add(runId, name, contentOf(files, root), yes(inputs.overwrite, false));
  if (made === undefined)
    throw new Error(
      'Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run',
    );
  log.output(`Artifact ${name} has been successfully uploaded! Final size is ${files.length} files.`);
  const url = `${call.serverUrl}/${call.repository}/actions/runs/${runId}/artifacts/${made.id}`;
  return { outputs: { 'artifact-id': String(made.id), 'artifact-digest': made.digest, 'artifact-url': url } };
};

/** Files that the lines of `path` name, and the folder that their names in the artifact begin at. */
function found(path: string, workspace: string, hidden: boolean): { files: string[]; root: string } {
  const lines = path.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const [wanted, unwanted] = [
    lines.filter((line) => !line.startsWith('!')),
    lines.filter((line) => line.startsWith('!')),
  ];
  const excluded = unwanted.map((line) => picomatch(resolve(workspace, line.slice(1)), { dot: true }));
  const roots: string[] = [];
  const files = wanted.flatMap((line) => {
    const { base, isGlob } = picomatch.scan(resolve(workspace, line));
    roots.push(base);
    const matches = isGlob ? picomatch(resolve(workspace, line), { dot: true }) : () => true;
    return filesBelow(base, hidden).filter((file) => matches(file) && !excluded.some((out) => out(file)));
  });
  const unique = [...new Set(files)].sort();
  const [only] = unique;
  if (roots.length === 1 && only === roots[0] && only !== undefined) return { files: unique, root: dirname(only) };
  return { files: unique, root: common(roots) };
}

/** The innermost folder that holds all of them. */
function common(paths: readonly string[]): string {
  if (paths.length === 1) return paths[0] ?? '/';
  const [first = [], ...others] = paths.map((path) => path.split(sep));
  const length = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, length < 0 ? first.length : length).join(sep) || '/';
}

const DOWNLOAD = ['name', 'path', 'pattern', 'merge-multiple', 'github-token', 'repository', 'run-id'];

export const downloadArtifact: Action = (call) => {
  checkInputs(call, [...DOWNLOAD, 'digest-mismatch'], ['artifact-ids', 'skip-decompress']);
  const { inputs, job, log, artifacts } = call;
  const token = inputs['github-token'];
  const run = Number(inputs['run-id'] || call.runId);
  // Without a token the action asks for what this run has, whatever run-id says.
  if (token) demand(call, token);
  const all = artifacts.of(token ? run : call.runId);
  const folder = resolve(job.workspace, inputs.path ?? '');
  const single = inputs.name ? all.get(inputs.name) : undefined;
  if (inputs.name && single === undefined)
    throw new Error(
      `Unable to download artifact(s): Artifact not found for name: ${inputs.name}\n        Please ensure that your artifact is not expired and the artifact was uploaded using a compatible version of toolkit/upload-artifact.`,
    );
  if (single !== undefined) extract(single, folder);
  else
    for (const each of matching([...all.values()], inputs.pattern))
      extract(each, yes(inputs['merge-multiple'], false) ? folder : join(folder, each.name));
  log.output('Download artifact has finished successfully');
  return { outputs: { 'download-path': folder } };
};

function demand({ inputs, repository, permissionsOf }: Parameters<Action>[0], token: string): void {
  if (inputs.repository !== undefined && inputs.repository !== '' && inputs.repository !== repository)
    throw new Error(`Unable to download artifact(s): this test has no artifacts of ${inputs.repository}`);
  const permissions = permissionsOf(token);
  if (permissions === undefined) throw new Error('Unable to download artifact(s): Bad credentials');
  if (!may(permissions, 'actions', 'read'))
    throw new Error('Unable to download artifact(s): Resource not accessible by integration');
}

function matching(artifacts: readonly Artifact[], pattern: string | undefined): readonly Artifact[] {
  if (!pattern) return artifacts;
  const matches = picomatch(pattern);
  return artifacts.filter(({ name }) => matches(name));
}
