import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clampTimeouts, localTimeouts } from '../../../src/deploy/run/timeouts.ts';
import { runScript, type ScriptRun } from '../../../src/postgres/runner.ts';
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

it('a script after another one takes a message for each statement, and one for its end', async () => {
  await runScript(session, deployed('CREATE TABLE a (id int);'));
  expect(await messages(() => runScript(session, deployed('CREATE TABLE b (id int);')))).toBe(2);
  expect(await messages(() => runScript(session, deployed('CREATE TABLE c (id int);\nCREATE TABLE d ();')))).toBe(3);
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
