import type { ScriptOutcome } from '../postgres/runner.ts';
import type { ScriptRun } from '../postgres/script-run.ts';
import { parseScript } from '../project/sql.ts';
import { cannotRunInTransaction } from '../project/transaction.ts';
import { adminSession } from './admin-session.ts';
import type { Stage } from './round.ts';
import { runIn } from './run-in.ts';
import { cpuTimeOf } from './trace/cpu-time.ts';
import { installNotes, removeNotes } from './trace/objects.ts';
import { Tracer } from './trace/tracer.ts';
import type { StatementTrace } from './trace/types.ts';
import { Witness } from './trace/witness.ts';

interface Traced {
  readonly outcome: ScriptOutcome;
  /** undefined: its statements could not be followed. */
  readonly trace: readonly StatementTrace[] | undefined;
}

/**
 * Runs a script in a database and follows its statements. `clone`: makes another database like it, for a second look; a
 * script that needs one is not followed without.
 */
export async function runTraced(
  stage: Stage,
  database: string,
  run: ScriptRun,
  clone?: (name: string) => Promise<void>,
): Promise<Traced> {
  if (!isOneQuery(run)) return follow(stage, database, run);
  if (clone === undefined) return { outcome: await runIn(stage, database, run), trace: undefined };
  // Sent as one query, as the tool does, which nobody can interrupt with a question: that is asked of a second run.
  const apart = `${database}_trace`;
  await clone(apart);
  try {
    const outcome = await runIn(stage, database, run);
    if (outcome.status !== 'applied') return { outcome, trace: undefined };
    const again = await follow(stage, apart, { ...run, execution: 'transaction' });
    return { outcome, trace: again.outcome.status === 'applied' ? again.trace : undefined };
  } finally {
    await stage.server.dropDatabase(apart);
  }
}

/** A lone statement is the same either way. */
function isOneQuery({ execution, script }: ScriptRun): boolean {
  const statements = parseScript(script).statements ?? [];
  return execution === 'implicit' && (statements.length !== 1 || !statements.some(cannotRunInTransaction));
}

async function follow(stage: Stage, database: string, run: ScriptRun): Promise<Traced> {
  const execution = run.execution === 'implicit' ? 'autocommit' : run.execution;
  const session = await adminSession(stage.server, database);
  let noted = false;
  try {
    const witness = new Witness(session);
    await witness.begin();
    if (!(await witness.counts())) return { outcome: await runIn(stage, database, run), trace: undefined };
    noted = await installNotes(session);
    let tracer: Tracer | undefined;
    const outcome = await runIn(stage, database, { ...run, execution }, (own) => {
      const cpuMs = stage.server.shared ? () => undefined : cpuTimeOf(own.protocolPid);
      const openKeeper = (): ReturnType<typeof adminSession> => adminSession(stage.server, database);
      tracer = new Tracer({ session: own, witness, openKeeper, noted, cpuMs });
      return tracer;
    });
    return { outcome, trace: tracer?.traces };
  } finally {
    try {
      if (noted) await removeNotes(session);
    } finally {
      await session.close();
    }
  }
}
