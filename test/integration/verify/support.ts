import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Comparison, type ComparisonRequest, compareWithTarget } from '../../../src/commands/schema-comparison.ts';
import { Session } from '../../../src/postgres/session.ts';
import { layoutNamed } from '../../../src/project/layouts/detect.ts';
import { readInvocation } from '../../../src/settings/settings.ts';
import type { RehearsalPolicy, Settings } from '../../../src/settings/types.ts';
import { policy } from '../../support/change-set.ts';
import { definedEnvironment, testTools } from '../../support/postgres.ts';
import { projectOf } from '../../support/project.ts';
import type { ScratchPostgres } from '../../support/scratch-postgres.ts';

/** Targets made by hand, compared with a project's migrations. */

/** Of all tests of a file: the second comparison with the same migrations takes their schema from there. */
const cacheDirectory = mkdtempSync(join(tmpdir(), 'lockstep-comparison-'));

export function forgetCache(): void {
  rmSync(cacheDirectory, { recursive: true, force: true });
}

export interface Compared extends Comparison {
  /** What was said about the run. */
  readonly told: readonly string[];
}

export interface Asked {
  readonly migrations: Readonly<Record<string, string>>;
  /** Who looks at the target; undefined: its owner. */
  readonly as?: { readonly user: string; readonly searchPath?: string };
  readonly rehearsal?: Partial<RehearsalPolicy>;
  readonly setup?: string;
  readonly request?: Partial<ComparisonRequest>;
  readonly settings?: Partial<Settings>;
}

export function settings(changes: Partial<Settings> = {}): Settings {
  const invocation = readInvocation({
    argv: ['node', 'lockstep', 'check', '--quiet'],
    env: definedEnvironment(),
    cwd: () => tmpdir(),
    stdout: {},
    stderr: {},
  });
  if (invocation.kind !== 'command') throw new Error(`${invocation.kind} is no command`);
  return { ...invocation.settings, cacheDirectory, toolDirectory: testTools, ...changes };
}

export async function compared(server: ScratchPostgres, database: string, asked: Asked): Promise<Compared> {
  const { migrations, as, rehearsal, setup, request } = asked;
  const told: string[] = [];
  const session = await Session.open(
    { ...server.config(database), ...(as && { user: as.user }) },
    as?.searchPath === undefined ? {} : { search_path: as.searchPath },
  );
  try {
    const base = policy();
    const comparison = await compareWithTarget({
      settings: settings(asked.settings),
      io: {
        stdout: () => {},
        stderr: () => {},
        progress: { step: () => {}, group: () => {}, done: () => {}, stream: () => {}, close: () => {} },
        signal: new AbortController().signal,
        now: () => new Date(),
      },
      policy: { ...base, rehearsal: { ...base.rehearsal, ...rehearsal } },
      layout: layoutNamed('numbered'),
      bookkeeping: undefined,
      project: projectOf(migrations),
      setup: setup === undefined ? [] : [{ path: 'setup.sql', text: setup }],
      schema: undefined,
      session,
      targetMajor: server.major,
      ignoreSchemas: ['lockstep'],
      ignoreRelations: [],
      notice: (text) => void told.push(text),
      ...request,
    });
    return { ...comparison, told };
  } finally {
    await session.close();
  }
}
