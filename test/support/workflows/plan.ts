import { excess, type Permissions, readPermissions } from './permissions.ts';
import type { Source, Sources } from './sources.ts';
import { entries, get, mapping, scalar } from './tokens.ts';
import { parseUses, unpinned } from './uses.ts';
import { type JobFile, readWorkflow, type WorkflowFile } from './workflow-file.ts';

/** A workflow and all that it calls, read before anything runs: what GitHub refuses then, it refuses whole. */

export interface WorkflowNode {
  readonly file: WorkflowFile;
  readonly source: Source;
  readonly jobs: readonly JobNode[];
}

export interface JobNode {
  readonly file: JobFile;
  readonly source: Source;
  /** What its token may; of a calling job: what the called ones may at most. */
  readonly permissions: Permissions;
  readonly called: WorkflowNode | undefined;
}

/** GitHub's own limit. */
const DEEPEST = 10;

interface PlanRequest {
  readonly sources: Sources;
  /** The workflow, and its text where it is in no commit. */
  readonly source: Source;
  readonly text?: string;
  /** Where the file says nothing. */
  readonly permissions: Permissions;
}

/** Throws what the rig cannot play, and names what is not pinned; `problems` are GitHub's. */
export async function planRun(
  request: PlanRequest,
): Promise<{ readonly node: WorkflowNode | undefined; readonly problems: readonly string[] }> {
  const { sources, source, text } = request;
  const problems: string[] = [];
  const node = await load(request, source, text ?? sources.file(source), request.permissions, problems, 0);
  return { node: problems.length > 0 ? undefined : node, problems };
}

async function load(
  request: PlanRequest,
  source: Source,
  text: string,
  allowed: Permissions,
  problems: string[],
  depth: number,
): Promise<WorkflowNode | undefined> {
  if (depth > DEEPEST) throw new Error(`${source.path} is called more than ${DEEPEST} levels deep`);
  const { sources } = request;
  const find = (uses: string): string => sources.file(called(uses, source, sources));
  const read = await readWorkflow(source.path, text, find);
  problems.push(...read.problems);
  const { file } = read;
  if (file === undefined) return undefined;
  const top = readPermissions(get(file.root, 'permissions'));
  const jobs: JobNode[] = [];
  for (const job of file.jobs) {
    checkJob(job, request.source.repository);
    const permissions = readPermissions(get(job.token, 'permissions')) ?? top ?? allowed;
    const over = depth === 0 ? undefined : excess(permissions, allowed);
    if (over !== undefined)
      problems.push(`Error calling workflow '${nameOf(source)}'. The nested job '${job.id}' ${over}.`);
    const target = job.uses === undefined ? undefined : called(job.uses, source, sources);
    const node = target && (await load(request, target, sources.file(target), permissions, problems, depth + 1));
    jobs.push({ file: job, source, permissions, called: node });
  }
  const over = top === undefined || depth === 0 ? undefined : excess(top, allowed);
  if (over !== undefined) problems.push(`Error calling workflow '${nameOf(source)}'. The workflow ${over}.`);
  return { file, source, jobs };
}

/** Where a called workflow is: beside the one that calls it, in the same commit, or in a repository at a ref. */
function called(uses: string, from: Source, sources: Sources): Source {
  const reference = parseUses(uses);
  const { path } = reference;
  if (!/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path))
    throw new Error(`invalid value workflow reference: workflows are in .github/workflows, not in ${uses}`);
  if (reference.kind !== 'remote') return { ...from, path };
  const { repository, ref } = reference;
  return { repository, path, commit: sources.commit(repository, ref) };
}

/** Refuses what the rig would otherwise pass over in silence, and what somebody else could change under our feet. */
function checkJob({ id, token, steps, uses }: JobFile, repository: string): void {
  for (const each of ['container', 'continue-on-error', 'snapshot'])
    if (get(token, each) !== undefined) throw new Error(`This rig has no \`${each}\` of jobs: ${id}`);
  for (const step of steps) {
    const background = scalar(get(step.token, 'background'));
    if (background !== undefined) throw new Error(`This rig has no background steps: ${id}`);
    if (step.uses !== undefined) refuseUnpinned(step.uses, repository);
  }
  for (const [name, service] of entries(get(token, 'services')))
    if (mapping(service) === undefined) throw new Error(`This rig has services with an image and env only: ${name}`);
  if (uses === undefined) return;
  refuseUnpinned(uses, repository);
  const ends = scalar(get(get(token, 'concurrency'), 'cancel-in-progress'));
  if (ends !== undefined && ends.toString() !== 'false')
    throw new Error(`This rig has no \`cancel-in-progress\` of jobs that call a workflow: ${id}`);
}

function refuseUnpinned(uses: string, repository: string): void {
  const why = unpinned(uses, repository);
  if (why !== undefined) throw new Error(why);
}

function nameOf({ repository, path, commit }: Source): string {
  return `${repository}/${path}@${commit}`;
}
