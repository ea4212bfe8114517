import { describe, expect, it } from 'vitest';
import { LOCK_KEY } from '../../../src/deploy/lock/key.ts';
import { change, lockstep, project, start, targets } from '../../support/deploy.ts';

/** What the ledger knows, and what is done when it cannot be relied on. */

const target = targets();

const a = { '001_a.sql': 'CREATE TABLE a (id int);\n' };

it('a ledger without one of its tables is no empty one', async () => {
  const shop = await target();
  const repo = project(a);
  await lockstep('apply', repo, shop);
  await shop.admin.query('DROP TABLE lockstep.steps');
  for (const command of ['plan', 'apply', 'status']) {
    const run = await lockstep(command, repo, shop);
    expect(run.exitCode).toBe(2);
    expect(run.report.error).toMatchObject({
      code: 'ledger-incomplete',
      message: expect.stringContaining('lockstep.steps'),
    });
  }
});

it('rows that a policy may hide are no history', async () => {
  const shop = await target();
  const repo = project(a);
  await lockstep('apply', repo, shop);
  await shop.admin.query(
    'ALTER TABLE lockstep.migrations ENABLE ROW LEVEL SECURITY; ALTER TABLE lockstep.migrations FORCE ROW LEVEL SECURITY',
  );
  const run = await lockstep('apply', repo, shop);
  expect(run.report.error?.code).toBe('history-unreadable');
  expect(run.printed).toContain('DISABLE ROW LEVEL SECURITY');
});

it('a deploy whose checks are due is planned, not done, and status says how it ended', async () => {
  const shop = await target();
  const repo = project(a, 'verify_tables: [b]\n');
  expect((await lockstep('apply', repo, shop)).report.error?.code).toBe('checks-failed');
  const plan = await lockstep('plan', repo, shop);
  expect(plan.report).toMatchObject({ result: 'planned', plan: { pending: [] } });
  expect(plan.gate('checks')).toMatchObject({ open: true, message: expect.stringContaining('checks-failed') });
  const status = await lockstep('status', repo, shop);
  expect(status.report.history?.lastRun).toMatchObject({
    result: 'checks-failed',
    commit: repo.git('rev-parse', 'HEAD'),
    error: 'There is no table b, which verify_tables names.',
  });
  expect(status.stdout).toContain('The last run ended as checks-failed');
  await shop.admin.query('CREATE TABLE b ()');
  expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
  expect((await lockstep('plan', repo, shop)).report.result).toBe('noop');
  expect((await lockstep('status', repo, shop)).stdout).not.toContain('The last run');
});

it('what is not committed is named, and recorded under no commit', async () => {
  const shop = await target();
  const repo = project(a);
  repo.write({ 'migrations/002_b.sql': 'CREATE TABLE b ();\n' });
  const plan = await lockstep('plan', repo, shop);
  expect(plan.report.notices?.join('\n')).toContain('migrations/002_b.sql');
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(await shop.rows('SELECT id, "commit" FROM lockstep.migrations ORDER BY 1')).toEqual([
    { id: '001_a', commit: null },
    { id: '002_b', commit: null },
  ]);
});

it('retry is refused for a migration whose done statements have been edited', async () => {
  const shop = await target();
  const repo = project(a);
  await lockstep('apply', repo, shop);
  const half = (first: string): string =>
    `-- lockstep: no-transaction\n${first};\nALTER TABLE nowhere ADD COLUMN x int;\n`;
  change(repo, { '002_half.sql': half('CREATE TABLE b ()') });
  expect((await lockstep('apply', repo, shop)).report.result).toBe('partial');
  change(repo, { '002_half.sql': half('CREATE TABLE c ()') });
  expect((await lockstep('apply', repo, shop)).closed).toEqual(['unfinished']);
  const retry = await lockstep(['resolve', '002_half', '--as', 'retry'], repo, shop);
  expect(retry.report.error?.code).toBe('cannot-retry');
  const undone = await lockstep(['resolve', '002_half', '--as', 'rolled-back'], repo, shop);
  expect(undone.report.result, undone.printed).toBe('passed');
  expect(await shop.rows('SELECT * FROM lockstep.steps')).toEqual([]);
});

describe('a role that may not make the ledger', () => {
  const pair = { '1_a.up.sql': 'CREATE TABLE a ();\n', '1_a.down.sql': 'DROP TABLE a;\n' };
  const files = { numbered: a, 'golang-migrate': pair };

  it.each(['numbered', 'golang-migrate'] as const)(
    'is told at once, with all that is to be granted: %s',
    async (tool) => {
      const shop = await target();
      const repo = project(files[tool]);
      const { role, url } = await shop.login('app');
      const refused = await lockstep('apply', repo, shop, [], { url });
      expect(refused.exitCode, refused.printed).toBe(2);
      expect(refused.report).toMatchObject({ result: 'error', error: { code: 'ledger-not-created' } });
      expect(refused.report.error?.message).toContain(role);
      expect(refused.printed + refused.log).not.toMatch(/coming back|was lost/);
      expect(await shop.relations()).toEqual(['public']);
      const grants = refused.report.error?.hint?.match(/GRANT .*;/g) ?? [];
      expect(grants).toEqual([
        `GRANT CREATE ON DATABASE "${shop.database}" TO "${role}";`,
        ...(tool === 'numbered' ? [] : [`GRANT CREATE ON SCHEMA "public" TO "${role}";`]),
      ]);
      for (const grant of grants) await shop.admin.query(grant);
      // The migration itself wants it, too.
      await shop.admin.query(`GRANT CREATE ON SCHEMA public TO ${role}`);
      const run = await lockstep('apply', repo, shop, [], { url });
      expect(run.report.result, run.printed).toBe('applied');
    },
  );

  it("needs no right in the database where only the tool's table is missing", async () => {
    const shop = await target();
    const repo = project(pair);
    const { role, url } = await shop.login('app');
    await shop.admin.query(`CREATE SCHEMA lockstep AUTHORIZATION ${role}; GRANT CREATE ON SCHEMA public TO ${role}`);
    expect((await lockstep('apply', repo, shop, [], { url })).report.result).toBe('applied');
    await shop.admin.query(`DROP TABLE schema_migrations; REVOKE CREATE ON SCHEMA public FROM ${role}`);
    const refused = await lockstep('apply', repo, shop, [], { url });
    expect(refused.report.error?.code, refused.printed).toBe('ledger-not-created');
    expect(refused.report.error?.hint?.match(/GRANT .*;/g)).toEqual([`GRANT CREATE ON SCHEMA "public" TO "${role}";`]);
  });
});

describe('a row that the ledger does not keep', () => {
  const swallow = `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER swallow BEFORE INSERT ON lockstep.migrations FOR EACH ROW EXECUTE FUNCTION swallow()`;

  it.each([
    ['in its transaction', '', null],
    ['statement by statement', '-- lockstep: no-transaction\n', 'b'],
  ] as const)('fails its migration, and says why: %s', async (_, marker, stays) => {
    const shop = await target();
    const repo = project(a);
    await lockstep('apply', repo, shop);
    await shop.admin.query(swallow);
    change(repo, { '002_b.sql': `${marker}CREATE TABLE b ();\n` });
    const run = await lockstep('apply', repo, shop);
    expect(run.exitCode, run.printed).toBe(1);
    const { error } = run.migration('002_b').up ?? {};
    expect(error?.message).toContain('the ledger did not keep this row: is there a trigger or a rule on it?');
    expect(run.printed).not.toContain('division by zero');
    expect(await shop.rows("SELECT to_regclass('b')::text AS b")).toEqual([{ b: stays }]);
    expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([{ id: '001_a' }]);
    await shop.admin.query('DROP TRIGGER swallow ON lockstep.migrations');
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
  });
});

describe('a run that finds nothing to do', () => {
  it('is written once, when it has ended: who waits for the lock waits for each write', async () => {
    const shop = await target();
    const repo = project(a);
    await lockstep('apply', repo, shop);
    await shop.admin.query(`
      CREATE TABLE writes (what text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
        AS $$ BEGIN INSERT INTO writes VALUES (TG_OP || ' ' || NEW.result); RETURN NEW; END $$;
      CREATE TRIGGER note AFTER INSERT OR UPDATE ON lockstep.runs FOR EACH ROW EXECUTE FUNCTION note()`);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
    expect(await shop.rows('SELECT what FROM writes')).toEqual([{ what: 'INSERT noop' }]);
    const [run] = await shop.rows(
      `SELECT command, environment, applied, error, commit, finished_at >= started_at AS lasted FROM lockstep.runs
       ORDER BY id DESC LIMIT 1`,
    );
    const commit = repo.git('rev-parse', 'HEAD');
    expect(run).toEqual({ command: 'apply', environment: 'production', applied: 0, error: null, commit, lasted: true });
  });

  it('plans anew when its connection was lost before that: another run may have had the lock', async () => {
    const shop = await target();
    const repo = project(a);
    await lockstep('apply', repo, shop);
    const ours = repo.git('rev-parse', 'HEAD');
    const newer = change(repo, { '002_b.sql': 'CREATE TABLE b ();\n' });
    const other = await shop.session();
    await other.query('BEGIN; LOCK TABLE lockstep.runs IN EXCLUSIVE MODE');
    const run = start('apply', repo, shop, ['--head', ours]);
    const waits = "SELECT pid FROM pg_locks WHERE relation = 'lockstep.runs'::regclass AND NOT granted";
    let waiting: number | undefined;
    const look = async (): Promise<number | undefined> => {
      const [found] = await shop.rows<{ pid: number }>(waits);
      waiting = found?.pid;
      return waiting;
    };
    await expect.poll(look, { timeout: 20_000 }).toBeDefined();
    await other.query(
      "INSERT INTO lockstep.runs (command, environment, result, commit, tool_version) VALUES ('apply', 'production', 'applied', $1, '0')",
      [newer],
    );
    // The other one is next to have the lock.
    const holder = await shop.session();
    const held = holder.query('SELECT pg_advisory_lock($1)', [String(LOCK_KEY)]);
    await other.query('SELECT pg_terminate_backend($1, 10000)', [waiting]);
    await held;
    await other.query('COMMIT');
    await holder.query('SELECT pg_advisory_unlock($1)', [String(LOCK_KEY)]);
    const { report, printed } = await run.finished;
    expect(report.result, printed).toBe('superseded');
  });

  it('and may not write that is no success', async () => {
    const shop = await target();
    const repo = project(a);
    await lockstep('apply', repo, shop);
    await shop.admin.query(
      `ALTER TABLE lockstep.runs OWNER TO CURRENT_USER; REVOKE ALL ON lockstep.runs FROM ${shop.role}; GRANT SELECT ON lockstep.runs TO ${shop.role}`,
    );
    const { exitCode, report } = await lockstep('apply', repo, shop);
    expect({ exitCode, code: report.error?.code }).toEqual({ exitCode: 2, code: 'target-query-failed' });
  });
});
