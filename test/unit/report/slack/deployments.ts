import type { Deployment, Stage, StageFailure } from '../../../../src/report/deployment/model.ts';

/** Deployments in each of their states. */

export const server = 'https://github.com';
const run = (id: number): string => `${server}/acme/shop/actions/runs/${id}`;
const at = '2026-03-02T09:15:00Z';

export const surroundings = { server, run: run(7) };

export function stage(environment: string, state: Stage['state'], more: Partial<Stage> = {}): Stage {
  return { environment, state, at, url: run(7), applied: 0, pending: 0, migrations: [], ...more };
}

export function deployment(stages: readonly Stage[], more: Partial<Deployment> = {}): Deployment {
  return {
    v: 1,
    repository: 'acme/shop',
    commit: '1f0c7a5e9d2b4c6a8e0f1a3b5c7d9e1f2a4b6c8d',
    title: 'Split the name of a customer',
    author: 'ada',
    pullRequest: 42,
    stages: [...stages],
    ...more,
  };
}

export const two = ['013_first_name', '014_backfill_first_name'];

const lockTimeout: StageFailure = {
  message: 'canceling statement due to lock timeout',
  migration: '014_backfill_first_name',
  path: 'db/migrations/014_backfill_first_name.sql',
  line: 3,
  statement: 2,
  sqlstate: '55P03',
  blocker: 'psql (pid 4711)',
};

const staging = stage('staging', 'applied', { applied: 2, migrations: two, durationMs: 3_210, url: run(6) });
const failed = stage('production', 'failed', {
  pending: 2,
  migrations: two,
  durationMs: 61_000,
  failure: {
    message: 'column "first_name" of relation "customers" already exists',
    migration: '013_first_name',
    path: 'db/migrations/013_first_name.sql',
    line: 1,
    statement: 1,
    sqlstate: '42701',
  },
});
const plan = { pending: 2, migrations: two, digest: '4be1f2'.repeat(10).padEnd(64, '0') };
const checks = { message: 'The smoke command failed with status 1.' };
const gate = { message: '`012_customers` is applied and was edited since.' };

export const states: Readonly<Record<string, Deployment>> = {
  begun: deployment([]),
  planned: deployment([stage('production', 'planned', plan)]),
  waiting: deployment([staging, stage('production', 'waiting', plan)]),
  applied: deployment([staging, stage('production', 'applied', { applied: 2, migrations: two, durationMs: 900 })]),
  noop: deployment([stage('staging', 'noop'), stage('production', 'noop')]),
  superseded: deployment([stage('production', 'superseded', { pending: 1 })]),
  partial: deployment([
    staging,
    stage('production', 'partial', {
      applied: 1,
      pending: 1,
      migrations: two,
      durationMs: 5_000,
      failure: lockTimeout,
    }),
  ]),
  failed: deployment([staging, failed]),
  failedOfMany: deployment([
    stage('production', 'failed', { pending: 40, migrations: Array.from({ length: 20 }, (_, n) => `${100 + n}_step`) }),
  ]),
  checksFailed: deployment([
    stage('production', 'failed', { applied: 2, migrations: two, durationMs: 4_000, failure: checks }),
  ]),
  settle: deployment(
    [
      stage('production', 'partial', {
        applied: 1,
        pending: 1,
        migrations: two,
        failure: { ...lockTimeout, settle: true },
      }),
    ],
    { database: 'billing' },
  ),
  refused: deployment([staging, stage('production', 'refused', { ...plan, failure: gate })]),
  busy: deployment([
    stage('staging', 'busy', {
      pending: 1,
      failure: { message: 'Another run holds the lock.', blocker: 'lockstep 8' },
    }),
  ]),
  error: deployment([
    stage('production', 'error', { failure: { message: 'db.acme.example cannot be reached: connection refused.' } }),
  ]),
  rejected: deployment([staging, stage('production', 'rejected', { pending: 2, migrations: two })]),
  cancelled: deployment([stage('production', 'cancelled', { applied: 1, pending: 1, migrations: two })]),
  skipped: deployment([failed, stage('europe', 'skipped')]),
  codeDeployed: deployment([staging], { code: { state: 'deployed', at, url: run(7) } }),
  codeFailed: deployment([staging], { code: { state: 'failed', at, url: run(7) } }),
  codeCancelled: deployment([staging], { code: { state: 'cancelled', at } }),
  codeSkipped: deployment([failed], { code: { state: 'skipped', at } }),
  bare: {
    v: 1,
    repository: 'acme/shop',
    commit: '1f0c7a5',
    stages: [{ environment: 'production', state: 'waiting', at, applied: 0, pending: 1, migrations: [] }],
  },
};

export const hostileTexts: readonly string[] = [
  '<!channel>',
  '<!here> and <!everyone|x>',
  '<@U0123456789>',
  '<#C0123456789|general>',
  '<!subteam^S0123456789>',
  '<https://evil.example|the run>',
  'see https://evil.example/a?b=c.',
  'www.evil.example',
  '<mailto:root@evil.example|mail>',
  '&lt;!channel&gt; &amp; &copy;',
  '@here @channel @all @ada',
  '#general',
  '[the run](https://evil.example)',
  '[the run](/evil)',
  '*bold* _it_ ~gone~ *',
  ':white_check_mark: :tada:',
  '`',
  '``` ```',
  '`a` ``b``',
  'a `*b*` c',
  '`unclosed *bold*',
  '`<!channel>`',
  'one\ntwo\n\n> three\n• four',
  '\u202eevil\u200b\u0000\u001b[31m',
  '\ud800 lone',
  '',
  ' ',
  "'; rm -rf / #",
  '$(rm -rf /)',
  '❌'.repeat(100),
  'x'.repeat(100_000),
  '<'.repeat(100_000),
  '& '.repeat(50_000),
  '`'.repeat(100_000),
  '*_~`@:'.repeat(20_000),
  '语'.repeat(100_000),
  '🚀'.repeat(50_000),
];

/** A deployment in which every text is this one. */
export function full(text: string, state: Stage['state'] = 'failed'): Deployment {
  const failure = { ...lockTimeout, message: text, migration: text, path: text, sqlstate: text, blocker: text };
  const one = {
    environment: text,
    state,
    at,
    url: `https://github.com/${text}`,
    applied: 1,
    pending: 2,
    migrations: [text, text, text],
    digest: text,
    failure,
  };
  return {
    v: 1,
    repository: text,
    commit: text,
    title: text,
    author: text,
    pullRequest: 42,
    database: text,
    stages: [one, { ...one, failure: { ...failure, settle: true } }],
    code: { state: 'failed', at, url: `https://github.com/${text}` },
  };
}
