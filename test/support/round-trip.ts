import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { type Target, targets } from './deploy.ts';
import { type GitRepo, gitRepo } from './git-repo.ts';
import { lockstepHere } from './in-process.ts';

/**
 * The proof that a project need not choose: a real tool and Lockstep take turns on one database, neither finds anything to do
 * after the other, and the rows that they write are the same.
 */

/** One migration, before a tool's own form is given to it. */
interface TripMigration {
  /** 0, 1, 2 ... */
  readonly index: number;
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

interface RoundTripTool {
  /** As `tool` in the settings has it, and as the files are to be recognised as. */
  readonly name: string;
  /** The repository's files, as the tool wants them, with these migrations. Given fewer, those of a commit before. */
  files(migrations: readonly TripMigration[]): Readonly<Record<string, string>>;
  /** Runs the real tool in a checkout, to apply what is pending. Throws when it fails; returns what it printed. */
  migrate(repo: GitRepo, url: string): string;
  /** Takes the newest migration back, where the tool can. */
  rollback?(repo: GitRepo, url: string): string;
  /** The rows of its history table, in an order that holds. */
  readonly rows: string;
  /** The key of its own advisory lock, and what it says when somebody else has it. */
  readonly lock?: { readonly key: bigint; readonly refusal: string };
  /** Columns that are not the same in two runs: times, random ids, durations. */
  readonly varying: readonly string[];
  /** Further lines of lockstep.yml. */
  readonly config?: string;
  /** Migrations that the tool can run and that have what is particular to it; else four tables. */
  readonly migrations?: readonly TripMigration[];
}

/** Tables, rows, and text in which one might see a marker or a place of a parameter. */
const USUAL: readonly TripMigration[] = [
  ['users', 'CREATE TABLE users (id int PRIMARY KEY, name text);', 'DROP TABLE users;'],
  ['orders', 'CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);', 'DROP TABLE orders;'],
  [
    'seed',
    "INSERT INTO users VALUES (1, 'it''s; -- $1');\nINSERT INTO orders VALUES (1, 1);",
    'DELETE FROM orders; DELETE FROM users;',
  ],
  ['emails', 'ALTER TABLE users ADD COLUMN email text;', 'ALTER TABLE users DROP COLUMN email;'],
].map(([name = '', up = '', down = ''], index) => ({ index, name, up, down }));

/** Where the tools' packages are; LOCKSTEP_TEST_TOOLS names another folder than the repository. */
export const toolsRoot = process.env.LOCKSTEP_TEST_TOOLS ?? fileURLToPath(new URL('../../', import.meta.url));

/** Runs a program that an npm package brings. `env`: besides what every tool gets. */
export function npmTool(
  name: string,
  args: readonly string[],
  repo: GitRepo,
  url: string,
  env: Readonly<Record<string, string>> = {},
): string {
  return ranIn(repo.dir, name, [join(toolsRoot, 'node_modules', PROGRAMS[name] ?? `.bin/${name}`), ...args], {
    ...repo.env,
    ...env,
    DATABASE_URL: url,
  });
}

/** dbmate's own package names programs for other platforms that the registry does not have, and could not be locked. */
const PROGRAMS: Readonly<Record<string, string>> = { dbmate: '@dbmate/linux-x64/bin/dbmate' };

/** Runs a module's text that imports npm packages: a tool that is no program. It gets `args` from `process.argv[1]` on. */
export function npmModule(text: string, args: readonly string[], repo: GitRepo, url: string): string {
  const command = [process.execPath, '--input-type=module', '--eval', text, ...args];
  return ranIn(toolsRoot, 'the module', command, { ...repo.env, DATABASE_URL: url });
}

function ranIn(
  cwd: string,
  name: string,
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: 60_000 });
  if (error !== undefined) throw new Error(`${name} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${name} ended with status ${status}: ${`${stdout}\n${stderr}`.trim()}`);
  return `${stdout}\n${stderr}`;
}

/** 'postgres://...' as tools without TLS want it. */
function withoutTls({ url }: Pick<Target, 'url'>): string {
  return `${url}?sslmode=disable`;
}

/** Registers the tests. */
export function roundTrip(tool: RoundTripTool): void {
  const migrations = tool.migrations ?? USUAL;
  const half = Math.ceil(migrations.length / 2);
  const first = migrations.slice(0, half);
  const target = targets();

  const repository = (some: readonly TripMigration[]): GitRepo =>
    gitRepo({ ...tool.files(some), 'lockstep.yml': `lock_timeout: 1s\n${tool.config ?? ''}` });
  const complete = (repo: GitRepo): string => repo.commit('the rest', tool.files(migrations));
  const apply = async (repo: GitRepo, { url }: Target): Promise<void> => {
    const { report, printed } = await lockstepHere('apply', repo, url);
    expect(report, printed).toMatchObject({ result: 'applied', project: { tool: tool.name } });
  };
  const nothingToDo = async (repo: GitRepo, { url }: Target): Promise<void> => {
    const { report, printed } = await lockstepHere('apply', repo, url);
    expect(report.result, printed).toBe('noop');
  };
  const history = async (shop: Target): Promise<Record<string, unknown>[]> => {
    const rows = await shop.rows<Record<string, unknown>>(tool.rows);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, cell]) =>
          tool.varying.includes(column) ? [column, cell === null ? null : 'varies'] : [column, cell],
        ),
      ),
    );
  };
  /** The tool itself, which must find nothing to do. */
  const agrees = async (repo: GitRepo, shop: Target): Promise<void> => {
    const before = await shop.rows(tool.rows);
    tool.migrate(repo, withoutTls(shop));
    expect(await shop.rows(tool.rows)).toEqual(before);
  };
  /** What the tool makes of the same files, alone. */
  const byTool = async (): Promise<Record<string, unknown>[]> => {
    const shop = await target();
    tool.migrate(repository(migrations), withoutTls(shop));
    return history(shop);
  };

  describe(`${tool.name} and Lockstep`, () => {
    it('the tool begins, Lockstep goes on, and the tool finds nothing to do', async () => {
      const shop = await target();
      const repo = repository(first);
      tool.migrate(repo, withoutTls(shop));
      await nothingToDo(repo, shop);
      complete(repo);
      await apply(repo, shop);
      await agrees(repo, shop);
      expect(await history(shop)).toEqual(await byTool());
    });

    it('Lockstep begins, the tool goes on, and Lockstep finds nothing to do', async () => {
      const shop = await target();
      const repo = repository(first);
      await apply(repo, shop);
      await agrees(repo, shop);
      complete(repo);
      tool.migrate(repo, withoutTls(shop));
      await nothingToDo(repo, shop);
      expect(await history(shop)).toEqual(await byTool());
    });

    it('what Lockstep writes is what the tool writes, the table included', async () => {
      const [ours, theirs] = [await target(), await target()];
      await apply(repository(migrations), ours);
      tool.migrate(repository(migrations), withoutTls(theirs));
      expect(await history(ours)).toEqual(await history(theirs));
      expect(await shapeOf(ours)).toEqual(await shapeOf(theirs));
    });

    it.runIf(tool.lock)('while one of them works, the other does not', async () => {
      const shop = await target();
      const looker = await shop.session();
      const { key = 0n, refusal = '' } = tool.lock ?? {};
      const slow = { index: 0, name: 'slow', up: 'SELECT pg_sleep(4);', down: '' };
      const repo = repository([slow]);
      repo.commit('busy', { 'lockstep.yml': `lock_timeout: 1s\non_busy: fail\n${tool.config ?? ''}` });
      await looker.query(`SELECT pg_advisory_lock(${key})`);
      const { report, printed } = await lockstepHere('apply', repo, shop.url);
      expect(report, printed).toMatchObject({ result: 'busy', lock: { tool: tool.name } });
      await looker.query('SELECT pg_advisory_unlock_all()');

      const applying = apply(repo, shop);
      const sleeping = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
      await vi.waitFor(async () => expect(await shop.rows(sleeping)).toHaveLength(1), {
        timeout: 20_000,
        interval: 50,
      });
      expect(() => tool.migrate(repo, withoutTls(shop))).toThrow(refusal);
      await applying;
    });

    it.runIf(tool.rollback)(
      'the tool takes back what Lockstep has applied, and Lockstep applies it again',
      async () => {
        const shop = await target();
        const repo = repository(migrations);
        await apply(repo, shop);
        const before = await history(shop);
        tool.rollback?.(repo, withoutTls(shop));
        expect((await history(shop)).length).toBeLessThan(before.length);
        await apply(repo, shop);
        // A number that counts on is another one then, as it is with the tool alone.
        const theirs = await target();
        tool.migrate(repo, withoutTls(theirs));
        tool.rollback?.(repo, withoutTls(theirs));
        tool.migrate(repo, withoutTls(theirs));
        expect(await history(shop)).toEqual(await history(theirs));
      },
    );
  });
}

/** Columns and indexes of all tables that are neither the ledger's nor the system's. */
function shapeOf(shop: Target): Promise<unknown[]> {
  return shop.rows(
    `SELECT n.nspname || '.' || c.relname AS relation, c.relkind::text AS kind,
       ARRAY(SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || a.attidentity::text
         FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
       ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n' ORDER BY 1) AS constraints
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockstep') AND c.relkind IN ('r', 'i', 'S') ORDER BY 1`,
  );
}
