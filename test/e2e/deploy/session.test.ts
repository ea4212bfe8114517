import { describe, expect, it } from 'vitest';
import { loadParser, parseScript } from '../../../src/project/sql.ts';
import { statementHash } from '../../../src/project/statement-hash.ts';
import { change, lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** A migration without a transaction whose session ends, is cancelled, or cannot write down how far it came. */

const target = targets();

const marker = '-- lockstep: no-transaction\n';

/** Waits until there is a row in it. */
const gate = { '001_gate.sql': 'CREATE TABLE gate (open bool);\nCREATE TABLE log (what text);\n' };
const untilOpen = (inLoop: string): string =>
  `DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM public.gate) LOOP ${inLoop} END LOOP; END $$;\n`;
const open = 'INSERT INTO gate VALUES (true)';

/** The backend of a run, once it is in such a state. */
async function backend({ rows, role }: Target, condition: string): Promise<number> {
  let found: { pid: number }[] = [];
  const look = async (): Promise<boolean> => {
    found = await rows(`SELECT pid FROM pg_stat_activity WHERE usename = '${role}' AND ${condition}`);
    return found.length > 0;
  };
  expect(await eventually(look, 60_000)).toBe(true);
  return found[0]?.pid ?? 0;
}

const AT_THE_GATE = "state = 'active' AND query LIKE 'DO $$ BEGIN WHILE%'";

it('a procedure that commits runs outside of a transaction, once', async () => {
  const shop = await target();
  const repo = project(gate);
  await lockstep('apply', repo, shop);
  // As extensions bring them.
  await shop.admin.query(`CREATE PROCEDURE chunks() LANGUAGE plpgsql AS $$ BEGIN
    FOR i IN 1..3 LOOP INSERT INTO log VALUES ('chunk ' || i); COMMIT; END LOOP; END $$`);
  const sql = "INSERT INTO log VALUES ('before');\nCALL chunks();\nINSERT INTO log VALUES ('after');\n";
  change(repo, { '002_call.sql': marker + sql });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(await shop.rows('SELECT what FROM log')).toEqual(
    ['before', 'chunk 1', 'chunk 2', 'chunk 3', 'after'].map((what) => ({ what })),
  );
});

it('a procedure that has committed a part and then gets no lock is not run again: it asks', async () => {
  const shop = await target();
  const repo = project(gate);
  await lockstep('apply', repo, shop);
  await shop.admin.query(`CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO log VALUES ('part'); COMMIT; LOCK TABLE gate; INSERT INTO log VALUES ('rest'); END $$`);
  const reader = await shop.session();
  await reader.query('BEGIN; SELECT FROM gate');
  change(repo, { '002_call.sql': `${marker}CALL fill();\n` });
  const run = await lockstep('apply', repo, shop);
  await reader.query('COMMIT');
  expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'part' }]);
  expect(run.report.result, run.printed).toBe('failed');
  expect(run.migration('002_call').up).toMatchObject({
    error: { sqlstate: '55P03', settle: true, hint: expect.stringContaining('lockstep resolve 002_call --as') },
    attempts: [{ sqlstate: '55P03' }],
  });
  expect((await lockstep('apply', repo, shop)).closed).toEqual(['unfinished']);
  expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'part' }]);
});

it('a statement that ends its own session, each time, is given up, and leaves nothing to settle', async () => {
  const shop = await target();
  const repo = project(gate);
  await lockstep('apply', repo, shop);
  change(repo, { '002_ends.sql': `${marker}SELECT pg_terminate_backend(pg_backend_pid());\n` });
  const run = await lockstep('apply', repo, shop);
  expect(run.exitCode, run.printed).toBe(1);
  const { error } = run.migration('002_ends').up ?? {};
  expect(error).toMatchObject({
    message: expect.stringContaining('the session was lost 3 times'),
    hint: expect.stringContaining('the log of the server'),
  });
  expect(error).not.toHaveProperty('settle');
  expect(run.printed).not.toContain('resolve');
  change(repo, { '002_ends.sql': `${marker}INSERT INTO log VALUES ('mended');\n` });
  const mended = await lockstep('apply', repo, shop);
  expect(mended.report.result, mended.printed).toBe('applied');
  expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'mended' }]);
});

it('what a statement has set for its own transaction holds no more, in a session that comes after', async () => {
  const shop = await target();
  const repo = project({
    ...gate,
    '002_local.sql': [
      `${marker}CREATE SCHEMA side;`,
      "DO $$ BEGIN PERFORM set_config('search_path', 'side', true); END $$;",
      untilOpen('PERFORM pg_sleep(0.05);'),
      'CREATE TABLE landed ();',
      '',
    ].join('\n'),
  });
  const run = start('apply', repo, shop);
  await shop.admin.query('SELECT pg_terminate_backend($1, 10000)', [await backend(shop, AT_THE_GATE)]);
  await shop.admin.query(open);
  const { report, log, printed } = await run.finished;
  expect(report.result, printed).toBe('applied');
  expect(log).toContain('was lost: coming back');
  expect(
    await shop.rows("SELECT relnamespace::regnamespace::text AS it FROM pg_class WHERE relname = 'landed'"),
  ).toEqual([{ it: 'public' }]);
});

describe('a run that is cancelled', () => {
  it('in a statement that may stand in a transaction asks nobody, and the next one goes on', async () => {
    const shop = await target();
    // It lets itself not be cancelled, so that the connection is cut.
    const stubborn = untilOpen('BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;');
    const sql = `${marker}INSERT INTO log VALUES ('first');\n${stubborn}INSERT INTO log VALUES ('last');\n`;
    const repo = project({ ...gate, '002_stubborn.sql': sql });
    const run = start('apply', repo, shop);
    await backend(shop, AT_THE_GATE);
    run.child.kill('SIGTERM');
    const cancelled = await run.finished;
    expect(cancelled.report, cancelled.printed).toMatchObject({ result: 'partial', error: { code: 'cancelled' } });
    const { error } = cancelled.migration('002_stubborn').up ?? {};
    expect(error).toMatchObject({
      message: expect.stringContaining('was cancelled'),
      hint: expect.stringContaining('Start the run again'),
    });
    expect(cancelled.printed).not.toContain('resolve');
    await shop.admin.query(open);
    const again = await lockstep('apply', repo, shop);
    expect(again.report.result, again.printed).toBe('applied');
    expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'first' }, { what: 'last' }]);
  });

  it('in a procedure that has committed a part asks: nothing can tell what it has done', async () => {
    const shop = await target();
    const repo = project(gate);
    await lockstep('apply', repo, shop);
    await shop.admin.query(`CREATE PROCEDURE chunks() LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO log VALUES ('chunk'); COMMIT; PERFORM pg_sleep(60); END $$`);
    change(repo, { '002_call.sql': `${marker}CALL chunks();\n` });
    const run = start('apply', repo, shop);
    const inside = async (): Promise<boolean> => (await shop.rows('SELECT FROM log')).length > 0;
    expect(await eventually(inside, 60_000)).toBe(true);
    run.child.kill('SIGTERM');
    const { report, printed, migration } = await run.finished;
    expect(report, printed).toMatchObject({ error: { code: 'cancelled' } });
    expect(migration('002_call').up?.error).toMatchObject({
      settle: true,
      hint: expect.stringContaining('lockstep resolve 002_call --as'),
    });
    expect(printed).not.toContain('nothing was applied');
    expect(printed).toMatch(
      /Settle 002_call\..*lockstep resolve 002_call --environment production --database-url-env DATABASE_URL --as/s,
    );
    expect((await lockstep('apply', repo, shop)).closed).toEqual(['unfinished']);
  });

  it('before a statement that had not begun asks nobody either', async () => {
    const shop = await target();
    const repo = project(gate);
    await lockstep('apply', repo, shop);
    change(repo, { '002_vacuum.sql': 'VACUUM gate;\n' });
    const other = await shop.session();
    await other.query('BEGIN; LOCK TABLE lockstep.steps IN SHARE MODE');
    const run = start('apply', repo, shop);
    await backend(shop, "wait_event_type = 'Lock'");
    run.child.kill('SIGTERM');
    const { report, printed, migration } = await run.finished;
    await other.query('COMMIT');
    expect(report.error, printed).toMatchObject({ code: 'cancelled' });
    expect(migration('002_vacuum').up?.error).toMatchObject({
      message: expect.stringContaining('was cancelled'),
      hint: expect.stringContaining('Start the run again'),
    });
    expect(printed).not.toContain('resolve');
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
  });
});

describe('a run that is cancelled while it pauses before another try', () => {
  it.each([
    ['VACUUM gate', 'SHARE UPDATE EXCLUSIVE'],
    ['ALTER TABLE gate ADD COLUMN another int', 'ACCESS SHARE'],
  ])('does not try again: %s', async (sql, mode) => {
    const shop = await target();
    const repo = project(gate);
    await lockstep('apply', repo, shop);
    change(repo, { '002_waits.sql': `${marker}${sql};\n` });
    const other = await shop.session();
    await other.query(`BEGIN; LOCK TABLE gate IN ${mode} MODE`);
    const run = start('apply', repo, shop);
    // The ceiling of the pause doubles each time.
    const pauses = (): number => run.printed().split('trying again').length - 1;
    run.child.stderr?.on('data', () => pauses() === 3 && run.child.kill('SIGTERM'));
    const { report, printed, migration } = await run.finished;
    await other.query('COMMIT');
    expect(report.error, printed).toMatchObject({ code: 'cancelled' });
    // One more try would have been cancelled, and would say so.
    expect(migration('002_waits').up).toMatchObject({ error: { sqlstate: '55P03' }, attempts: [{}, {}, {}] });
    expect(printed).not.toContain('resolve');
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
  });
});

describe('progress that cannot be written', () => {
  const raising = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'not on a Friday' USING ERRCODE = 'LS001'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON lockstep.steps FOR EACH ROW EXECUTE FUNCTION refuse()`;

  it.each<[string, string, string, (shop: Target) => string]>([
    ['a trigger refuses it', 'LS001', 'not on a Friday', () => raising],
    [
      'the right is gone',
      '42501',
      'permission denied for table steps',
      ({ role }) => `REVOKE INSERT ON lockstep.steps FROM ${role}`,
    ],
  ])("is told as that, with the server's reason: %s", async (_, sqlstate, reason, breaking) => {
    const shop = await target();
    const repo = project(gate);
    await lockstep('apply', repo, shop);
    await shop.admin.query(breaking(shop));
    for (const sql of ['VACUUM gate;\n', `${marker}INSERT INTO log VALUES ('never');\n`]) {
      change(repo, { '002_steps.sql': sql });
      const run = await lockstep('apply', repo, shop);
      expect(run.exitCode, run.printed).toBe(1);
      const { error } = run.migration('002_steps').up ?? {};
      expect(error).toMatchObject({ sqlstate, path: 'migrations/002_steps.sql' });
      expect(error?.message).toMatch(/progress could not be written: .*/);
      expect(error?.message).toContain(reason);
      expect(run.printed).toContain(sqlstate);
      expect(run.printed + run.log).not.toMatch(/^\s+at .*:\d+:\d+/m);
    }
    expect(await shop.rows('SELECT what FROM log')).toEqual([]);
  });
});

it("another database's subscription of the same name is not taken for the one that a lost run made", async () => {
  const shop = await target();
  await shop.admin.query(`ALTER ROLE ${shop.role} SUPERUSER`);
  const make = "CREATE SUBSCRIPTION feed CONNECTION 'host=nowhere' PUBLICATION all_of_it WITH (connect = false)";
  const repo = project(gate);
  await lockstep('apply', repo, shop);
  change(repo, { '002_feed.sql': `${marker}${make};\n` });
  await (await target()).admin.query(make);
  // As a run leaves it that died in the statement.
  await loadParser();
  const [statement] = parseScript({ text: make }).statements ?? [];
  if (statement === undefined) throw new Error('there is no statement');
  await shop.admin.query(
    `INSERT INTO lockstep.steps (migration, statement, hash, state, before) VALUES ('002_feed', 0, $1, 'started', '{"there": false}')`,
    [statementHash(statement)],
  );
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(
    await shop.rows(
      'SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()',
    ),
  ).toEqual([{ subname: 'feed' }]);
});
