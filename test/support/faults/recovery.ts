import { type Attempt, startLockstep, told } from './attempt.ts';
import type { FaultProject } from './project.ts';
import type { FaultServer } from './server.ts';
import { type DatabaseState, differences, lingering, readState } from './state.ts';

/** After a fault: what a team would do, and whether all is as if nothing had happened. */

export interface Scene {
  readonly server: FaultServer;
  readonly project: FaultProject;
  /** What a run without faults makes. */
  readonly wanted: DatabaseState;
}

export interface Outcome {
  /** Runs of apply in all. */
  readonly runs: number;
  /** Migrations that a person had to settle. */
  readonly resolved: readonly string[];
  /** Empty: it survived. */
  readonly problems: readonly string[];
}

const MOST_RUNS = 6;
/** For how long a dead run may keep the lock: the server looks for its client twice a second. */
const LOCK_MS = 8_000;

/** Runs apply again, and settles what it asks for, until all is applied; then compares. `first`: the run that met the fault. */
export async function recover(scene: Scene, database: string, first: Attempt): Promise<Outcome> {
  const { server, project, wanted } = scene;
  const url = server.url(database);
  const attempts = [first];
  const resolved: string[] = [];
  const problems: string[] = [];
  if (first.hung) problems.push('the run hung');
  while (!isGood(attempts.at(-1)) && attempts.length < MOST_RUNS) {
    const asked = asksFor(attempts.at(-1));
    if (asked !== undefined) {
      const as = await asAPersonWould(server, database, asked);
      const settled = await startLockstep(project, url, ['resolve', asked, '--as', as]).ended;
      resolved.push(asked);
      if (settled.exitCode !== 0) problems.push(`resolve ${asked} --as ${as}: ${told(settled)}`);
    }
    const again = await startLockstep(project, url).ended;
    attempts.push(again);
    if (again.hung) problems.push('a run after the fault hung');
    const waited = again.report?.lock?.waitedMs ?? 0;
    if (waited > LOCK_MS) problems.push(`the lock stayed taken for ${waited} ms`);
  }
  if (!isGood(attempts.at(-1))) problems.push(`after ${attempts.length} runs it is not applied`);
  const [left, found] = await Promise.all([lingering(server, database, 5_000), readState(server, database)]);
  problems.push(...left.map((what) => `still there: ${what}`), ...differences(wanted, found, resolved));
  problems.push(...untoldRuns(attempts, found));
  if (problems.length > 0) problems.push(...attempts.map((one, index) => `run ${index + 1}: ${told(one)}`));
  return { runs: attempts.length, resolved, problems };
}

function isGood(attempt: Attempt | undefined): boolean {
  return attempt?.exitCode === 0 && (attempt.report?.result === 'applied' || attempt.report?.result === 'noop');
}

/** The migration that the run stopped at and asks about. */
function asksFor(attempt: Attempt | undefined): string | undefined {
  const gate = attempt?.report?.plan?.gates.find(({ name, open }) => name === 'unfinished' && !open);
  return /lockstep resolve (\S+) --as/.exec(gate?.help ?? '')?.[1];
}

/** Who looks at what is really there, and knows what the migration is for. */
async function asAPersonWould(server: FaultServer, database: string, id: string): Promise<string> {
  const holds = async (sql: string): Promise<boolean> =>
    (await server.query<{ yes: boolean }>(`SELECT ${sql} AS yes`, database))[0]?.yes === true;
  // Its last statement.
  if (id.endsWith('_temporary'))
    return (await holds("EXISTS (SELECT FROM journal WHERE what = 'chosen 1')")) ? 'applied' : 'rolled-back';
  throw new Error(`nobody expected ${id} to ask`);
}

/** Each run that got the lock and told its end stands among the runs, in this order and with this end. */
function untoldRuns(attempts: readonly Attempt[], { runs }: DatabaseState): string[] {
  const applies = runs.filter(({ command }) => command === 'apply').map(({ result }) => result);
  let at = 0;
  const problems: string[] = [];
  for (const { report } of attempts) {
    const result = report?.result;
    if (result === undefined || !['applied', 'noop', 'partial', 'failed'].includes(result)) continue;
    const ends = [result, ...(report?.error?.code === undefined ? [] : [report.error.code])];
    const found = applies.findIndex((end, index) => index >= at && ends.includes(end));
    if (found < 0) problems.push(`lockstep.runs (${applies}) does not tell of a run that ended as ${ends}`);
    else at = found + 1;
  }
  if (applies.length < attempts.filter(({ report }) => report?.lock !== undefined).length)
    problems.push(`lockstep.runs has ${applies.length} rows for ${attempts.length} runs`);
  return problems;
}
