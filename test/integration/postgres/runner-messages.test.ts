import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clampTimeouts, localTimeouts } from '../../../src/deploy/run/timeouts.ts';
import { runScript } from '../../../src/postgres/runner.ts';
import type { ScriptRun } from '../../../src/postgres/script-run.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

/** What a deploy's script costs in messages to the server, each of which is a way there and back; and what that must not cost. */

const LIMITS = { lock: '5s', statement: '1min' };

let server: ScratchPostgres;
let session: Session;

beforeAll(async () => {
  await loadParser();
  // The oldest grammar that is tested: older than the parser's own.
  server = await startScratchPostgres(15);
  await (await server.connect('messages')).end();
  session = await Session.open(server.config('messages'), { lock_timeout: '5s' });
});

afterAll(async () => {
  await session?.close();
  await server?.stop();
});

const deployed = (text: string): ScriptRun => ({
  script: { path: 'm/001.sql', text },
  execution: 'transaction',
  record: 'SELECT 1',
  guard: {
    begin: localTimeouts(LIMITS),
    clamp: clampTimeouts(LIMITS, true),
    fence: 'SELECT 2',
    endsWithLast: true,
  },
});

/** How many messages the work sends. */
async function messages(work: () => Promise<unknown>): Promise<number> {
  const { connection } = session.client as Client & { connection: { query(text: string): void } };
  const query = connection.query.bind(connection);
  let count = 0;
  connection.query = (text) => {
    count += 1;
    query(text);
  };
  try {
    await work();
    return count;
  } finally {
    connection.query = query;
  }
}

it('a script after another one takes a message for each statement, the last of which brings its end', async () => {
  await runScript(session, deployed('CREATE TABLE a (id int);'));
  expect(await messages(() => runScript(session, deployed('CREATE TABLE b (id int);')))).toBe(1);
  expect(await messages(() => runScript(session, deployed('CREATE TABLE c (id int);\nCREATE TABLE d ();')))).toBe(2);
  expect(await messages(() => runScript(session, deployed('BEGIN;\nCREATE TABLE c2 ();\nCOMMIT;')))).toBe(1);
});

it('one that a rehearsal runs, or whose end has to wait for its limits, has a message for that', async () => {
  const { guard: _, ...rehearsed } = deployed('CREATE TABLE h ();');
  expect(await messages(() => runScript(session, rehearsed))).toBe(2);
  // One to clean the session, and one for the limit.
  expect(await messages(() => runScript(session, deployed("SET LOCAL lock_timeout = '1s';")))).toBe(4);
});

it('each statement is told once, also the one that brings the end', async () => {
  const { statements } = await runScript(session, deployed('SELECT 1;\n\nSELECT 2\n-- and a comment'));
  expect(statements.map(({ index, line }) => [index, line])).toEqual([
    [0, 1],
    [1, 3],
  ]);
});

it('the time of a statement is its own, whether it is the first or the last', async () => {
  const alone = await runScript(session, deployed('SELECT pg_sleep(0.3);'));
  const two = await runScript(session, deployed('SELECT pg_sleep(0.1);\nSELECT pg_sleep(0.3);'));
  for (const [{ durationMs } = { durationMs: 0 }, least] of [
    [alone.statements[0], 300],
    [two.statements[0], 100],
    [two.statements[1], 300],
  ] as const) {
    expect(durationMs).toBeGreaterThanOrEqual(least - 5);
    expect(durationMs).toBeLessThan(least + 200);
  }
});

it('a server that does not look for its client gets the end by itself', async () => {
  const { guard, ...run } = deployed('CREATE TABLE old_server ();');
  await runScript(session, deployed('SELECT 1;'));
  expect(await messages(() => runScript(session, { ...run, guard: guard && { ...guard, endsWithLast: false } }))).toBe(
    2,
  );
});

describe('what goes wrong in the last message is told for what it is', () => {
  const fails = async (text: string, change: Partial<ScriptRun> = {}) => {
    const outcome = await runScript(session, { ...deployed(text), ...change });
    expect(outcome.status).toBe('failed');
    const [found] = await session.run("SELECT to_regclass('gone') AS gone");
    expect(found?.rows).toEqual([{ gone: null }]);
    return outcome as { error: Record<string, unknown>; failure: { at: string }; statements: readonly unknown[] };
  };
  const GONE = 'CREATE TABLE gone (a int);\n';

  it('the statement itself', async () => {
    const { error, failure, statements } = await fails(`${GONE}SELECT 1 / 0;`);
    expect(failure.at).toBe('statement');
    expect(error).toMatchObject({ sqlstate: '22012', line: 2, statement: 1, ranBefore: /1 statement .* rolled back/ });
    expect(statements).toHaveLength(1);
  });

  it('a constraint that was deferred', async () => {
    await runScript(session, deployed('CREATE TABLE p (a int UNIQUE DEFERRABLE INITIALLY DEFERRED);'));
    const { error, failure } = await fails(`${GONE}INSERT INTO p VALUES (1), (1);`);
    expect(failure.at).toBe('statement');
    expect(error).toMatchObject({ sqlstate: '23505', line: 2, statement: 1 });
  });

  it('the lock that is gone', async () => {
    const { guard } = deployed('');
    const { failure } = await fails(GONE, { guard: guard && { ...guard, fence: 'SELECT 1 / 0' } });
    expect(failure.at).toBe('fence');
  });

  it('the record, which has no place in the file', async () => {
    const { error, failure } = await fails(`${GONE}\nSELECT 1;`, { record: 'SELECT 1;\nSELECT nothing FROM nowhere' });
    expect(failure.at).toBe('record');
    expect(error).toMatchObject({
      sqlstate: '42P01',
      message: 'the history could not be written: relation "nowhere" does not exist',
      path: 'm/001.sql',
    });
    for (const key of ['line', 'column', 'excerpt', 'statement']) expect(error).not.toHaveProperty(key);
  });
});

it('a string that the server reads otherwise than the parser does not swallow the end', async () => {
  const old = await Session.open(server.config('messages'), { standard_conforming_strings: 'off' });
  try {
    const { status, error } = await runScript(old, deployed("SELECT 'a\\';"));
    expect(status).toBe('failed');
    expect(error).toMatchObject({ sqlstate: '42601' });
    expect((await runScript(old, deployed("SELECT 'a\\\\';"))).status).toBe('applied');
  } finally {
    await old.close();
  }
});

it('the next script finds a clean session all the same', async () => {
  const leaving = "SET lock_timeout = '1s';\nSET search_path = nowhere;\nCREATE TEMP TABLE left_over (id int);";
  expect((await runScript(session, deployed(leaving))).status).toBe('applied');
  const [found] = await session.run(
    "SELECT current_setting('lock_timeout') AS lock, current_setting('search_path') AS path, to_regclass('left_over') AS left",
  );
  expect(found?.rows).toEqual([{ lock: '5s', path: '"$user", public', left: null }]);
});

it('so does one after a query of somebody else', async () => {
  await runScript(session, deployed('CREATE TABLE e ();'));
  await session.run('SET search_path = nowhere');
  expect((await runScript(session, deployed('CREATE TABLE f ();'))).status).toBe('applied');
});

it.each([
  ['alone', "SELECT '🐘', nope;", 1, 14],
  ['in a transaction of its own', "/* 🐘 */ BEGIN;\nSELECT '🐘', nope;\nCOMMIT;", 2, 14],
])('an error of the first statement is placed in the file, %s', async (_, text, line, column) => {
  const { error, failure } = (await runScript(session, deployed(text))) as { error?: object; failure?: object };
  expect(error).toMatchObject({ sqlstate: '42703', line, column });
  expect(failure).toMatchObject({ at: 'statement' });
});

it('what this server cannot parse is the failure of its statement, and leaves nothing', async () => {
  const text = '\nCREATE TABLE g (a int, b int GENERATED ALWAYS AS (a) VIRTUAL);\n';
  const { error, failure } = (await runScript(session, deployed(text))) as { error?: object; failure?: object };
  expect(error).toMatchObject({ sqlstate: '42601', line: 2, statement: 0 });
  expect(failure).toMatchObject({ at: 'statement' });
  expect((await runScript(session, deployed('CREATE TABLE g ();'))).status).toBe('applied');
});
