import { type DatabaseAddress, testEnvironment } from '../rehearsal/test-environment.ts';
import type { ProjectTool } from './project-tool.ts';

interface ToolEnvironment {
  /** The caller's: without the secrets that were meant for us. */
  readonly env: Readonly<Record<string, string>>;
  readonly database: DatabaseAddress | string;
  /** By which its sessions are known in pg_stat_activity. */
  readonly applicationName: string;
  /** Session settings, where the server is told them when a connection begins; a pooler may refuse that. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * What a migration tool's command finds in its environment: the database and nothing that leads elsewhere. PGAPPNAME and
 * PGOPTIONS are read by libpq and what follows it (psycopg, pg of Node and of Ruby).
 */
export function toolEnvironment(
  { tool }: ProjectTool,
  { env, database, applicationName, settings = {} }: ToolEnvironment,
): Record<string, string> {
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return {
    ...testEnvironment(env, database),
    // npx tells of its own new versions among what the tool says.
    npm_config_update_notifier: 'false',
    ...tool.environment,
    PGAPPNAME: applicationName,
    ...(options.length === 0 ? {} : { PGOPTIONS: options.join(' ') }),
  };
}
