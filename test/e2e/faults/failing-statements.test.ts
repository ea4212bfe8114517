import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attempt, startLockstep, told } from '../../support/faults/attempt.ts';
import { faultProject, noteOf } from '../../support/faults/project.ts';
import { majors } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';

const LIMIT_MS = 600_000;

/** What fails as long as the database has the switch of its name on. Functions only: a database with tables needs a baseline. */
const SWITCHES = `CREATE SCHEMA switches; GRANT ALL ON SCHEMA switches TO PUBLIC;
  CREATE FUNCTION switches.is_on(name text) RETURNS boolean LANGUAGE sql AS
    $$ SELECT coalesce(current_setting('app.switch', true), '') = name $$;
  CREATE FUNCTION switches.slow(name text) RETURNS int VOLATILE LANGUAGE plpgsql AS $$
    BEGIN IF switches.is_on(name) THEN PERFORM pg_sleep(20); END IF; RETURN 1; END $$;
  CREATE FUNCTION switches.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF switches.is_on('commit') THEN RAISE 'not now'; END IF; RETURN NULL; END $$;
  CREATE FUNCTION switches.even(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
    BEGIN IF coalesce(current_setting('app.switch', true), '') = 'index' THEN RAISE 'no index'; END IF;
      RETURN i % 2; END $$`;

/**
 * A deferred constraint of a migration is asked before its row is written. One that the row itself brings up, deferred once
 * more, is asked by COMMIT alone.
 */
const REFUSE_THE_COMMIT = `CREATE TABLE switches.last ();
  GRANT ALL ON switches.last TO PUBLIC;
  CREATE FUNCTION switches.raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not at the end'; END $$;
  CREATE CONSTRAINT TRIGGER last AFTER INSERT ON switches.last DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION switches.raise();
  CREATE FUNCTION switches.at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.id LIKE '003%' THEN EXECUTE 'SET CONSTRAINTS ALL DEFERRED'; INSERT INTO switches.last DEFAULT VALUES; END IF;
    RETURN NULL; END $$;
  CREATE TRIGGER refuse AFTER INSERT ON lockstep.migrations FOR EACH ROW EXECUTE FUNCTION switches.at_the_end()`;

const MIGRATIONS = {
  '001_tables': `
    CREATE TABLE journal (what text NOT NULL, who text NOT NULL, tenant text);
    CREATE TABLE numbers (n int);
    INSERT INTO numbers SELECT generate_series(1, 100);
    CREATE TABLE checked (n int);
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON checked DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION switches.refuse();
    ${noteOf('tables')};`,
  '002_slow': `
    ${noteOf('before slow')};
    UPDATE numbers SET n = n + switches.slow('transaction') WHERE n = 1;
    ${noteOf('after slow')};`,
  '003_commit': `
    ${noteOf('before commit')};
    INSERT INTO checked VALUES (1);`,
  '004_steps': `-- lockstep: no-transaction
    ${noteOf('step 1')};
    UPDATE numbers SET n = n + switches.slow('step') WHERE n = 2;
    INSERT INTO checked VALUES (2);
    CREATE INDEX CONCURRENTLY numbers_even ON numbers (switches.even(n));
    CREATE UNIQUE INDEX CONCURRENTLY numbers_n ON numbers (n) WHERE n > 50;
    ${noteOf('step 6')};`,
};

describe.each(majors)('on Postgres %i', (major) => {
  let stage: Stage;

  beforeAll(async () => {
    const project = faultProject(MIGRATIONS, { statement_timeout: '500ms', concurrent_retries: '1' });
    const title = 'failing statements and commits';
    stage = await Stage.open(title, await FaultServer.start(major), project, SWITCHES);
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  const turn = (database: string, on: string | undefined): Promise<unknown> =>
    stage.server.query(
      `ALTER DATABASE ${database} ${on === undefined ? 'RESET app.switch' : `SET app.switch = '${on}'`}`,
    );

  it.each([
    ['transaction', '57014', 'a statement of a transaction that runs into statement_timeout'],
    ['commit', 'P0001', 'a constraint that fails at COMMIT'],
    ['step', '57014', 'a step that runs into statement_timeout'],
    ['index', 'P0001', 'an index that cannot be built'],
  ])(
    'switch %s (%s): %s fails its migration, keeps what was done before, and leaves nothing',
    {
      timeout: LIMIT_MS,
    },
    async (name, sqlstate, what) => {
      await stage.inDatabase(async (database) => {
        await turn(database, name);
        const first = await startLockstep(stage.project, stage.server.url(database)).ended;
        expect(errorOf(first), told(first)).toBe(sqlstate);
        expect(first.exitCode).toBe(1);
        const again = await startLockstep(stage.project, stage.server.url(database)).ended;
        expect(errorOf(again), told(again)).toBe(sqlstate);
        const invalid = 'SELECT indexrelid FROM pg_index WHERE NOT indisvalid';
        expect(await stage.server.query(invalid, database)).toEqual([]);
        await turn(database, undefined);
        await stage.judge(name === 'commit' ? 'failing COMMIT' : 'failing statement', what, database, again);
      }, SWITCHES);
      expect(stage.tally.losses).toEqual([]);
    },
  );

  it('a COMMIT that itself fails takes its migration back, and is no loss of the connection', {
    timeout: LIMIT_MS,
  }, async () => {
    await stage.inDatabase(async (database) => {
      // The ledger has to be there first.
      await turn(database, 'transaction');
      expect(errorOf(await startLockstep(stage.project, stage.server.url(database)).ended)).toBe('57014');
      await turn(database, undefined);
      await stage.server.query(REFUSE_THE_COMMIT, database);
      const first = await startLockstep(stage.project, stage.server.url(database)).ended;
      expect(errorOf(first), told(first)).toBe('P0001');
      expect(first.report?.migrations.map(({ status }) => status)).toEqual(['applied', 'failed', 'not-run']);
      expect(told(first)).not.toContain('coming back');
      const rows = await stage.server.query('SELECT id FROM lockstep.migrations ORDER BY 1', database);
      expect(rows).toEqual([{ id: '001_tables' }, { id: '002_slow' }]);
      await stage.server.query(
        'DROP TRIGGER refuse ON lockstep.migrations; DROP TABLE switches.last; DROP FUNCTION switches.raise, switches.at_the_end',
        database,
      );
      await stage.judge('failing COMMIT', 'a COMMIT that itself fails', database, first);
    }, SWITCHES);
    expect(stage.tally.losses).toEqual([]);
  });

  it('a unique index over duplicates is taken away, and built when they are gone', { timeout: LIMIT_MS }, async () => {
    await stage.inDatabase(async (database) => {
      await turn(database, 'step');
      const before = await startLockstep(stage.project, stage.server.url(database)).ended;
      expect(errorOf(before)).toBe('57014');
      await turn(database, undefined);
      await stage.server.query('INSERT INTO numbers VALUES (60)', database);
      const first = await startLockstep(stage.project, stage.server.url(database)).ended;
      expect(errorOf(first), told(first)).toBe('23505');
      await stage.server.query(
        'DELETE FROM numbers WHERE ctid = (SELECT max(ctid) FROM numbers WHERE n = 60)',
        database,
      );
      await stage.judge('duplicates', 'duplicates under a unique index', database, first);
    }, SWITCHES);
    expect(stage.tally.losses).toEqual([]);
  });
});

/** The SQLSTATE that the failing migration tells. */
function errorOf({ report }: Attempt): string | undefined {
  return report?.migrations.find(({ up }) => up?.error !== undefined)?.up?.error?.sqlstate;
}
