import { createHash } from 'node:crypto';
import { fileName, versionedName } from '../../src/project/layouts/names.ts';
import { numbered } from '../../src/project/layouts/numbered.ts';
import type { Change, ChangeSet, Execution, IgnoredFile, Migration } from '../../src/project/types.ts';
import type { Policy } from '../../src/settings/types.ts';

/** Change sets by hand, for tests that need no git. */

interface MigrationOptions {
  readonly down?: string;
  readonly execution?: Execution;
  readonly problems?: Migration['directives']['problems'];
}

/** A migration of numbered SQL; a down script gets a file of its own. */
export function migration(path: string, sql: string, options: MigrationOptions = {}): Migration {
  const { version = '', rest = '' } = versionedName(fileName(path)) ?? {};
  return {
    id: path.replace(/^migrations\//, '').replace(/\.sql$/, ''),
    version,
    name: rest.replace(/\.sql$/, ''),
    path,
    up: { path, text: sql },
    down: options.down === undefined ? undefined : { path: path.replace(/\.sql$/, '.down.sql'), text: options.down },
    checksum: createHash('sha256').update(sql).digest('hex'),
    execution: options.execution ?? 'transaction',
    directives: { noTransaction: options.execution === 'autocommit', problems: options.problems ?? [] },
  };
}

export function added(path: string, sql: string, options: MigrationOptions = {}): Change {
  return { kind: 'added', migration: migration(path, sql, options) };
}

/** `base`: what stands at the base branch's tip. Head follows from it and the changes. */
export function changeSet(
  changes: readonly Change[],
  { base = [], ignored = [] }: { base?: readonly Migration[]; ignored?: readonly IgnoredFile[] } = {},
): ChangeSet {
  const gone = new Set(changes.flatMap((change) => (change.kind === 'added' ? [] : [change.before.path])));
  const head = [
    ...base.filter(({ path }) => !gone.has(path)),
    ...changes.flatMap((change) => (change.kind === 'deleted' ? [] : [change.migration])),
  ].sort(numbered.compare);
  const project = { tool: 'numbered', directory: 'migrations', ignored: [] };
  return {
    tool: 'numbered',
    directory: 'migrations',
    base: { ...project, migrations: [...base].sort(numbered.compare) },
    head: { ...project, migrations: head },
    changes,
    ignored,
  };
}

export function policy(changes: Partial<Omit<Policy, 'lint'>> & { lint?: Partial<Policy['lint']> } = {}): Policy {
  const { lint, ...rest } = changes;
  return {
    postgresVersion: undefined,
    testCommand: undefined,
    testTimeoutMs: 60_000,
    commands: { apply: undefined, rollback: undefined, status: undefined },
    lint: { rules: {}, overrides: [], exclude: [], squawkConfig: '.squawk.toml', ...lint },
    tables: {},
    rehearsal: {
      preset: undefined,
      extensions: [],
      roles: [],
      setup: [],
      schemaFile: undefined,
      placeholders: {},
      searchPath: undefined,
      settings: {},
      superuser: false,
      timeoutMs: 60_000,
      seed: { files: [], command: undefined, mode: 'extend' },
    },
    lockTimeout: '5s',
    statementTimeout: '10min',
    historyAccept: [],
    deploy: deployPolicy(),
    ...rest,
  };
}

export function deployPolicy(changes: Partial<Policy['deploy']> = {}): Policy['deploy'] {
  return {
    ledgerSchema: 'lockstep',
    lockKey: undefined,
    lockWaitMs: 60_000,
    onBusy: 'wait',
    lockRetryBudgetMs: 30_000,
    concurrentWait: '1min',
    concurrentRetries: 3,
    outOfOrder: 'error',
    verifyTables: [],
    smokeCommand: undefined,
    smokeTimeoutMs: 60_000,
    ownHistory: undefined,
    environments: {},
    ...changes,
  };
}
