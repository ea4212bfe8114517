import { runScript } from '../../postgres/runner.ts';
import type { Script } from '../../project/types.ts';
import { runProjectTests, type TestRequest } from '../project-tests.ts';
import type { Stage } from '../round.ts';
import { openAsRole } from '../run-in.ts';

/** Rows that the project itself brings: `rehearsal.seed` and `rehearsal.seed_command`. */

export interface ProjectSeed {
  /** The files, in order. */
  readonly scripts: readonly Script[];
  /** undefined: none is run. The database is told by the seeder. */
  readonly command: Omit<TestRequest, 'database' | 'phase'> | undefined;
}

/**
 * Runs them in a database, as the rehearsal's role: what they call may be the change set's own. undefined: all ran; else why
 * not, in a sentence.
 */
export async function runProjectSeed(stage: Stage, database: string, seed: ProjectSeed): Promise<string | undefined> {
  const { server, role } = stage;
  if (seed.scripts.length > 0) {
    const session = await openAsRole(stage, database);
    try {
      for (const script of seed.scripts) {
        const { error } = await runScript(session, { script, execution: 'transaction' });
        if (error !== undefined) return `${script.path}:${error.line ?? 1}: ${error.message}`;
      }
    } finally {
      await session.close();
    }
  }
  if (seed.command === undefined) return undefined;
  const run = await runProjectTests({
    ...seed.command,
    phase: 'seed',
    database: {
      ...server.address(),
      user: role.name,
      password: role.password,
      name: server.admin(database).database ?? database,
    },
  });
  if (run.exitCode === 0) return undefined;
  const how = run.timedOut ? 'did not end in time' : `ended with exit status ${run.exitCode ?? 'unknown'}`;
  const said = run.tail?.trim().split('\n').at(-1);
  return `\`${run.command}\` ${how}${said ? `: ${said}` : ''}`;
}
