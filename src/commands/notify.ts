import { LockstepError } from '../errors.ts';
import { beginDeployment } from '../report/deployment/begin.ts';
import type { Deployment, Stage } from '../report/deployment/model.ts';
import { type Needs, outcomeOf, readNeeds } from '../report/deployment/outcome.ts';
import { withStage } from '../report/deployment/state.ts';
import type { Report } from '../report/model.ts';
import { shorten } from '../report/shorten.ts';
import { runUrl } from '../services/run-url.ts';
import type { Settings } from '../settings/types.ts';
import { version } from '../version.ts';
import type { Io } from './io.ts';

/** Tells how a deployment ended that happened elsewhere: in the jobs before this one, and in the deploy of the code. */
export async function notify(settings: Settings, io: Io): Promise<Report> {
  const startedAt = io.now();
  const { actions, telling, target } = settings;
  const needs = telling.needs === undefined ? {} : needsIn(telling.needs);
  const jobs = Object.values(needs).map(({ outputs }) => outputs.deployment ?? '');
  const given = [telling.deployment ?? '', ...jobs].join('\n');
  // A run may deploy another commit than its own: the jobs know which.
  const heard = beginDeployment({ repository: undefined, commit: undefined, given });
  const own = beginDeployment({ repository: actions?.repository, commit: actions?.sha, given: undefined });
  const { unreadable, others } = heard;
  const begun = heard.deployment ?? own.deployment;
  if (begun === undefined) {
    throw new LockstepError('nothing-to-tell', 'Nobody has said which deployment this is about.', {
      hint: 'Inside GitHub Actions the run says so. On the command line: --deployment, with the output of a plan or an apply.',
    });
  }
  const url = runUrl(actions);
  const environment = target.environment ?? 'production';
  const { deployment: known, deployCode } = outcomeOf(needs, { deployment: begun, environment, at: startedAt, url });
  const { waitingFor } = telling;
  const deployment = waitingFor === undefined ? known : withStage(known, unread(waitingFor, startedAt, url));
  const notices = [
    ...(unreadable === 0 ? [] : [`What ${unreadable} of the jobs said of the deployment cannot be read.`]),
    ...(others === 0
      ? []
      : [`${others} of the jobs speak of another commit or database: tell of those for themselves.`]),
  ];
  const told = withCode(deployment, settings, startedAt, url);
  return {
    schemaVersion: 1,
    tool: { name: 'lockstep', version },
    command: 'notify',
    result: 'passed',
    startedAt: startedAt.toISOString(),
    durationMs: Math.max(0, io.now().getTime() - startedAt.getTime()),
    deployment: told,
    deployCode,
    migrations: [],
    findings: [],
    ...(notices.length === 0 ? {} : { notices }),
    coverage: { files: 0, statements: 0, notAnalysed: [] },
  };
}

function needsIn(json: string): Needs {
  const needs = readNeeds(json);
  if (needs !== undefined) return needs;
  throw new LockstepError('needs-unreadable', 'The input `needs` does not say what became of the jobs.', {
    hint: `In the job that runs \`notify\`, with all jobs of the deployment in its \`needs\`:\n  needs: \${{ toJSON(needs) }}`,
  });
}

/** What is pending there, nobody knows. */
function unread(environment: string, at: Date, url: string | undefined): Stage {
  const nothing = { applied: 0, pending: 0, migrations: [] };
  const page = url === undefined ? {} : { url };
  return {
    environment: shorten(environment, 200),
    state: 'waiting',
    at: at.toISOString(),
    ...page,
    ...nothing,
    unread: true,
  };
}

const CODE = { success: 'deployed', failure: 'failed', cancelled: 'cancelled', skipped: 'skipped' } as const;

function withCode(deployment: Deployment, { telling }: Settings, at: Date, url: string | undefined): Deployment {
  if (telling.codeResult === undefined) return deployment;
  const database = deployment.stages.at(-1)?.state;
  const released = database === undefined || database === 'applied' || database === 'noop';
  // Of a run that was cancelled the job that never began is called cancelled, too.
  const state = !released && telling.codeResult === 'cancelled' ? 'skipped' : CODE[telling.codeResult];
  return { ...deployment, code: { state, at: at.toISOString(), ...(url === undefined ? {} : { url }) } };
}
