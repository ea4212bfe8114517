import { describe, expect, it } from 'vitest';
import { checkHere, plainUrl, toolProject } from '../../support/command-tool.ts';
import { targets } from '../../support/deploy.ts';
import { lockstepHere } from '../../support/in-process.ts';

/** A tool that nobody knows, which a team has written for itself. */

const target = targets();

const RUNNER = `
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
if (process.argv[2] === 'up') await client.query('CREATE TABLE IF NOT EXISTS app_history (file text PRIMARY KEY)');
const { rows } = await client.query('SELECT file FROM app_history ORDER BY file').catch(() => ({ rows: [] }));
const done = rows.map((row) => row.file);
if (process.argv[2] === 'status') {
  console.error('not a name');
  for (const file of done) console.log(file);
} else if (process.argv[2] === 'down') {
  const last = done.at(-1);
  const [, down] = readFileSync('steps/' + last, 'utf8').split('---');
  await client.query(down);
  await client.query('DELETE FROM app_history WHERE file = $1', [last]);
} else {
  for (const file of readdirSync('steps').sort()) {
    if (done.includes(file)) continue;
    const [up] = readFileSync('steps/' + file, 'utf8').split('---');
    await client.query(up);
    await client.query('INSERT INTO app_history VALUES ($1)', [file]);
  }
}
await client.end();
`;

const FILES = {
  'run.mjs': RUNNER,
  'steps/1.step': 'CREATE TABLE a (id int PRIMARY KEY)---DROP TABLE a',
  'steps/2.step': 'ALTER TABLE a ADD COLUMN note text---ALTER TABLE a DROP COLUMN note',
};

const SETTINGS = `tool: command
migrations:
  directory: steps
apply_command: [node, run.mjs, up]
rollback_command: node run.mjs down
`;

const BY_TABLE = `${SETTINGS}history:\n  table: app_history\n  id_column: file\n`;
const BY_STATUS = `${SETTINGS}status_command: node run.mjs status\n`;

describe.each([
  ['a history table', BY_TABLE],
  ['a status command', BY_STATUS],
])('any other tool, by %s', (_by, settings) => {
  it('is run under the lock', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo, complete, tool } = toolProject({ ...FILES, 'lockstep.yml': settings }, ['steps/2.step']);
    const first = await lockstepHere('apply', repo, url);
    expect(first.report, first.printed).toMatchObject({
      result: 'applied',
      migrations: [{ id: '1', status: 'applied' }],
    });
    complete();
    const planned = await lockstepHere('plan', repo, url);
    expect(
      planned.report.plan?.pending.map(({ id }) => id),
      planned.printed,
    ).toEqual(['2']);
    tool(['node', 'run.mjs', 'up'], url);
    const noop = await lockstepHere('apply', repo, url);
    expect(noop.report, noop.printed).toMatchObject({ result: 'noop', history: { applied: 2 } });
  });

  it('is checked', async () => {
    const { repo, complete } = toolProject({ ...FILES, 'lockstep.yml': settings }, ['steps/2.step']);
    repo.branch('change');
    complete();
    const { report, printed } = await checkHere(repo);
    expect(report.migrations, printed).toMatchObject([
      {
        id: '2',
        status: 'applied',
        transaction: 'none',
        down: { status: 'reversed' },
        schemaDiff: ['+ column public.a.note text'],
      },
    ]);
    expect(report.migrations[0]?.up?.statements.map(({ sql }) => sql)).toContain('ALTER TABLE a ADD COLUMN note text');
  });
});

const SAYS_ALL = "if (process.argv[2] === 'status') console.log('1.step\\n2.step');\n";
const DOES_NOTHING = "if (process.argv[2] === 'up') process.exit();\n";

describe('a command that ends well and has done nothing here', () => {
  it.each([
    ['by a history table', BY_TABLE, DOES_NOTHING + RUNNER],
    ['by a status command', BY_STATUS, DOES_NOTHING + RUNNER],
    ['by a status command that speaks of another place', BY_STATUS, SAYS_ALL],
  ])('passes no migration: %s', async (_by, settings, runner) => {
    const { repo, complete } = toolProject({ ...FILES, 'lockstep.yml': settings }, ['steps/2.step']);
    repo.branch('change');
    repo.commit('another runner', { 'run.mjs': runner });
    complete();
    const { report, rules, exitCode, printed } = await checkHere(repo);
    expect(exitCode, printed).toBe(1);
    expect(rules, printed).toContain('command-leaves-pending');
    expect(report.migrations[0]?.up, printed).toBeUndefined();
  });

  it.each([
    ['a history table', BY_TABLE],
    ['a status command', BY_STATUS],
  ])('makes no base: by %s', async (_by, settings) => {
    const { repo, complete } = toolProject({ ...FILES, 'run.mjs': DOES_NOTHING + RUNNER, 'lockstep.yml': settings }, [
      'steps/2.step',
    ]);
    repo.branch('change');
    repo.commit('a runner that runs', { 'run.mjs': RUNNER });
    complete();
    const { report, exitCode, printed } = await checkHere(repo);
    expect(exitCode, printed).toBe(2);
    expect(report.error).toMatchObject({
      code: 'base-history-failed',
      message: expect.stringContaining('ended well, and'),
    });
  });
});

/** It tells what its role may do. */
const ASKING = RUNNER.replace(
  'await client.connect();',
  "await client.connect();\nconst { rows: [asked] } = await client.query('SHOW is_superuser');\nconsole.log('superuser', process.argv[2], asked.is_superuser);",
);

it.each([
  ['an ordinary role', '', 'off'],
  ['a superuser where the base branch says so', 'rehearsal:\n  superuser: true\n', 'on'],
])('makes the base as %s, anew in each run', async (_who, more, is) => {
  const files = { ...FILES, 'run.mjs': ASKING, 'lockstep.yml': BY_TABLE + more };
  const { repo, complete } = toolProject(files, ['steps/2.step']);
  repo.branch('change');
  complete();
  for (const _run of [1, 2]) {
    const { report, printed } = await checkHere(repo);
    expect(printed.match(/superuser up \w+/g), printed).toEqual([`superuser up ${is}`, `superuser up ${is}`]);
    expect(report.rehearsal?.baseFromCache).toBe(false);
  }
});

it('passes nothing that stands behind more than is read', async () => {
  const { repo, complete } = toolProject({ ...FILES, 'lockstep.yml': BY_TABLE }, ['steps/2.step']);
  repo.branch('change');
  const much = "for (let i = 0; i < 66; i++) await client.query('SELECT 1 --' + 'x'.repeat(2 ** 20));\n    ";
  repo.commit('a runner that sends much', { 'run.mjs': RUNNER.replace('const [up]', `${much}const [up]`) });
  complete();
  const { report, rules, exitCode, printed } = await checkHere(repo);
  expect(exitCode, printed).toBe(1);
  expect(report.findings.find(({ rule }) => rule === 'capture-incomplete')).toMatchObject({
    severity: 'block',
    path: 'steps/2.step',
    message: expect.stringContaining('the end of it was not read'),
  });
  // The history itself says that it is applied.
  expect(rules).not.toContain('command-leaves-pending');
});

it('needs to be told how it is started, and what is applied', async () => {
  const shop = await target();
  const { repo } = toolProject({ ...FILES, 'lockstep.yml': 'tool: command\nmigrations:\n  directory: steps\n' }, []);
  const nothing = await lockstepHere('plan', repo, plainUrl(shop));
  expect(nothing.report.error).toMatchObject({
    code: 'command-missing',
    message: expect.stringContaining('how your command is started'),
  });
  repo.commit('half', { 'lockstep.yml': SETTINGS });
  const half = await lockstepHere('plan', repo, plainUrl(shop));
  expect(half.report.error).toMatchObject({
    code: 'command-missing',
    message: expect.stringContaining('which migrations are applied'),
  });
});

it('is told, in a check, that what the change says counts from the base branch on', async () => {
  const { repo } = toolProject(FILES, []);
  repo.branch('change');
  repo.commit('settings', { 'lockstep.yml': SETTINGS });
  const { report } = await checkHere(repo);
  expect(report.error).toMatchObject({
    code: 'command-missing',
    message: expect.stringContaining('Nothing on the base branch tells how your command is started'),
    hint: expect.stringMatching(/^This change says it, and it counts only once it stands on the base branch/),
  });
});
