import { migrationNamed } from '../deploy/history/read.ts';
import { historySource } from '../deploy/history/source.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import type { Migration } from '../project/types.ts';
import type { Prepared } from '../rehearsal/rehearse.ts';
import { openAsRole } from '../rehearsal/run-in.ts';
import type { DatabaseAddress } from '../rehearsal/test-environment.ts';
import type { Run } from './check-stages.ts';
import type { ProjectTool } from './project-tool.ts';
import { namesByStatus } from './status-command.ts';

/**
 * What the tool itself says is applied to one of the rehearsal's databases: its table, else the project's status command. That
 * a command has ended well says nothing: it may have worked in another database, or done nothing.
 */
export async function recordedIn(
  run: Run & { readonly cwd: string },
  tool: ProjectTool,
  prepared: Prepared,
  database: string,
): Promise<readonly Migration[]> {
  const { changeSet, layout, policy } = run.inputs;
  const known = changeSet.head.migrations;
  const source = historySource(layout, policy.deploy.ownHistory);
  if (source !== undefined) {
    const applied = await rowsIn(prepared, database, source, known);
    return known.filter((migration) => applied.includes(layout.identityOf(migration)));
  }
  if (tool.status === undefined) return [];
  run.io.progress.step('asking the status command');
  const { cwd, settings, signal } = run;
  const address = addressOf(prepared, database);
  const names = await namesByStatus({ tool, cwd, env: settings.env, database: address }, signal);
  return names.flatMap((name) => migrationNamed(name, known) ?? []);
}

/** How the tool's programs reach it. */
export function addressOf({ server, stage }: Prepared, database: string): DatabaseAddress {
  return {
    ...server.address(),
    user: stage.role.name,
    password: stage.role.password,
    name: server.admin(database).database ?? database,
  };
}

/**
 * As the change's own role: a table of its own may by now be a view that runs what it likes. A history that is gone, that
 * nobody can read or nobody may reach, says of nothing that it is applied.
 */
async function rowsIn(
  { server, stage }: Prepared,
  database: string,
  { select, history }: Bookkeeping,
  known: readonly Migration[],
): Promise<readonly string[]> {
  try {
    const session = await openAsRole(stage, database);
    try {
      const { rows } = await session.client.query<Readonly<Record<string, unknown>>>(select);
      return history(rows, known).applied;
    } finally {
      await session.close();
    }
  } catch {
    server.throwIfLost();
    return [];
  }
}
