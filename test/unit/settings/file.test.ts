import { describe, expect, it } from 'vitest';
import { LockstepError } from '../../../src/errors.ts';
import { type ConfigSource, parseConfig } from '../../../src/settings/file.ts';
import type { Config, Overrides } from '../../../src/settings/types.ts';

const none: Overrides = {
  tool: undefined,
  migrationsDirectory: undefined,
  postgresVersion: undefined,
  testCommand: undefined,
};

function parse(text: string | undefined, given: Partial<ConfigSource> = {}): Config {
  const ruleNames = ['ban-drop-column', 'prefer-text-field'];
  return parseConfig({ text, path: 'lockstep.yml', overrides: none, database: undefined, ruleNames, ...given });
}

function failure(text: string, given: Partial<ConfigSource> = {}): LockstepError {
  try {
    parse(text, given);
  } catch (error) {
    if (error instanceof LockstepError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('lockstep.yml', () => {
  it.each([[undefined], [''], ['# nothing but a comment\n'], ['lint:\n  # rules:\nrehearsal:\n']])(
    'is all defaults when it says nothing: %j',
    (text) => {
      expect(parse(text)).toEqual({
        location: { database: undefined, tool: 'auto', directory: undefined },
        policy: {
          postgresVersion: undefined,
          testCommand: undefined,
          testTimeoutMs: 600_000,
          commands: { apply: undefined, rollback: undefined, status: undefined },
          lint: { rules: {}, overrides: [], exclude: [], squawkConfig: '.squawk.toml' },
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
            timeoutMs: 600_000,
            seed: { files: [], command: undefined, mode: 'extend' },
          },
          lockTimeout: '5s',
          statementTimeout: '15min',
          historyAccept: [],
          deploy: {
            ledgerSchema: 'lockstep',
            lockKey: undefined,
            lockWaitMs: 600_000,
            onBusy: 'wait',
            lockRetryBudgetMs: 300_000,
            concurrentWait: '30min',
            concurrentRetries: 3,
            outOfOrder: 'error',
            verifyTables: [],
            smokeCommand: undefined,
            smokeTimeoutMs: 300_000,
            ownHistory: undefined,
            environments: {},
          },
        },
      });
    },
  );

  it('says everything that can be said', () => {
    const text = `
tool: dbmate
migrations: { directory: ./db/migrations/ }
postgres_version: 16
test_command: npm test
test_timeout: 90s
lint:
  rules: { ban-drop-column: warn, prefer-text-field: off }
  overrides:
    - { rules: [ban-drop-column], paths: ['old/**'], severity: info }
    - { rules: [prefer-text-field], tables: [orders], severity: off }
  exclude: ['db/migrations/legacy/**']
  squawk_config: config/squawk.toml
tables:
  audit_log: { small: true }
  'staging.*': {}
rehearsal:
  preset: supabase
  extensions: [citext]
  roles: [app, readonly]
  setup: [db/setup.sql]
  schema_file: db/schema.sql
  placeholders: { SCHEMA: app, VERSION: 1.10, ON: true }
  search_path: app, public
  settings: { TimeZone: Europe/Paris, app.tenant: 007 }
  superuser: true
  timeout: 1h
  seed: [db/seed.sql, ./db/more.sql]
  seed_command: npm run seed
  seed_mode: replace
lock_timeout: 10m
statement_timeout: 500ms
history:
  accept:
    - { path: db/migrations/003_x.sql, reason: never deployed }
  table: app.migrations
  id_column: filename
  id_format: id
  applied_at_column: at
  checksum_column: sha
environments:
  dev: { kind: development, url_variable: DEV_URL }
  production: {}
ledger_schema: deploys
lock_key: -9223372036854775808
lock_wait: 1min
on_busy: skip
lock_retry_budget: 2min
concurrent_wait: 1h
concurrent_retries: 0
out_of_order: apply
verify_tables: [orders, sales.invoices]
smoke_command: npm run smoke
smoke_timeout: 30s
apply_command: npm run migrate
rollback_command: [npm, run, undo]
status_command: npm run status
`;
    expect(parse(text)).toEqual({
      location: { database: undefined, tool: 'dbmate', directory: 'db/migrations' },
      policy: {
        postgresVersion: 16,
        testCommand: 'npm test',
        testTimeoutMs: 90_000,
        commands: { apply: 'npm run migrate', rollback: ['npm', 'run', 'undo'], status: 'npm run status' },
        lint: {
          rules: { 'ban-drop-column': 'warn', 'prefer-text-field': 'off' },
          overrides: [
            { rules: ['ban-drop-column'], paths: ['old/**'], tables: undefined, severity: 'info' },
            { rules: ['prefer-text-field'], paths: undefined, tables: ['orders'], severity: 'off' },
          ],
          exclude: ['db/migrations/legacy/**'],
          squawkConfig: 'config/squawk.toml',
        },
        tables: { audit_log: { small: true }, 'staging.*': { small: false } },
        rehearsal: {
          preset: 'supabase',
          extensions: ['citext'],
          roles: ['app', 'readonly'],
          setup: ['db/setup.sql'],
          schemaFile: 'db/schema.sql',
          // As they are written, not as YAML's numbers.
          placeholders: { SCHEMA: 'app', VERSION: '1.10', ON: 'true' },
          searchPath: 'app, public',
          settings: { TimeZone: 'Europe/Paris', 'app.tenant': '007' },
          superuser: true,
          timeoutMs: 3_600_000,
          seed: { files: ['db/seed.sql', 'db/more.sql'], command: 'npm run seed', mode: 'replace' },
        },
        lockTimeout: '10min',
        statementTimeout: '500ms',
        historyAccept: [{ path: 'db/migrations/003_x.sql', reason: 'never deployed' }],
        deploy: {
          ledgerSchema: 'deploys',
          lockKey: -9_223_372_036_854_775_808n,
          lockWaitMs: 60_000,
          onBusy: 'skip',
          lockRetryBudgetMs: 120_000,
          concurrentWait: '1h',
          concurrentRetries: 0,
          outOfOrder: 'apply',
          verifyTables: ['orders', 'sales.invoices'],
          smokeCommand: 'npm run smoke',
          smokeTimeoutMs: 30_000,
          ownHistory: {
            table: 'app.migrations',
            idColumn: 'filename',
            idFormat: 'id',
            appliedAtColumn: 'at',
            checksumColumn: 'sha',
          },
          environments: {
            dev: { kind: 'development', urlVariable: 'DEV_URL' },
            production: { kind: undefined, urlVariable: 'DATABASE_URL' },
          },
        },
      },
    });
  });

  it('lets a flag or an input say how long to wait for the lock', () => {
    const overrides = {
      tool: undefined,
      migrationsDirectory: undefined,
      postgresVersion: undefined,
      testCommand: undefined,
      lockWait: '3s',
      onBusy: 'fail',
    } as const;
    expect(parse('lock_wait: 1h\non_busy: skip', { overrides }).policy.deploy).toMatchObject({
      lockWaitMs: 3_000,
      onBusy: 'fail',
    });
  });

  it.each([
    ['lock_key: 9223372036854775808', 'expected a signed 64-bit number'],
    ['lock_key: 1.5', 'expected a whole number'],
    ['lock_key: one', 'expected a whole number'],
    ['ledger_schema: pg_ledger', 'reserved by Postgres'],
    ['ledger_schema: My Ledger', 'small letters'],
    ['concurrent_retries: -1', 'from 0 on'],
    ['on_busy: queue', 'expected wait, skip or fail'],
    ['environments: { dev: { kind: prod } }', 'expected development, staging or production'],
    ['lock_wait: 0s', 'zero is no time limit'],
  ])('%j: %s', (text, message) => {
    expect(failure(text).message).toContain(message);
  });

  it('gives way to flags and inputs', () => {
    const overrides = { tool: 'goose', migrationsDirectory: 'sql', postgresVersion: 18, testCommand: 'make test' };
    const { location, policy } = parse('tool: dbmate\npostgres_version: 15\ntest_command: x', { overrides });
    expect(location).toEqual({ database: undefined, tool: 'goose', directory: 'sql' });
    expect(policy).toMatchObject({ postgresVersion: 18, testCommand: 'make test' });
  });

  it("knows 'never' for history.accept", () => {
    expect(parse('history: { accept: never }').policy.historyAccept).toBe('never');
  });

  it.each([
    ['toool: x', "lockstep.yml:1:1: unknown key 'toool'; did you mean 'tool'?"],
    ['lint:\n  exclud: []', "lockstep.yml:2:3: unknown key 'exclud'; did you mean 'exclude'?"],
    ['directory: db', "lockstep.yml:1:1: unknown key 'directory'; did you mean 'migrations.directory'?"],
    ['squawkConfig: x', "unknown key 'squawkConfig'; did you mean 'lint.squawk_config'?"],
    ['zzz: 1', "lockstep.yml:1:1: unknown key 'zzz'\n"],
    [
      'postgres_version: 15.4',
      'lockstep.yml:1:19: postgres_version: expected a major version as a whole number, such as 17, found 15.4',
    ],
    ['postgres_version: 12', 'expected a major version from 13 on, found 12'],
    ['lock_timeout: 30', 'lock_timeout: expected a duration with its unit, such as 500ms, 30s, 5min or 1h, found 30'],
    ['lock_timeout: 0s', 'zero is no time limit'],
    ['rehearsal: { roles: web }', "rehearsal.roles: expected a list, found 'web'"],
    ['rehearsal: { superuser: yes }', "rehearsal.superuser: expected true or false, found 'yes'"],
    ['rehearsal: { seed: [../rows.sql] }', 'rehearsal.seed[0]: expected a path inside the repository'],
    [
      'rehearsal: { seed_mode: replaced }',
      "expected extend, replace or off, found 'replaced'; did you mean 'replace'?",
    ],
    [
      'rehearsal: { seed_mode: replace }',
      'rehearsal.seed_mode: replace needs rehearsal.seed or rehearsal.seed_command',
    ],
    [
      'databases: [{ name: a, rehearsal: { seed_mode: replace } }]',
      'lockstep.yml:1:48: rehearsal.seed_mode: replace needs rehearsal.seed',
    ],
    ['rehearsal: { preset: supabse }', "expected supabase, found 'supabse'; did you mean 'supabase'?"],
    ['rehearsal: { setup: [/etc/passwd] }', 'rehearsal.setup[0]: expected a path inside the repository'],
    [
      'lint: { rules: { ban-drop-column: wran } }',
      "expected block, warn, info or off, found 'wran'; did you mean 'warn'?",
    ],
    [
      'lint: { rules: { ban-drop-colum: warn } }',
      "lockstep.yml:1:18: there is no rule 'ban-drop-colum'; did you mean 'ban-drop-column'?",
    ],
    ['lint: []', 'lint: expected a map, found a list'],
    [
      'lint:\n  overrides:\n    - rules: [ban-drop-colum]\n      paths: [a]\n      severity: warn',
      "lockstep.yml:3:15: there is no rule 'ban-drop-colum'; did you mean 'ban-drop-column'?",
    ],
    [
      'lint:\n  overrides:\n    - rules: [ban-drop-column]\n      severity: warn',
      "lockstep.yml:3:7: lint.overrides[0]: expected 'paths' or 'tables'",
    ],
    [
      'lint:\n  overrides:\n    - rules: [ban-drop-column]\n      tables: [a]\n      severity: loud',
      'lockstep.yml:5:17: lint.overrides[0].severity: expected block, warn, info or off',
    ],
    [
      'lint: { overrides: [{ rules: [], paths: [a], severity: off }] }',
      'lint.overrides[0].rules: expected at least one rule',
    ],
    [
      'lint: { overrides: [{ rules: [ban-drop-column], path: [a], severity: off }] }',
      "unknown key 'path'; did you mean 'paths'?",
    ],
    ['lint: { overrides: [{ paths: [a], severity: off }] }', "'rules' is missing"],
    ['tables: { audit_log: { small: yes } }', "tables.audit_log.small: expected true or false, found 'yes'"],
    ['tables: { audit_log: { smal: true } }', "unknown key 'smal'; did you mean 'small'?"],
    ['tables: [audit_log]', 'tables: expected a map, found a list'],
    [
      'databases: [{ name: a, lint: { overrides: [{ rules: [nope], paths: [a], severity: off }] } }]',
      "there is no rule 'nope'",
    ],
    ['history: { accept: nevr }', "history.accept: expected 'never' or a list of path and reason, found 'nevr'"],
    ['history: { accept: [{ path: a.sql }] }', "'reason' is missing"],
    ['databases: []', 'databases: expected at least one database'],
    ['databases: [{ tool: x }]', "'name' is missing"],
    ['databases: [{ name: a }, { name: a }]', "two databases are called 'a'"],
    ['databases: [{ name: a, lint: { rules: { nope: off } } }]', "there is no rule 'nope'"],
    ['- a list', 'lockstep.yml:1:1: expected a map, found a list'],
    ['tool: a\ntool: b', 'lockstep.yml:2:1: map keys must be unique'],
    ['tool: [a\nb: c', 'lockstep.yml:2:1: flow sequence'],
    ['tool: a\n---\ntool: b', 'lockstep.yml:2:1: a second document begins here'],
    ['tool: *missing', 'unresolved alias'],
  ])('%j: %s', (text, message) => {
    const error = failure(text);
    expect(error.code).toBe('bad-config');
    expect(`${error.message}\n`).toContain(message);
  });

  it('tells all problems at once, in the order of the file, each with its line and a caret', () => {
    const text = 'toool: x\nlint:\n  rules:\n    ban-drop-column: loud\nlock_timeout: soon\n';
    expect(failure(text).message).toMatchInlineSnapshot(`
      "lockstep.yml has 3 problems
      lockstep.yml:1:1: unknown key 'toool'; did you mean 'tool'?
          1 | toool: x
              ^
      lockstep.yml:4:22: lint.rules.ban-drop-column: expected block, warn, info or off, found 'loud'
          4 |     ban-drop-column: loud
                                   ^
      lockstep.yml:5:15: lock_timeout: expected a duration with its unit, such as 500ms, 30s, 5min or 1h; zero is no time limit, found 'soon'
          5 | lock_timeout: soon
                            ^"
    `);
  });

  it('tells unknown keys beside doubled ones', () => {
    const { message } = failure('tool: a\ntool: b\nnope: 1');
    expect(message).toContain('2 problems');
  });

  it('is not fooled by aliases that multiply', () => {
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a]', 'c: [*b,*b,*b,*b,*b,*b,*b,*b]'].join(
      '\n',
    );
    expect(failure(bomb).message).toContain('excessive alias count');
  });

  it('is not fooled by keys that JavaScript knows', () => {
    expect(failure('__proto__: { tool: x }').message).toContain("unknown key '__proto__'");
    expect(parse('rehearsal: { settings: { constructor: a } }').policy.rehearsal.settings).toEqual({
      constructor: 'a',
    });
  });
});

describe('several databases', () => {
  const text = `
lock_timeout: 2s
lint: { rules: { ban-drop-column: warn } }
rehearsal: { roles: [app] }
databases:
  - name: shop
    migrations: { directory: shop/migrations }
  - name: billing
    tool: flyway
    lock_timeout: 1s
    lint: { rules: { prefer-text-field: off } }
    rehearsal: { roles: [biller] }
`;

  it('one of them is chosen; its keys win over those for all, maps are merged', () => {
    const { location, policy } = parse(text, { database: 'billing' });
    expect(location).toEqual({ database: 'billing', tool: 'flyway', directory: undefined });
    expect(policy.lockTimeout).toBe('1s');
    expect(policy.lint.rules).toEqual({ 'ban-drop-column': 'warn', 'prefer-text-field': 'off' });
    expect(policy.rehearsal.roles).toEqual(['biller']);
    expect(parse(text, { database: 'shop' }).policy.lockTimeout).toBe('2s');
  });

  it('must be chosen when there are two', () => {
    const error = failure(text);
    expect(error.code).toBe('choose-database');
    expect(error.hint).toBe('Set `database` (on the command line `--database`) to one of: shop, billing.');
  });

  it('need not be chosen when there is one', () => {
    expect(parse('databases: [{ name: shop }]').location.database).toBe('shop');
  });

  it.each([
    [text, "there is no database 'biling' in lockstep.yml; did you mean 'billing'?"],
    ['', "there is no database 'biling': lockstep.yml has no list of databases"],
  ])('must exist', (file, message) => {
    const error = failure(file, { database: 'biling' });
    expect(error).toMatchObject({ code: 'unknown-database', message });
  });
});
