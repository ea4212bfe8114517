import { beforeAll, describe, expect, test } from 'vitest';
import { judgeMigration, judgeRehearsal } from '../../../src/judgement/rehearsed.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { edgeMajors } from '../../support/scratch-postgres.ts';
import { rehearsed } from './rehearsed.ts';

const BASE = `
  CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total int NOT NULL, twice int GENERATED ALWAYS AS (total * 2) STORED);
  CREATE TABLE "Log" ("At" timestamptz, words text);
  CREATE FUNCTION price(amount int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN amount; END $$;
  CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE TRIGGER touch BEFORE UPDATE OF total ON orders FOR EACH ROW EXECUTE FUNCTION touched();`;

beforeAll(loadParser);

describe.each(edgeMajors)('what a migration makes is called on Postgres $major', ({ major }) => {
  async function told(sql: string): Promise<readonly string[]> {
    const asked = { base: BASE, migrations: { '001_new.sql': sql } };
    const { findings } = judgeRehearsal(await rehearsed(major, asked, (item) => judgeMigration(item, ['public'])), []);
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
  ])('but not %s', async (_, sql) => expect(await told(sql)).toEqual([]));
});
