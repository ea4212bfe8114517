import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../../../src/postgres/runner.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { Tracer } from '../../../src/rehearsal/trace/tracer.ts';
import { Witness } from '../../../src/rehearsal/trace/witness.ts';
import { edgeMajors, type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

/** The question that the trace asks after each statement is prepared, where the script could reach it. */
describe.each(edgeMajors)('a script and the question about it, on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(major);
    const client = await server.connect('asked');
    await client.query('CREATE TABLE orders (id int, total int)');
    await client.end();
  });
  afterAll(() => server?.stop());

  const REWRITE = 'ALTER TABLE orders ALTER COLUMN total TYPE bigint;';
  const NOTHING = 'SELECT 0::int8 AS oid, NULL::text[] AS modes WHERE false';

  it.each([
    ['leaves it alone', ''],
    ['throws all away that was prepared', 'DEALLOCATE ALL;'],
    [
      'puts another one in its place',
      `DO $do$ BEGIN DEALLOCATE lockstep_trace; EXECUTE $$PREPARE lockstep_trace AS ${NOTHING}$$; END $do$;`,
    ],
    ['does so in the open', `DEALLOCATE lockstep_trace; PREPARE lockstep_trace AS ${NOTHING};`],
  ])('one that %s is followed all the same', async (_, first) => {
    const open = (): Promise<Session> => Session.open(server.config('asked'));
    const [session, looker] = [await open(), await open()];
    try {
      const witness = new Witness(looker);
      await witness.begin();
      const tracer = new Tracer({ session, witness, openKeeper: open });
      const script = { path: 'a.sql', text: `${first}\n${REWRITE}` };
      const run = { script, execution: 'transaction', record: 'SELECT 1 / 0', observer: tracer } as const;
      const outcome = await runScript(session, run);
      expect(outcome.error?.sqlstate).toBe('22012');
      const rewrites = (tracer.traces ?? []).flatMap((trace) => trace.rewrites.map(({ name }) => name));
      expect(rewrites).toEqual(['public.orders']);
    } finally {
      await Promise.all([session.close(), looker.close()]);
    }
  });
});
