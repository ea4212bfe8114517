import type { RunEvent } from './events.ts';
import { dispatchInputs } from './inputs.ts';
import type { RunPage, RunResult } from './model.ts';
import { readOnly } from './permissions.ts';
import { planRun, type WorkflowNode } from './plan.ts';
import { concurrencyOf, type Engine, runJobs, worst } from './run.ts';
import type { RunningWorkflow, Setup, World } from './run-workflow.ts';
import { jobScope, type Needs, type RunContext } from './scope.ts';
import { get, plain } from './tokens.ts';

/** One run of a workflow, from its event to its conclusion. */

export interface RunOptions {
  /** Its path in the repository, at the event's commit. */
  readonly workflow: string;
  /** Its text, where it is in no commit. */
  readonly text?: string;
  readonly event: RunEvent;
  readonly approve?: Setup['approve'];
  readonly debug?: boolean;
  /** Grows from run to run unless told. */
  readonly runId?: number;
  readonly runAttempt?: number;
  /** Called with each line of a job's log. */
  readonly onLine?: (line: string, place: { readonly job: string; readonly step: string }) => void;
  /** Cancels the run at the first line for which it holds. */
  readonly cancelAt?: (line: string, place: { readonly job: string; readonly step: string }) => boolean;
}

let lastRun = 9_000;

export function startRun(world: World, options: RunOptions): RunningWorkflow {
  const id = options.runId ?? ++lastRun;
  let cancelled = false;
  let tellCancelled = (): void => {};
  const whenCancelled = new Promise<void>((resolve) => {
    tellCancelled = resolve;
  });
  const cancel = (): void => {
    if (cancelled) return;
    cancelled = true;
    tellCancelled();
  };
  const finish = async (): Promise<RunResult> => {
    const { setup, repository, sources, artifacts, concurrency } = world;
    const { event } = options;
    const untrusted = isUntrusted(event);
    const source = { repository, commit: event.sha, path: options.workflow };
    const { text } = options;
    const asked = { sources, source, permissions: world.defaultPermissions, ...(text === undefined ? {} : { text }) };
    const { node, problems } = await planRun(asked);
    const jobs: RunContext['jobs'] = {};
    const approvals: Engine['approvals'] = [];
    const result = (conclusion: RunResult['conclusion'], why: readonly string[] = []): RunResult => ({
      ...{ id, conclusion, problems: why, jobs, approvals },
      artifacts: Object.fromEntries([...artifacts.of(id)].map(([name, { files }]) => [name, files])),
      log: Object.values(jobs)
        .map(({ log }) => log)
        .join(''),
    });
    if (node === undefined) return result('startup_failure', problems);
    if (!(event.name in node.file.events)) throw new Error(`${source.path} is not run by ${event.name}`);
    const { url } = await world.host();
    const github = contextOf(world, options, id, node, url);
    const run: RunContext = {
      ...{ id, github, jobs, whenCancelled, vars: setup.vars ?? {}, environments: setup.environments ?? {} },
      approve:
        options.approve ??
        setup.approve ??
        (({ environment }) => {
          throw new Error(`Nobody answers in this test whether ${environment} may be used`);
        }),
      token: (permissions) => world.token(untrusted ? readOnly(permissions) : permissions),
      cancelled: () => cancelled,
      page: (): RunPage => ({
        ...{ url: `${url}/${repository}/actions/runs/${id}`, jobs: { ...jobs } },
        summary: Object.values(jobs)
          .map(({ summary }) => summary)
          .join(''),
        artifacts: [...artifacts.of(id).keys()],
      }),
    };
    const { machine, permissionsOf } = world;
    const { runner, patience } = setup;
    const engine: Engine = {
      ...{ run, concurrency, approvals },
      options: {
        ...{ machine, github, event: { name: event.name, payload: event.payload } },
        ...(runner === undefined ? {} : { runner }),
        ...(patience === undefined ? {} : { patience }),
        ...(options.debug === undefined ? {} : { debug: options.debug }),
      },
      world: {
        ...{ sources, artifacts, repository, permissionsOf, serverUrl: url, runId: id },
        actions: setup.actions ?? {},
      },
      onLine(line, job, step) {
        options.onLine?.(line, { job, step });
        if (options.cancelAt?.(line, { job, step })) cancel();
      },
    };
    const secrets = untrusted ? {} : world.secrets;
    const inputs =
      event.name === 'workflow_dispatch' ? dispatchInputs(node.file, (event.payload.inputs ?? {}) as Needs) : {};
    const file = { prefix: '', inputs, secrets, open: !untrusted };
    const group = concurrencyOf(plain(get(node.file.root, 'concurrency'), jobScope(run, file, {})));
    const leave = group && (await concurrency.enter({ ...group, by: `run ${id}`, cancel }, whenCancelled));
    if (group !== undefined && leave === undefined) return result('cancelled');
    try {
      const ended = await runJobs(engine, node, file);
      return result(cancelled ? 'cancelled' : worst(Object.values(ended)));
    } finally {
      leave?.();
    }
  };
  return { id, cancel, finished: finish() };
}

/** A pull request from somewhere else, or by Dependabot: no secrets, and a token that only reads. */
function isUntrusted({ name, payload, actor }: RunEvent): boolean {
  const pull = payload.pull_request as { head?: { repo?: { full_name?: string } | null } } | undefined;
  const base = (payload.repository as { full_name?: string } | undefined)?.full_name;
  if (!/^pull_request(_review.*)?$/.test(name)) return false;
  return actor === 'dependabot[bot]' || pull?.head?.repo?.full_name !== base;
}

function contextOf(
  { repository, setup: { github } }: World,
  { event, workflow, runAttempt = 1 }: RunOptions,
  id: number,
  { file }: WorkflowNode,
  serverUrl: string,
): Record<string, unknown> {
  const { name, ref, sha, actor = 'ada', head_ref = '', base_ref = '' } = event;
  return {
    ...{ event_name: name, event: event.payload, ref, sha, actor, triggering_actor: actor, head_ref, base_ref },
    ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ...{ repository, repository_owner: repository.split('/')[0], server_url: serverUrl },
    api_url: github?.url ?? `${serverUrl}/api/v3`,
    graphql_url: `${github?.url ?? `${serverUrl}/api`}/graphql`,
    ...{ run_id: String(id), run_number: String(id - 8_999), run_attempt: String(runAttempt) },
    workflow: file.name || workflow,
    workflow_ref: `${repository}/${workflow}@${ref}`,
    workflow_sha: sha,
  };
}
