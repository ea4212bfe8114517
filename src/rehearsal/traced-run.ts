import type { ScriptOutcome } from '../postgres/runner.ts';
import { NotObserved, type ScriptRun } from '../postgres/script-run.ts';
import { parseScript } from '../project/sql.ts';
import { cannotRunInTransaction } from '../project/transaction.ts';
import { adminSession } from './admin-session.ts';
import type { Stage } from './round.ts';
import { runIn } from './run-in.ts';
import { cpuTimeOf } from './trace/cpu-time.ts';
import { Tracer } from './trace/tracer.ts';
import type { StatementTrace } from './trace/types.ts';
import { Witness } from './trace/witness.ts';

interface TracedRun {
  /** The database that holds the schema before the script. */
  readonly from: string;
  /** Is made, and holds what the script has done. */
  readonly to: string;
  readonly run: ScriptRun;
}

interface Traced {
  readonly outcome: ScriptOutcome;
  /** undefined: its statements could not be followed. */
  readonly trace: readonly StatementTrace[] | undefined;
}

/** Runs a script in a clone and follows its statements. What cannot be followed runs all the same. */
export async function runTraced(stage: Stage, { from, to, run }: TracedRun): Promise<Traced> {
  const clone = (name: string): Promise<void> =>
    stage.server.createDatabase(name, { template: from, owner: stage.role.name });
  await clone(to);
  // Sent as one query, as the tool does, which nobody can interrupt with a question.
  if (isOneQuery(run)) {
    const outcome = await runIn(stage, to, run);
    if (outcome.status !== 'applied') return { outcome, trace: undefined };
    const apart = `${to}_trace`;
    await clone(apart);
    const again = await follow(stage, apart, { ...run, execution: 'transaction' });
    await stage.server.dropDatabase(apart);
    return { outcome, trace: again?.outcome.status === 'applied' ? again.trace : undefined };
  }
  const followed = await follow(stage, to, run);
  if (followed !== undefined) return followed;
  await stage.server.dropDatabase(to);
  await clone(to);
  return { outcome: await runIn(stage, to, run), trace: undefined };
}

/** A lone statement is the same either way. */
function isOneQuery({ execution, script }: ScriptRun): boolean {
  const statements = parseScript(script).statements ?? [];
  return execution === 'implicit' && (statements.length !== 1 || !statements.some(cannotRunInTransaction));
}

/** undefined: a question could not be asked (a limit of the script's own for one), and the transaction is lost with it. */
async function follow(stage: Stage, database: string, run: ScriptRun): Promise<Traced | undefined> {
  const session = await adminSession(stage.server, database);
  try {
    const witness = new Witness(session);
    await witness.begin();
    if (!(await witness.counts())) return undefined;
    let tracer: Tracer | undefined;
    const execution = run.execution === 'implicit' ? 'autocommit' : run.execution;
    const outcome = await runIn(stage, database, { ...run, execution }, (own) => {
      const cpuMs = stage.server.shared ? () => undefined : cpuTimeOf(own.protocolPid);
      const openKeeper = (): ReturnType<typeof adminSession> => adminSession(stage.server, database);
      tracer = new Tracer({ session: own, witness, openKeeper, cpuMs });
      return tracer;
    });
    return { outcome, trace: tracer?.traces };
  } catch (error) {
    if (error instanceof NotObserved) return undefined;
    throw error;
  } finally {
    await session.close();
  }
}
