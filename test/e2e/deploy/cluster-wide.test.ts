import { describe, expect, it, onTestFinished } from 'vitest';
import { change, lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** Statements about the whole server, which stand in no transaction, of a run that was killed at them. */

const target = targets();

const first = { '001_log.sql': 'CREATE TABLE log (what text);\n' };

/** A migration with that statement between two that show how often they ran. */
const around = (statement: string): string =>
  `-- lockstep: no-transaction\nINSERT INTO log VALUES ('before');\n${statement};\nINSERT INTO log VALUES ('after');\n`;

/** A role that may do it, and a first migration that is applied. */
async function ready() {
  const shop = await target();
  await shop.admin.query(`ALTER ROLE ${shop.role} CREATEDB; GRANT ALTER SYSTEM ON PARAMETER work_mem TO ${shop.role}`);
  onTestFinished(() => shop.admin.query('ALTER SYSTEM RESET ALL').then(() => {}));
  const repo = project(first);
  await lockstep('apply', repo, shop);
  return { shop, repo, other: `other_${shop.database}` };
}

type Scene = Awaited<ReturnType<typeof ready>>;

/** Kills a run of this statement when its backend is in such a state, and lets the backend end. */
async function killed(sql: string, condition: string, { shop, repo }: Scene): Promise<void> {
  repo.commit('server', { 'migrations/002_server.sql': around(sql), 'lockstep.yml': 'lock_timeout: 1min\n' });
  const run = start('apply', repo, shop);
  const backend = `SELECT FROM pg_stat_activity WHERE usename = '${shop.role}' AND ${condition}`;
  const isThere = async (): Promise<boolean> => (await shop.rows(backend)).length > 0;
  expect(await eventually(isThere, 30_000), run.printed()).toBe(true);
  const ended = expect(run.finished).rejects.toThrow('no report was written');
  run.child.kill('SIGKILL');
  await ended;
  expect(await eventually(async () => !(await isThere()), 20_000)).toBe(true);
  expect(await shop.rows('SELECT statement, state FROM lockstep.steps ORDER BY 1')).toEqual([
    { statement: 0, state: 'done' },
    { statement: 1, state: 'started' },
  ]);
}

/** The statement has been carried out, and its step is not written yet. */
async function killedBehind(sql: string, scene: Scene): Promise<void> {
  const { admin } = scene.shop;
  await admin.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE UPDATE ON lockstep.steps FOR EACH ROW
      WHEN (NEW.statement = 1 AND NEW.state = 'done') EXECUTE FUNCTION hold()`);
  await killed(sql, "wait_event = 'PgSleep'", scene);
  await admin.query('DROP TRIGGER hold ON lockstep.steps');
}

const databases = ({ rows }: Target, name: string) =>
  rows<{ oid: number }>(`SELECT oid FROM pg_database WHERE datname = '${name}'`);

/** What ALTER SYSTEM has written, line by line. */
const written = ({ rows }: Target) =>
  rows("SELECT name, setting FROM pg_file_settings WHERE sourcefile LIKE '%postgresql.auto.conf'");

const ONCE = [{ what: 'before' }, { what: 'after' }];

describe('killed between the statement and its step', () => {
  it('CREATE DATABASE is found done by the next run, which goes on behind it', async () => {
    const scene = await ready();
    const { shop, repo, other } = scene;
    await killedBehind(`CREATE DATABASE ${other}`, scene);
    const made = await databases(shop, other);
    expect(made).toHaveLength(1);
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(run.migration('002_server').up?.attempts).toBeUndefined();
    expect(await databases(shop, other)).toEqual(made);
    expect(await shop.rows('SELECT what FROM log')).toEqual(ONCE);
  });

  it('ALTER SYSTEM, which nothing shows, is done once more, and changes nothing by that', async () => {
    const scene = await ready();
    const { shop, repo } = scene;
    await killedBehind("ALTER SYSTEM SET work_mem = '9MB'", scene);
    const setting = [{ name: 'work_mem', setting: '9MB' }];
    expect(await written(shop)).toEqual(setting);
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(await written(shop)).toEqual(setting);
    expect(await shop.rows('SELECT what FROM log')).toEqual(ONCE);
  });
});

it('killed in CREATE DATABASE, which came to nothing, the next run makes it', async () => {
  const scene = await ready();
  const { shop, repo, other } = scene;
  const holder = await shop.session();
  await holder.query('BEGIN; LOCK TABLE pg_database IN SHARE MODE');
  await killed(`CREATE DATABASE ${other}`, "wait_event_type = 'Lock' AND query LIKE 'CREATE DATABASE%'", scene);
  await holder.query('COMMIT');
  expect(await databases(shop, other)).toEqual([]);
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(await databases(shop, other)).toHaveLength(1);
  expect(await shop.rows('SELECT what FROM log')).toEqual(ONCE);
});

it('a database that was there before is not taken for the one that the migration makes', async () => {
  const { shop, repo, other } = await ready();
  await shop.admin.query(`CREATE DATABASE ${other}`);
  change(repo, { '002_server.sql': around(`CREATE DATABASE ${other}`) });
  for (const _ of ['first', 'again']) {
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('partial');
    expect(run.migration('002_server').up?.error).toMatchObject({ sqlstate: '42P04', statement: 1 });
  }
  expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'before' }]);
});
