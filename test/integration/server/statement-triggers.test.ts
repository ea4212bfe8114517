import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../../../src/postgres/session.ts';
import { followByTriggers, sentSince, unfollow } from '../../../src/rehearsal/server/statement-triggers.ts';
import { edgeMajors, type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

/** What a pull request's role sends is followed, and the role gets nothing by it. */

/** Makes a superuser of the role where whoever runs it is one. */
const GRAB = 'BEGIN ALTER ROLE writer SUPERUSER; EXCEPTION WHEN insufficient_privilege THEN NULL; END;';

describe.each(edgeMajors)('triggers that follow a role, on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  let admin: Session;

  beforeAll(async () => {
    server = await startScratchPostgres(major);
    const setup = await server.connect('shop');
    await setup.query(`CREATE ROLE writer LOGIN; ALTER DATABASE shop OWNER TO writer; SET ROLE writer;
      CREATE TYPE public.mood AS ENUM ('calm'); CREATE TABLE public.history (name text, mood public.mood)`);
    admin = await Session.open(server.config('shop'));
    await admin.run(followByTriggers({ schema: 'public', relation: 'history' }));
  });
  afterAll(async () => {
    await admin?.close();
    await server?.stop();
  });

  /** Each by itself, in one session. */
  async function send(...statements: readonly string[]): Promise<void> {
    const session = await Session.open({ ...server.config('shop'), user: 'writer' });
    try {
      for (const sql of statements) await session.run(sql);
    } finally {
      await session.close();
    }
  }

  async function isSuperuser(): Promise<unknown> {
    const [result] = await admin.run("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = 'writer'");
    return result?.rows[0]?.rolsuper;
  }

  it('tell what it sends, and what it records', async () => {
    const { last } = await sentSince(admin, 0);
    await send('CREATE TABLE lines (id int)', 'INSERT INTO lines VALUES (1)', "INSERT INTO history VALUES ('1_lines')");
    const { sent } = await sentSince(admin, last);
    expect(sent.map(({ sql, values }) => values?.at(-1) ?? sql)).toEqual([
      'CREATE TABLE lines (id int)',
      'INSERT INTO lines VALUES (1)',
      '1_lines',
    ]);
  });

  it('read no view of its own in place of a catalog', async () => {
    await send(
      `CREATE FUNCTION public.evil(oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN ${GRAB} RETURN true; END $$`,
      'CREATE TEMP VIEW pg_namespace AS SELECT n.* FROM pg_catalog.pg_namespace n WHERE public.evil(n.oid)',
      'CREATE TEMP VIEW pg_class AS SELECT c.* FROM pg_catalog.pg_class c WHERE public.evil(c.oid)',
      'CREATE TEMP VIEW pg_trigger AS SELECT t.* FROM pg_catalog.pg_trigger t WHERE public.evil(t.oid)',
      'CREATE TABLE seen (id int)',
    );
    expect(await isSuperuser()).toBe(false);
  });

  it('run no cast of its own as another', async () => {
    await send(
      `CREATE FUNCTION public.evj(public.mood) RETURNS json LANGUAGE plpgsql AS $$ BEGIN ${GRAB} RETURN '"cast"'; END $$`,
      'CREATE CAST (public.mood AS json) WITH FUNCTION public.evj(public.mood)',
      "INSERT INTO history VALUES ('2_cast', 'calm')",
    );
    expect(await isSuperuser()).toBe(false);
  });

  it('take no word from it outside of a trigger, and survive whatever it says in one', async () => {
    await expect(send("SELECT lockstep_capture.keep('[]', true)")).rejects.toThrow('Only triggers');
    await expect(send('SELECT lockstep_capture.write(NULL, true)')).rejects.toThrow('permission denied');
    await expect(send('SELECT lockstep_capture.watch()')).rejects.toThrow('permission denied');
    await expect(send('SELECT FROM lockstep_capture.sent')).rejects.toThrow('permission denied');
    const { last } = await sentSince(admin, 0);
    await send(
      'CREATE TABLE bell (id int)',
      `CREATE FUNCTION rings() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM lockstep_capture.keep('[null, 7, {"a": "b"}]', true); RETURN NULL; END $$`,
      'CREATE TRIGGER rings AFTER INSERT ON bell EXECUTE FUNCTION rings()',
      'INSERT INTO bell VALUES (1)',
    );
    const { sent } = await sentSince(admin, last);
    expect(sent.flatMap(({ values }) => values ?? [])).toEqual(['b']);
  });

  it('fail no statement where new functions are for nobody', async () => {
    const setup = await server.connect('closed');
    await setup.query(`ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
      ALTER DATABASE closed OWNER TO writer; SET ROLE writer; CREATE SCHEMA own; CREATE TABLE own.lines (id int);
      CREATE TABLE own.history (name text) PARTITION BY LIST (name)`);
    const closed = await Session.open(server.config('closed'));
    const session = await Session.open({ ...server.config('closed'), user: 'writer' });
    try {
      await closed.run(followByTriggers({ schema: 'own', relation: 'history' }));
      const sent = ['INSERT INTO own.lines VALUES (1)', 'CREATE TABLE own.all PARTITION OF own.history DEFAULT'];
      for (const sql of [...sent, "INSERT INTO own.history VALUES ('1_lines')"]) await session.run(sql);
      const told = (await sentSince(closed, 0)).sent.map(({ sql, values }) => values?.at(-1) ?? sql);
      expect(told).toEqual([...sent, '1_lines']);
      await expect(session.run('SELECT lockstep_capture.watch()')).rejects.toThrow('permission denied');
    } finally {
      await Promise.all([session.close(), closed.close()]);
    }
  });

  it('leave nothing behind', async () => {
    await admin.run(unfollow());
    const [result] = await admin.run(
      "SELECT (SELECT count(*)::int FROM pg_catalog.pg_trigger WHERE tgname = 'lockstep_capture') AS triggers, pg_catalog.to_regnamespace('lockstep_capture') AS schema",
    );
    expect(result?.rows).toEqual([{ triggers: 0, schema: null }]);
  });
});
