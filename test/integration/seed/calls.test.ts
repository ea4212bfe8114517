import { beforeAll, describe, expect, test } from 'vitest';
import { judgeMigration, judgeRehearsal, type Rehearsed } from '../../../src/judgement/rehearsed.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { edgeMajors } from '../../support/scratch-postgres.ts';
import { rehearsed } from './rehearsed.ts';

const BASE = `
  CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total int NOT NULL, twice int GENERATED ALWAYS AS (total * 2) STORED);
  CREATE TABLE "Log" ("At" timestamptz, words text);
  CREATE FUNCTION price(amount int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN amount; END $$;
  CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nope(); END $$;
  CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO nowhere VALUES (1); RETURN NULL; END $$;
  CREATE TABLE marked (words text);
  CREATE TRIGGER late AFTER DELETE ON marked FOR EACH ROW EXECUTE FUNCTION lost();
  CREATE TRIGGER off AFTER UPDATE ON marked FOR EACH ROW EXECUTE FUNCTION lost();
  ALTER TABLE marked DISABLE TRIGGER off;
  CREATE TABLE soft (words text);
  CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
  CREATE TRIGGER stays BEFORE DELETE ON soft FOR EACH ROW EXECUTE FUNCTION stays();
  CREATE TABLE tenants (tenant uuid);
  ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
  ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
  CREATE POLICY own ON tenants USING (tenant = current_setting('app.tenant')::uuid);
  CREATE TRIGGER touch BEFORE UPDATE OF total ON orders FOR EACH ROW EXECUTE FUNCTION touched();`;

beforeAll(loadParser);

describe.each(edgeMajors)('what a migration makes is called on Postgres $major', ({ major }) => {
  async function judged(sql: string): Promise<Rehearsed> {
    const asked = { base: BASE, migrations: { '001_new.sql': sql } };
    return judgeRehearsal(await rehearsed(major, asked, (item) => judgeMigration(item, ['public'])), []);
  }

  async function told(sql: string): Promise<readonly string[]> {
    const { findings, migrations } = await judged(sql);
    expect([...migrations.values()].map(({ status }) => status)).toEqual(['applied']);
    return findings.flatMap(({ rule, line, message }) => (rule === 'fails-when-called' ? [`${line}: ${message}`] : []));
  }

  test.each([
    [
      'a function that is replaced',
      'SELECT 1;\nCREATE OR REPLACE FUNCTION price(amount int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN amount + tax_of(amount); END $$;',
      '2: A call of price(integer) fails: function tax_of(integer) does not exist (42883).',
    ],
    [
      'the function of a trigger that was there before',
      'CREATE OR REPLACE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;',
      '1: UPDATE of a row of public.orders, in trigger touch, fails: record "new" has no field "touched" (42703).',
    ],
    [
      'a trigger whose function has a schema and a name of its own',
      `CREATE SCHEMA "App"; CREATE FUNCTION "App"."Check"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
       CREATE TRIGGER checked BEFORE INSERT ON "Log" FOR EACH ROW EXECUTE FUNCTION "App"."Check"();`,
      '2: INSERT of a row of public."Log", in trigger checked, fails: no (P0001).',
    ],
    [
      'a function that returns nothing',
      'CREATE FUNCTION quiet() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM nope(); END $$;',
      '1: A call of quiet() fails: function nope() does not exist (42883).',
    ],
    [
      'a trigger after the insert of a row with a key',
      `CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO nowhere VALUES (1); RETURN NULL; END $$;
       CREATE TRIGGER audited AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION audit();`,
      '2: INSERT of a row of public.orders, in trigger audited, fails: relation "nowhere" does not exist (42P01).',
    ],
    [
      'a trigger of deletes',
      `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$;
       CREATE TRIGGER kept BEFORE DELETE ON "Log" FOR EACH ROW EXECUTE FUNCTION keep();`,
      '2: DELETE of a row of public."Log", in trigger kept, fails: kept (P0001).',
    ],
    [
      'a trigger that is made anew with the function that it had',
      'CREATE OR REPLACE TRIGGER late AFTER UPDATE ON marked FOR EACH ROW EXECUTE FUNCTION lost();',
      '1: UPDATE of a row of public.marked, in trigger late, fails: relation "nowhere" does not exist (42P01).',
    ],
    [
      'a trigger that is switched on',
      'ALTER TABLE marked ENABLE TRIGGER off;',
      '1: UPDATE of a row of public.marked, in trigger off, fails: relation "nowhere" does not exist (42P01).',
    ],
    [
      'a trigger of inserts, by its event, where rows may not be deleted',
      `CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'kept'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER guarded BEFORE INSERT OR DELETE ON "Log" FOR EACH ROW EXECUTE FUNCTION guard();`,
      '2: DELETE of a row of public."Log", in trigger guarded, fails: kept (P0001).',
    ],
    [
      'a trigger of inserts, where a deletion deletes nothing',
      `CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO nowhere VALUES (1); RETURN NULL; END $$;
       CREATE TRIGGER audited AFTER INSERT ON soft FOR EACH ROW EXECUTE FUNCTION audit();`,
      '2: INSERT of a row of public.soft, in trigger audited, fails: relation "nowhere" does not exist (42P01).',
    ],
    [
      'a constraint trigger, which is deferred',
      `CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO nowhere VALUES (1); RETURN NULL; END $$;
       CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON "Log" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit();`,
      '2: UPDATE of a row of public."Log", in trigger later, fails: relation "nowhere" does not exist (42P01).',
    ],
    [
      'a function, beside a trigger of a table that shows the role no rows',
      `CREATE TRIGGER touch BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION touched();
       CREATE FUNCTION wrong() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nope(); END $$;`,
      '2: A call of wrong() fails: function nope() does not exist (42883).',
    ],
    [
      'a trigger that refuses',
      `CREATE FUNCTION frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'frozen'; END $$;
       CREATE TRIGGER stopped AFTER INSERT OR UPDATE ON "Log" FOR EACH ROW EXECUTE FUNCTION frozen();`,
      '2: INSERT of a row of public."Log", in trigger stopped, fails: frozen (P0001).',
    ],
  ])('%s', async (_, sql, expected) => expect(await told(sql)).toEqual([expected]));

  test.each([
    [
      'one that works',
      'CREATE FUNCTION fine(a int, b text[], c jsonb) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN a; END $$;',
    ],
    [
      'what its arguments are to blame for',
      `CREATE FUNCTION strict(a int, b uuid) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF a < 5 THEN RAISE EXCEPTION 'too low'; END IF; RETURN 1 / 0; END $$;`,
    ],
    [
      'what another trigger or a constraint says',
      `CREATE FUNCTION fine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
       CREATE TRIGGER first BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION fine();
       ALTER TABLE orders ADD CONSTRAINT never CHECK (total < 0) NOT VALID;`,
    ],
    [
      'one that goes again',
      'CREATE FUNCTION gone() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nothing(); END $$; DROP FUNCTION gone();',
    ],
    [
      'a setting that the application sets',
      `CREATE FUNCTION tenant() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN current_setting('app.tenant'); END $$;`,
    ],
    [
      'SQL that is put together of our arguments',
      `CREATE FUNCTION rows_of(t text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE format('SELECT count(*) FROM %I', t) INTO n; RETURN n; END $$;`,
    ],
    [
      'what was broken before',
      'GRANT EXECUTE ON FUNCTION broken() TO PUBLIC; CREATE FUNCTION fine() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;',
    ],
  ])('but not %s', async (_, sql) => expect(await told(sql)).toEqual([]));

  test('what could not be called is told', async () => {
    const { notAnalysed } = await judged(`CREATE TABLE fresh (id int);
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER a BEFORE INSERT ON fresh FOR EACH ROW EXECUTE FUNCTION touch();
      CREATE TRIGGER b BEFORE UPDATE ON orders FOR EACH ROW WHEN (OLD.total IS DISTINCT FROM NEW.total) EXECUTE FUNCTION touch();
      CREATE TRIGGER c BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION touch();
      CREATE TRIGGER d AFTER DELETE ON soft FOR EACH ROW EXECUTE FUNCTION touch();
      CREATE FUNCTION any_of(x anyelement) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;`);
    expect(notAnalysed.map(({ reason }) => reason)).toEqual([
      'not called in the rehearsal: function any_of(anyelement): nobody knows with what to call it',
      'not called in the rehearsal: trigger a of public.fresh: its table has no rows in the rehearsal',
      'not called in the rehearsal: trigger b of public.orders: its condition may hold for none of the rows',
      'not called in the rehearsal: trigger c of public.tenants: its table cannot be read: unrecognized configuration parameter "app.tenant"',
      'not called in the rehearsal: trigger d of public.soft: DELETE of a row that is there writes none',
    ]);
  });
});
