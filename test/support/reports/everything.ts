import type { Finding, Report } from '../../../src/report/model.ts';
import { blocked, passed } from '../../fixtures/reports.ts';

/** Reports in which each property that there is stands at least once. */

const error = {
  message: 'relation "gone" does not exist',
  sqlstate: '42P01',
  detail: 'It was dropped.',
  hint: 'Look elsewhere.',
  where: 'PL/pgSQL function f() line 3',
  path: 'db/migrations/015_everything.sql',
  line: 3,
  column: 8,
  excerpt: '3 | SELECT gone;\n           ^',
  statement: 1,
  ranBefore: '1 statement had run before; it was rolled back.',
  settle: true as const,
};

const finding: Finding = {
  rule: 'some-rule',
  source: 'lockstep',
  severity: 'block',
  path: 'db/migrations/015_everything.sql',
  line: 9,
  endLine: 11,
  column: 2,
  statement: 0,
  title: 'Some things are the case',
  message: 'Something is the case.',
  help: 'Do it otherwise.',
  docsUrl: 'https://docs.test/some-rule',
  evidence: 'confirmed',
  suggestion: 'SELECT 1;',
  excerpt: '9 | SELECT 2;\n      ^',
  inDiff: false,
  relations: ['public.orders'],
  impact: { blocks: 'reads and writes', relations: ['public.orders', 'public.users', 'public.items'] },
};

/** What a statement was seen to do. */
const deeds = {
  cpuMs: 3,
  locks: [{ relation: 'public.orders', mode: 'ACCESS EXCLUSIVE', blocks: ['reads', 'writes'] }],
  rewrites: ['public.orders'],
  scans: ['public.users'],
  writes: ['public.items'],
  creates: ['public.made'],
  drops: ['public.gone'],
  invalid: ['public.orders_by_user'],
};

const session = {
  pid: 4711,
  application: 'nightly-report',
  user: 'etl',
  client: '10.0.3.17',
  state: 'idle in transaction',
  ageMs: 2_831_000,
  query: 'SELECT * FROM orders',
  relations: ['public.orders', 'public.users'],
};

/** All that a report may say of a target. */
const aboutTarget = {
  target: {
    environment: 'production',
    database: 'shop',
    serverVersion: '17.2',
    address: 'owner@db.acme.example:5432/shop',
    role: 'deployer',
    pooler: 'session',
  },
  history: {
    relation: 'public.schema_migrations',
    applied: 14,
    newest: '014_customers',
    commit: '1f0c7a52b9d84e63a7c5d2e1f0b9a8c7d6e5f4a3',
    lastRun: {
      result: 'partial',
      startedAt: '2026-02-14T14:02:10.000Z',
      commit: '1f0c7a52b9d84e63a7c5d2e1f0b9a8c7d6e5f4a3',
      error: 'relation "customers" does not exist',
    },
    entries: [
      {
        id: '014_customers',
        status: 'partial',
        how: 'applied',
        inRepository: false,
        edited: 'meaning',
        appliedAt: '2026-02-14T14:02:11.000Z',
        durationMs: 12,
        commit: '1f0c7a52b9d84e63a7c5d2e1f0b9a8c7d6e5f4a3',
        pullRequest: 314,
        actor: 'ada',
        runUrl: 'https://github.com/acme/shop/actions/runs/8014',
        statementsDone: 2,
        statements: 5,
      },
    ],
  },
  plan: {
    digest: 'd'.repeat(64),
    tool: 'numbered',
    history: 'e'.repeat(64),
    pending: [
      {
        id: '015_everything',
        checksum: 'c'.repeat(64),
        transaction: 'none',
        statements: 3,
        program: true,
        author: 'Ada Lovelace',
        pullRequest: 12,
      },
    ],
    gates: [
      {
        name: 'edited',
        open: false,
        message: 'It was edited.',
        details: ['014_customers'],
        help: 'Undo it:\n  git revert',
      },
      { name: 'order', open: true, message: 'It runs out of order.', details: ['015_everything'] },
    ],
    tables: [{ name: 'public.orders', rows: 41_250_000, bytes: 12_884_901_888 }],
    blockers: { visible: false, sessions: [session] },
    invalidIndexes: ['public.orders_status_idx'],
  },
  lock: { key: '-755303831882598282', waitedMs: 42_000, holder: session, skipped: true, tool: 'golang-migrate' },
  log: '/tmp/lockstep/production.log',
} as const satisfies Partial<Report>;

const { rehearsal, git } = blocked;
if (rehearsal === undefined) throw new Error('the sample has a rehearsal');

export const everything: Report = {
  ...blocked,
  ...(git === undefined ? {} : { git: { ...git, subject: 'Orders: everything (#12)', author: 'Ada Lovelace' } }),
  rehearsal: {
    ...rehearsal,
    versionAssumed: true,
    rows: {
      filled: 11,
      kept: 2,
      seed: true,
      notFilled: [{ table: 'public.ledger_lines', reason: 'no values were found that meet balanced' }],
      durationMs: 64,
    },
  },
  database: 'orders',
  ...aboutTarget,
  migrations: [
    ...blocked.migrations,
    {
      id: '015_everything',
      path: 'db/migrations/015_everything.sql',
      previousPath: 'db/migrations/014_everything.sql',
      change: 'renamed',
      transaction: 'none',
      phase: 'expand',
      why: 'to have seen it all',
      risk: { level: 'high', reasons: ['the table is large'] },
      status: 'partial',
      up: {
        status: 'partial',
        durationMs: 12.5,
        error,
        attempts: [
          {
            startedAt: '2026-03-02T09:15:01.000Z',
            durationMs: 5_012,
            sqlstate: '55P03',
            message: 'canceling statement due to lock timeout',
            statement: 0,
            blockers: [session],
          },
        ],
        statements: [
          {
            index: 0,
            line: 1,
            endLine: 2,
            sql: 'ALTER TABLE orders\n  ALTER COLUMN id TYPE bigint',
            durationMs: 4,
            ...deeds,
          },
        ],
      },
      down: {
        status: 'failed',
        durationMs: 3,
        difference: ['+ table public.left_over'],
        losesData: ['rows of table public.made'],
        statements: [{ index: 0, line: 5, endLine: 5, sql: 'DROP TABLE gone', durationMs: 2, ...deeds }],
        error: { ...error, line: 5, excerpt: '5 | DROP TABLE gone;\n         ^' },
      },
      schemaDiff: ['+ table public.made', '- table public.gone', '~ column public.orders.id: bigint'],
    },
  ],
  findings: [
    ...blocked.findings,
    finding,
    { ...finding, rule: 'released-rule', severity: 'info', evidence: 'refuted', suppressed: { reason: 'as agreed' } },
  ],
  tests: [{ phase: 'after', command: 'make test', exitCode: null, durationMs: 60_000, timedOut: true, tail: 'no end' }],
  timings: { lint: 40, rehearsal: 900 },
};

export const failure: Report = {
  ...passed,
  result: 'error',
  error: { code: 'no-server', message: 'there is no server', hint: 'Start one:\npg_ctl start' },
};

const { git: _, ...withoutGit } = passed;

/** What `notify` tells. */
export const told: Report = {
  ...withoutGit,
  foreign: true,
  command: 'notify',
  migrations: [],
  findings: [],
  deployCode: true,
  deployment: {
    v: 1,
    repository: 'acme/shop',
    commit: '0123456789abcdef0123456789abcdef01234567',
    title: 'Orders: everything (#12)',
    author: 'Ada Lovelace',
    pullRequest: 12,
    database: 'orders',
    stages: [
      {
        environment: 'production',
        state: 'partial',
        at: '2026-03-02T09:20:00.000Z',
        durationMs: 1_200,
        url: 'https://github.com/acme/shop/actions/runs/4004',
        applied: 1,
        pending: 2,
        migrations: ['014_orders', '015_everything'],
        digest: 'f'.repeat(64),
        failure: {
          message: 'canceling statement due to lock timeout',
          migration: '015_everything',
          path: 'db/migrations/015_everything.sql',
          line: 3,
          statement: 2,
          sqlstate: '55P03',
          blocker: 'psql (pid 4711)',
          settle: true,
        },
      },
      {
        environment: 'second production',
        state: 'waiting',
        at: '2026-03-02T09:21:00.000Z',
        applied: 0,
        pending: 0,
        migrations: [],
        unread: true,
        approvers: ['grace', 'the team dba'],
      },
    ],
    code: { state: 'failed', at: '2026-03-02T09:25:00.000Z', url: 'https://github.com/acme/shop/actions/runs/4004' },
    slack: { channel: 'C0123456789', ts: '1700000000.000100' },
  },
};
