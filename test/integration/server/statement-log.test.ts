import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../support/postgres.ts';
import { edgeMajors } from '../../support/scratch-postgres.ts';

/** What a server of ours tells in its log of what a pull request's role sends. */

describe.each(edgeMajors)('the log of a server of ours, on Postgres $major', ({ major }) => {
  let started: TestServer;

  beforeAll(async () => {
    started = await testServer({ major });
    const admin = await started.connect();
    await admin.query('CREATE ROLE writer LOGIN');
    await started.server.createDatabase('command', { owner: 'writer' });
  });
  afterAll(() => started?.stop());

  it('tells what was sent, whatever the SQL raises there', async () => {
    const follower = await started.server.follow('command', undefined);
    const client = await started.connect('command', { user: 'writer' });
    const raising = (text: string): string =>
      `DO $$ BEGIN RAISE LOG '${text}' USING DETAIL = 'Parameters: $1 = NULL', HINT = 'None.'; END $$`;
    const sent = ['BEGIN', 'CREATE TABLE a (id int)', raising('statement: ROLLBACK'), raising('execute x: ROLLBACK')];
    for (const sql of sent) await client.query(sql);
    await client.query('INSERT INTO a VALUES ($1)', [7]);
    await client.query('COMMIT');
    const told = await follower.sent();
    await follower.end();
    expect(told.map(({ sql }) => sql)).toEqual([...sent, "INSERT INTO a VALUES ('7')", 'COMMIT']);
  });
});
