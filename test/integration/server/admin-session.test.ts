import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { adminSession } from '../../../src/rehearsal/admin-session.ts';
import { type TestServer, testServer } from '../../support/postgres.ts';
import { testMajors } from '../../support/scratch-postgres.ts';

describe.each(testMajors)('a session of ours on Postgres $major', ({ major }) => {
  let started: TestServer;
  beforeAll(async () => {
    started = await testServer({ major });
    const admin = await started.connect();
    await admin.query('CREATE ROLE app');
  });
  afterAll(() => started?.stop());
  afterEach(() => started.server.dropDatabase('theirs'));

  const settings = [
    'statement_timeout = 1',
    'lock_timeout = 1',
    'idle_in_transaction_session_timeout = 1',
    ...(major >= 17 ? ['transaction_timeout = 1'] : []),
    'idle_session_timeout = 1',
    'role = app',
    'session_authorization = app',
    'default_transaction_read_only = on',
    'default_transaction_isolation = serializable',
    "search_path = ''",
    'client_encoding = LATIN1',
    "session_preload_libraries = 'no_such_library'",
    "local_preload_libraries = 'no_such_library'",
    'quote_all_identifiers = on',
    'client_min_messages = debug5',
    'session_replication_role = replica',
  ];

  test.each(settings)('is not touched by ALTER DATABASE ... SET %s', async (setting) => {
    await started.server.createDatabase('theirs', { owner: 'app' });
    const admin = await started.connect();
    await admin.query(`ALTER DATABASE theirs SET ${setting}`);
    await admin.query(`ALTER ROLE lockstep_superuser IN DATABASE theirs SET ${setting}`);
    await admin.end();
    const session = await adminSession(started.server, 'theirs');
    try {
      await session.run('CREATE TABLE public."é" (id int)');
      await session.run('SELECT pg_sleep(0.02)');
      const name = /^\w+/.exec(setting)?.[0];
      const { rows } = await session.client.query(
        `SELECT current_user::text AS user, relname AS table, current_setting('${name}') AS setting
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
      );
      expect(rows).toEqual([
        { user: 'lockstep_superuser', table: 'é', setting: expect.not.stringMatching(/^(1|1ms)$/) },
      ]);
    } finally {
      await session.close();
    }
  });

  test.runIf(major >= 17)('runs no trigger on login', async () => {
    await started.server.createDatabase('theirs', { owner: 'app' });
    const inside = await started.connect('theirs');
    await inside.query(`
      CREATE TABLE logins (who text);
      CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.logins VALUES (current_user); END';
      CREATE EVENT TRIGGER note ON login EXECUTE FUNCTION note(); ALTER EVENT TRIGGER note ENABLE ALWAYS`);
    const session = await adminSession(started.server, 'theirs');
    const { rows } = await session.client.query('SELECT count(*)::int AS n FROM public.logins');
    expect(rows).toEqual([{ n: 0 }]);
    await session.close();
    await inside.end();
  });
});
