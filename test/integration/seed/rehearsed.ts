import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { layoutNamed } from '../../../src/project/layouts/detect.ts';
import { type Prepared, prepare, type Rehearsal, rehearse } from '../../../src/rehearsal/rehearse.ts';
import type { MigrationRehearsal } from '../../../src/rehearsal/rounds.ts';
import type { SeedPlan } from '../../../src/rehearsal/seed/chain.ts';
import { policy } from '../../support/change-set.ts';
import { serverRequest } from '../../support/postgres.ts';
import { projectOf } from '../../support/project.ts';

/** Rehearsals of migrations by hand on a base schema by hand. `loadParser` must have resolved. */

export interface Asked {
  readonly base: string;
  /** Name of the file and its SQL. */
  readonly migrations: Readonly<Record<string, string>>;
  /** undefined: generic rows; null: no rows. */
  readonly seed?: SeedPlan | null;
  readonly url?: string;
  readonly superuser?: boolean;
}

export async function rehearsed<T>(
  major: number,
  { base, migrations, seed, url, superuser = false }: Asked,
  judge: (item: MigrationRehearsal) => T,
): Promise<Rehearsal<T>> {
  const prepared = await preparedBase(major, base, url, superuser);
  try {
    return await rehearse(prepared, {
      migrations: projectOf(migrations).migrations,
      lastOfBase: undefined,
      refused: new Map(),
      onMigration: () => {},
      judge,
      signal: new AbortController().signal,
      seed: seed === null ? undefined : (seed ?? { generic: true, project: undefined }),
    });
  } finally {
    await prepared.server.stop();
  }
}

function preparedBase(major: number, base: string, url: string | undefined, superuser: boolean): Promise<Prepared> {
  return prepare({
    ...serverRequest({ major, url, baseKey: randomUUID() }),
    base: {
      project: projectOf({ '000_base.sql': base }),
      layout: layoutNamed('numbered'),
      policy: { ...policy().rehearsal, superuser },
      setup: [],
      schema: undefined,
    },
    lockTimeout: '5s',
    statementTimeout: '1min',
    onBase: () => {},
  });
}

/** A command of the project's, as the seed runs it. */
export function seedCommand(command: string): NonNullable<NonNullable<SeedPlan['project']>['command']> {
  return {
    command,
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '' },
    timeoutMs: 30_000,
    signal: new AbortController().signal,
    onLine: () => {},
  };
}
