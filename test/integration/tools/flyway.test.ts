import { describe, expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { checkHere, exampleFiles, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { roundTrip } from '../../support/round-trip.ts';
import { type StandIn, standIn } from '../../support/stand-in.ts';

/** Flyway comes from Maven alone. Its table: PostgreSQLDatabase.java; checksums by Python's zlib. */

const TABLE = 'public.flyway_schema_history';
const CREATE = `CREATE TABLE "public"."flyway_schema_history" (
    "installed_rank" INT NOT NULL,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL
);
ALTER TABLE "public"."flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
CREATE INDEX "flyway_schema_history_s_idx" ON "public"."flyway_schema_history" ("success");`;

const row = (rank: number, version: string | null, description: string, script: string, checksum: number): string =>
  `INSERT INTO flyway_schema_history VALUES (${rank}, ${version === null ? 'NULL' : `'${version}'`}, '${description}', 'SQL', '${script}', ${checksum}, current_user, now(), 3, true)`;

const USERS = 'CREATE TABLE users (id int PRIMARY KEY, name text);\n';
const ORDERS = 'CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);\n';
const INDEX = 'CREATE INDEX CONCURRENTLY orders_user ON orders (user_id);\n';
const VIEW = 'CREATE OR REPLACE VIEW buyers AS SELECT user_id FROM orders;\n';

const scripts: readonly (readonly [name: string, up: string, checksum: number])[] = [
  ['V1__users.sql', USERS, -733506245],
  ['V1_2__the_orders.sql', ORDERS, 1426007941],
  ['V10__index.sql', INDEX, -1533266091],
  ['R__buyers.sql', VIEW, 1296411961],
];

const FOLDER = 'src/main/resources/db/migration';

const tool: StandIn = {
  create: CREATE,
  table: TABLE,
  migrations: scripts.map(([name, up, checksum], index) => {
    const [, version, text = ''] = /^[VR](.*?)__(.*)\.sql$/.exec(name) ?? [];
    const description = text.replaceAll('_', ' ');
    return {
      path: `${FOLDER}/${name}`,
      up,
      ...(up === INDEX ? { noTransaction: true } : {}),
      where: `script = '${name}' AND checksum = ${checksum}`,
      record: row(index + 1, version ? version.replace('_', '.') : null, description, name, checksum),
    };
  }),
};

roundTrip({
  name: 'flyway',
  files: (migrations) =>
    Object.fromEntries(migrations.map(({ index }) => [tool.migrations[index]?.path ?? '', scripts[index]?.[1] ?? ''])),
  migrations: scripts.map(([name, up], index) => ({ index, name, up, down: '' })),
  migrate: (repo, url) => standIn(tool, repo, url),
  rows: `SELECT * FROM ${TABLE} ORDER BY installed_rank`,
  varying: ['installed_by', 'installed_on', 'execution_time'],
});

runsExample({
  name: 'flyway',
  tool: 'flyway',
  newest: ['src/main/resources/db/migration/V3__index_loans_book_id.sql'],
  down: 'missing',
});

describe("Flyway's history", () => {
  const target = targets();
  const repository = (files: Readonly<Record<string, string>>, config = ''): GitRepo =>
    gitRepo({ ...inFolder(files), 'lockstep.yml': `lock_timeout: 1s\n${config}` });
  const inFolder = (files: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(files).map(([name, sql]) => [`${FOLDER}/${name}`, sql]));
  const first = { 'V1__users.sql': USERS };
  const both = { ...first, 'V1_2__the_orders.sql': ORDERS };

  it('says who ran it, how long it took, and goes on counting', async () => {
    const shop = await target();
    const repo = repository({ ...both, 'V3__wait.sql': 'SELECT pg_sleep(0.1);\n' });
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    const rows = await shop.rows<{ execution_time: number }>(`SELECT * FROM ${TABLE} ORDER BY installed_rank DESC`);
    expect(rows).toMatchObject([{ installed_rank: 3, installed_by: shop.role, success: true }, {}, {}]);
    expect(rows[0]?.execution_time).toBeGreaterThanOrEqual(100);
  });

  it('a repeatable script runs again when it has changed, and only then', async () => {
    const shop = await target();
    const repo = repository({ ...both, 'R__buyers.sql': VIEW });
    await lockstepHere('apply', repo, shop.url);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
    repo.commit('CRLF', inFolder({ 'R__buyers.sql': VIEW.replaceAll('\n', '\r\n') }));
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
    repo.commit('again', inFolder({ 'R__buyers.sql': `-- again\n${VIEW}` }));
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report, printed).toMatchObject({ result: 'applied', migrations: [{ id: 'R__buyers' }] });
    expect(
      await shop.rows(`SELECT installed_rank, description FROM ${TABLE} WHERE version IS NULL ORDER BY 1`),
    ).toEqual([
      { installed_rank: 3, description: 'buyers' },
      { installed_rank: 4, description: 'buyers' },
    ]);
    // With another version behind it, it is no migration that comes too late.
    repo.commit('more', inFolder({ 'V2__more.sql': 'CREATE TABLE more ();\n' }));
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
  });

  it('a changed repeatable script is rehearsed, and is no edit of history', async () => {
    const repo = gitRepo(exampleFiles('flyway'));
    repo.branch('change');
    repo.commit('a column more', {
      [`${FOLDER}/R__books_on_loan.sql`]:
        'CREATE OR REPLACE VIEW books_on_loan AS SELECT books.id, books.title, loans.id AS loan FROM books JOIN loans ON loans.book_id = books.id WHERE loans.returned_at IS NULL;\n',
      [`${FOLDER}/V4__authors.sql`]: 'ALTER TABLE books ADD COLUMN author text;\n',
    });
    const { report, printed } = await checkHere(repo);
    expect(report.result, printed).toBe('passed');
    // Versions first, and repeatable scripts behind them; nothing is out of order.
    expect(report.migrations).toMatchObject([
      { id: 'V4__authors', change: 'added', up: { status: 'applied' } },
      { id: 'R__books_on_loan', change: 'modified', up: { status: 'applied' } },
    ]);
    const rules = report.findings.map(({ rule }) => rule);
    for (const rule of ['migration-edited', 'migration-out-of-order', 'duplicate-version'])
      expect(rules).not.toContain(rule);
  });

  it('an edit is seen by the checksum that Flyway wrote, and stops a deploy as it stops Flyway; CRLF is none', async () => {
    const shop = await target();
    const repo = repository(first);
    standIn(tool, repo, `${shop.url}?sslmode=disable`);
    repo.commit('CRLF', inFolder({ 'V1__users.sql': USERS.replaceAll('\n', '\r\n') }));
    expect((await lockstepHere('plan', repo, shop.url)).report.result).toBe('noop');
    repo.commit('edited', inFolder({ 'V1__users.sql': `${USERS}-- a word\n`, 'V1_2__the_orders.sql': ORDERS }));
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('refused');
    expect(report.plan?.gates.find(({ name }) => name === 'edited')).toMatchObject({ open: false });
  });

  it('what a baseline stands for is applied', async () => {
    const shop = await target();
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${CREATE} INSERT INTO flyway_schema_history VALUES (1, '1.2', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, current_user, now(), 0, true); RESET ROLE`,
    );
    const repo = repository({ ...both, 'V2__more.sql': 'CREATE TABLE more ();\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report, printed).toMatchObject({ result: 'applied', migrations: [{ id: 'V2__more' }] });
    expect(await shop.relations()).not.toContain('public.orders');
  });

  it('what failed is told with its way out, and `resolve` repairs it', async () => {
    const shop = await target();
    const repo = repository(both);
    standIn({ ...tool, migrations: tool.migrations.slice(0, 1) }, repo, `${shop.url}?sslmode=disable`);
    await shop.rows(row(2, '1.2', 'the orders', 'V1_2__the_orders.sql', 1426007941).replace('3, true', '3, false'));
    const stopped = await lockstepHere('apply', repo, shop.url);
    expect(stopped.report.result, stopped.printed).toBe('refused');
    expect(stopped.report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'unfinished', open: false }));
    const resolved = await lockstepHere(['resolve', 'V1_2__the_orders', '--as', 'rolled-back'], repo, shop.url);
    expect(resolved.report.result, resolved.printed).toBe('passed');
    expect(await shop.rows(`SELECT FROM ${TABLE} WHERE NOT success`)).toEqual([]);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
  });

  /** Begun by Flyway, failed, and gone from the repository: the version stands there as its file had it. */
  const failedAndGone = async (version: string) => {
    const shop = await target();
    const repo = repository(first);
    await lockstepHere('apply', repo, shop.url);
    await shop.rows(row(2, version, 'gone', 'Vx__gone.sql', 1).replace('3, true', '3, false'));
    return { shop, repo };
  };

  it.each(['2024.01.05', '2024.1.5', '2024.001.5.0.00', '2024_01_05'])(
    'what failed as %s and is gone from the repository is settled by its number',
    async (version) => {
      const { shop, repo } = await failedAndGone(version);
      const resolved = await lockstepHere(['resolve', '2024.1.5', '--as', 'rolled-back'], repo, shop.url);
      expect(resolved.report.result, resolved.printed).toBe('passed');
      expect(await shop.rows(`SELECT version FROM ${TABLE}`)).toEqual([{ version: '1' }]);
    },
  );

  it('what is not settled afterwards is not called settled', async () => {
    const { shop, repo } = await failedAndGone('2024.01.05');
    await shop.rows(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER keep BEFORE DELETE ON ${TABLE} FOR EACH ROW EXECUTE FUNCTION keep()`);
    const { report, exitCode } = await lockstepHere(['resolve', '2024.1.5', '--as', 'rolled-back'], repo, shop.url);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({ code: 'not-settled', message: expect.stringContaining('2024.1.5') });
  });

  it('a run that ends between leaves a failed row, which Flyway refuses to pass, and takes it back when it goes on', async () => {
    const shop = await target();
    const repo = repository(both);
    await lockstepHere('apply', repo, shop.url);
    repo.commit(
      'index',
      inFolder({ 'V2__index.sql': 'CREATE UNIQUE INDEX CONCURRENTLY orders_user ON orders (user_id);\n' }),
    );
    await shop.rows('INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1, 1), (2, 1)');
    const failed = await lockstepHere('apply', repo, shop.url);
    expect(failed.report.result, failed.printed).toBe('failed');
    const rows = () => shop.rows(`SELECT installed_rank, version, success FROM ${TABLE} WHERE version = '2'`);
    expect(await rows()).toEqual([{ installed_rank: 3, version: '2', success: false }]);
    await shop.rows('DELETE FROM orders WHERE id = 2');
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('applied');
    expect(await rows()).toEqual([{ installed_rank: 3, version: '2', success: true }]);
  });

  it('its table may have another name and schema', async () => {
    const shop = await target();
    const config = 'history:\n  table: app.schema_version\n';
    const { report, printed } = await lockstepHere('apply', repository(first, config), shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows('SELECT version FROM app.schema_version')).toEqual([{ version: '1' }]);
    expect(await shop.relations()).toEqual(
      expect.arrayContaining(['app.schema_version_pk', 'app.schema_version_s_idx']),
    );
  });
});

describe('flyway.conf beside lockstep.yml', () => {
  const target = targets();
  const CONF =
    'flyway.schemas=public\nflyway.table=log\nflyway.locations=filesystem:sql\nflyway.placeholders.role=buyers\n';
  const view = `CREATE OR REPLACE VIEW \${role} AS SELECT 1 AS one;\n`;
  const files = { 'flyway.conf': CONF, 'sql/V1__users.sql': USERS, 'sql/R__view.sql': view };

  it('says with `tool: flyway` where the migrations are, where the table is, and what placeholders hold', async () => {
    const shop = await target();
    const repo = gitRepo({ ...files, 'lockstep.yml': 'tool: flyway\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows('SELECT script FROM public.log ORDER BY installed_rank')).toEqual([
      { script: 'V1__users.sql' },
      { script: 'R__view.sql' },
    ]);
    expect(await shop.relations()).toContain('public.buyers');
  });

  it('gives way to lockstep.yml', async () => {
    const shop = await target();
    const config = 'tool: flyway\nhistory:\n  table: own.table\nrehearsal:\n  placeholders:\n    role: sellers\n';
    const { report, printed } = await lockstepHere('apply', gitRepo({ ...files, 'lockstep.yml': config }), shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.relations()).toEqual(expect.arrayContaining(['own.table', 'public.sellers']));
    expect(await shop.relations()).not.toContain('public.log');
  });

  it('stops a deploy whose objects would land in another schema than by Flyway, and tells how they do not', async () => {
    const shop = await target();
    const conf = CONF.replace('schemas=public', 'defaultSchema=app');
    const repo = gitRepo({ ...files, 'flyway.conf': conf, 'lockstep.yml': 'tool: flyway\n' });
    const { report } = await lockstepHere('apply', repo, shop.url);
    expect(report.error).toMatchObject({ code: 'bad-config', hint: expect.stringContaining('table: app.log') });
    expect(await shop.relations()).toEqual(['public']);
    await shop.admin.query(`CREATE SCHEMA app AUTHORIZATION ${shop.role}`);
    await shop.admin.query(`ALTER ROLE ${shop.role} SET search_path = app, public`);
    const settings = 'tool: flyway\nhistory:\n  table: app.log\nrehearsal:\n  search_path: app, public\n';
    repo.commit('settings', { 'lockstep.yml': settings });
    const { report: second, printed } = await lockstepHere('apply', repo, shop.url);
    expect(second.result, printed).toBe('applied');
    expect(await shop.relations()).toEqual(expect.arrayContaining(['app.log', 'app.users', 'app.buyers']));
  });

  it('is told where it is not read, since the files alone tell the tool', async () => {
    const shop = await target();
    const repo = gitRepo({ 'flyway.conf': CONF, 'db/migration/V1__users.sql': USERS });
    const planned = await lockstepHere('plan', repo, shop.url);
    expect(planned.report.notices, planned.printed).toContainEqual(expect.stringContaining('flyway.conf is not read'));
    repo.git('checkout', '-qb', 'change');
    repo.commit('change', { 'db/migration/V2__orders.sql': ORDERS });
    const checked = await checkHere(repo);
    expect(checked.report.notices, checked.printed).toContainEqual(expect.stringContaining('flyway.conf is not read'));
  });

  it('stops a deploy by a key that means what Lockstep does not do', async () => {
    const shop = await target();
    const conf = `${CONF}flyway.sqlMigrationPrefix=M\n`;
    const repo = gitRepo({ ...files, 'flyway.conf': conf, 'lockstep.yml': 'tool: flyway\n' });
    const { report, exitCode } = await lockstepHere('apply', repo, shop.url);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('flyway.conf:5: flyway.sqlMigrationPrefix'),
    });
  });

  it("judges a change by the base's, and says that the change alters it", async () => {
    const repo = gitRepo({ ...files, 'lockstep.yml': 'tool: flyway\n' });
    repo.git('checkout', '-qb', 'change');
    repo.commit('change', {
      'flyway.conf': `${CONF.replace('role=buyers', 'other=buyers')}`,
      'sql/V2__more.sql': `CREATE TABLE more (id int PRIMARY KEY);\nCREATE VIEW \${other} AS SELECT 1 AS one;\n`,
    });
    const { report, printed } = await checkHere(repo);
    const found = report.findings?.map(({ rule, path }) => `${rule} ${path}`) ?? [];
    expect(found, printed).toContain('policy-changed flyway.conf');
    expect(printed).toContain(`Flyway refuses \${other} without a value`);
    expect(printed).not.toContain(`Flyway refuses \${role} without a value`);
  });

  it('of a base that is refused does not stop the change that mends it', async () => {
    const repo = gitRepo({ ...files, 'flyway.conf': `${CONF}flyway.group=true\n`, 'lockstep.yml': 'tool: flyway\n' });
    repo.git('checkout', '-qb', 'change');
    repo.commit('change', { 'flyway.conf': CONF, 'sql/V2__orders.sql': ORDERS });
    const { report, printed } = await checkHere(repo);
    expect(report.error, printed).toBeUndefined();
    expect(printed).toContain('does not serve this run');
  });
});
