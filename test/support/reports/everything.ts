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
  impact: { blocks: 'reads and writes', relations: ['public.orders', 'public.users', 'public.items'] },
};

const { rehearsal } = blocked;
if (rehearsal === undefined) throw new Error('the sample has a rehearsal');

export const everything: Report = {
  ...blocked,
  rehearsal: { ...rehearsal, versionAssumed: true },
  database: 'orders',
  target: { environment: 'production', database: 'shop', serverVersion: '17.2' },
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
        statements: [
          {
            index: 0,
            line: 1,
            endLine: 2,
            sql: 'ALTER TABLE orders\n  ALTER COLUMN id TYPE bigint',
            durationMs: 4,
            locks: [{ relation: 'public.orders', mode: 'ACCESS EXCLUSIVE', blocks: ['reads', 'writes'] }],
            rewrites: ['public.orders'],
            scans: ['public.users'],
            creates: ['public.made'],
            drops: ['public.gone'],
          },
        ],
      },
      down: {
        status: 'failed',
        durationMs: 3,
        difference: ['+ table public.left_over'],
        losesData: ['rows of table public.made'],
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
