import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../../../src/postgres/runner.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { installNotes, removeNotes } from '../../../src/rehearsal/trace/objects.ts';
import { Tracer } from '../../../src/rehearsal/trace/tracer.ts';
import { Witness } from '../../../src/rehearsal/trace/witness.ts';
import { edgeMajors, type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

async function left(session: Session): Promise<unknown> {
  const [result] = await session.run(
    `SELECT (SELECT count(*)::int FROM pg_event_trigger) AS triggers,
       (SELECT count(*)::int FROM pg_proc WHERE proname LIKE 'lockstep%') AS functions`,
  );
  return result?.rows[0];
}

describe.each(edgeMajors)('objects that are no relations, on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(major);
    const client = await server.connect('objects');
    await client.query(`CREATE TABLE orders (id int, state text); CREATE FUNCTION old() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE felt (mood mood)`);
    await client.end();
  });
  afterAll(() => server?.stop());

  const open = (): Promise<Session> => Session.open(server.config('objects'));

  async function notedOf(text: string, execution: 'transaction' | 'autocommit') {
    const [session, admin] = [await open(), await open()];
    try {
      const witness = new Witness(admin);
      await witness.begin();
      expect(await installNotes(admin)).toBe(true);
      const tracer = new Tracer({ session, witness, openKeeper: open, noted: true });
      const { error } = await runScript(session, { script: { path: 'a.sql', text }, execution, observer: tracer });
      expect(error).toBeUndefined();
      await removeNotes(admin);
      expect(await left(admin)).toEqual({ triggers: 0, functions: 0 });
      return (tracer.traces ?? [])
        .filter(({ statement }) => statement !== undefined)
        .map(({ objects: { made, dropped } }) => [
          ...made.map((one) => `+ ${one}`),
          ...dropped.map((one) => `- ${one}`),
        ]);
    } finally {
      await Promise.all([session.close(), admin.close()]);
    }
  }

  it('are noted by statement, also where a DO block makes them and what goes by CASCADE', async () => {
    const noted = await notedOf(
      `CREATE TYPE size AS ENUM ('s', 'm');
       DO $$ BEGIN CREATE SCHEMA shop; CREATE FUNCTION shop.total(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; END $$;
       SET search_path = shop;
       CREATE TRIGGER quiet BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
       CREATE POLICY own ON public.orders USING (true);
       DROP TRIGGER quiet ON public.orders;
       DROP FUNCTION public.old();
       DROP TYPE public.mood CASCADE;
       CREATE TABLE public.plain (id int);`,
      'transaction',
    );
    expect(noted).toEqual([
      ['+ type public.size'],
      ['+ schema shop', '+ function shop.total(integer)'],
      ['+ trigger quiet on public.orders'],
      ['+ policy own on public.orders'],
      ['- trigger quiet on public.orders'],
      ['- function public.old()'],
      ['- type public.mood'],
      [],
    ]);
  });

  it('are noted without a transaction, and of settings that are reset', async () => {
    const noted = await notedOf(
      `CREATE DOMAIN amount AS int; RESET ALL; CREATE SEQUENCE counter; DROP DOMAIN amount;`,
      'autocommit',
    );
    expect(noted).toEqual([['+ type public.amount'], [], ['- type public.amount']]);
  });

  it('are noted once, whatever is committed or taken back', async () => {
    const apart = await notedOf("CREATE SCHEMA one; COMMENT ON TABLE orders IS 'x'; DROP SCHEMA one;", 'autocommit');
    expect(apart).toEqual([['+ schema one'], [], ['- schema one']]);
    const back = "SAVEPOINT s; CREATE SCHEMA one; ROLLBACK TO s; COMMENT ON TABLE orders IS 'y';";
    expect((await notedOf(back, 'transaction')).flat()).toEqual(['+ schema one']);
  });

  it('are not what a script writes among the notes', async () => {
    const forged = `SELECT set_config('lockstep_trace.notes', E'+ public.orders\\n- public.felt\\n', false);`;
    expect(await notedOf(`${forged} CREATE SCHEMA own; DROP SCHEMA own;`, 'transaction')).toEqual([
      [],
      ['+ schema own'],
      ['- schema own'],
    ]);
  });
});
