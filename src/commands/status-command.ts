import { LockstepError } from '../errors.ts';
import type { DatabaseAddress } from '../rehearsal/test-environment.ts';
import { commandText, lastLines, runProjectCommand } from '../services/project-command.ts';
import type { Settings } from '../settings/types.ts';
import type { ProjectTool } from './project-tool.ts';
import type { TargetInputs } from './target-inputs.ts';
import { toolEnvironment } from './tool-environment.ts';

/** It reads a table. */
const LIMIT_MS = 60_000;

/** What is applied to the target. Throws `status-command-failed`. */
export async function appliedByStatus(
  { cwd, env }: Settings,
  { tool, url }: TargetInputs,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return tool === undefined ? [] : namesByStatus({ tool, cwd, env, database: url }, signal);
}

interface StatusRequest {
  readonly tool: ProjectTool;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly database: DatabaseAddress | string;
}

/** What `status_command` prints: names of applied migrations, one a line. Throws `status-command-failed`. */
export async function namesByStatus(
  { tool, cwd, env, database }: StatusRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (tool.status === undefined) return [];
  const lines: string[] = [];
  const { exitCode, tail } = await runProjectCommand({
    command: tool.status,
    cwd,
    env: toolEnvironment(tool, { env, database, applicationName: 'lockstep status' }),
    timeoutMs: LIMIT_MS,
    signal,
    onLine: (line, from) => {
      if (from === 'stdout') lines.push(line.trim());
    },
  });
  if (exitCode === 0) return lines.filter(Boolean);
  throw new LockstepError(
    'status-command-failed',
    `\`${commandText(tool.status)}\` ended with exit status ${exitCode ?? 'unknown'}, so nobody knows what is applied.\n${lastLines(tail, 10).join('\n')}`,
    { hint: 'It must print the names of applied migrations, one a line and nothing else, and end with 0.' },
  );
}
